"""The mail server, from the environment: none, or one that is whole."""

from dataclasses import dataclass

from ergo import env
from ergo.env import ConfigurationError

# How the connection is secured, and the port that is usual for it.
PORTS = {"starttls": 587, "tls": 465, "none": 25}
LONGEST_SECONDS = 20  # that a mail server may take to answer


@dataclass(frozen=True)
class MailServer:
    """Where e-mail is handed over. `address`: where the pages are, for links, without a slash at its end."""

    host: str
    port: int
    user: str
    password: str
    security: str
    sender: str
    address: str


def server(*, for_real: bool) -> MailServer | None:
    """The mail server; None where no ERGO_MAIL_HOST is set. Raises ConfigurationError when it is not whole."""
    host = env.text("ERGO_MAIL_HOST")
    if not host:
        return None
    security = env.text("ERGO_MAIL_SECURITY", "starttls")
    if security not in PORTS:
        raise ConfigurationError(f"ERGO_MAIL_SECURITY must be starttls, tls or none, not {security!r}.")
    user, password = env.text("ERGO_MAIL_USER"), env.secret("ERGO_MAIL_PASSWORD")
    if bool(user) != bool(password):
        raise ConfigurationError("ERGO_MAIL_USER and ERGO_MAIL_PASSWORD belong together: set both or none.")
    if password and security == "none":
        raise ConfigurationError("ERGO_MAIL_PASSWORD is not sent in clear: set ERGO_MAIL_SECURITY.")
    port = env.number("ERGO_MAIL_PORT", PORTS[security])
    return MailServer(host, port, user, password, security, _sender(), _address(for_real))


def _sender() -> str:
    sender = env.text("ERGO_MAIL_FROM")
    if "@" not in sender:
        raise ConfigurationError("ERGO_MAIL_FROM must be the e-mail address that Ergo writes from.")
    return sender


def _address(for_real: bool) -> str:
    address = env.text("ERGO_ADDRESS").rstrip("/")
    if not address.startswith("https://" if for_real else ("https://", "http://")):
        raise ConfigurationError(
            "ERGO_ADDRESS must be where the pages are, as in https://ergo.kommune.no: e-mails link to it."
        )
    return address
