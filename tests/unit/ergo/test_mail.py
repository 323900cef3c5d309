"""The mail server from the environment: none, or one that is whole."""

import pytest

from ergo import mail
from ergo.env import ConfigurationError

WHOLE = {
    "ERGO_MAIL_HOST": "smtp.example.no",
    "ERGO_MAIL_USER": "ergo",
    "ERGO_MAIL_PASSWORD": "hest-batteri-stift",
    "ERGO_MAIL_FROM": "ergo@example.no",
    "ERGO_ADDRESS": "https://ergo.example.no/",
}


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in (WHOLE | values).items():
        monkeypatch.setenv(name, value)


def test_without_a_host_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, ERGO_MAIL_HOST="", ERGO_MAIL_FROM="")
    assert mail.server(for_real=True) is None


def test_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch)
    server = mail.server(for_real=True)
    assert server is not None
    assert (server.port, server.security, server.address) == (587, "starttls", "https://ergo.example.no")


@pytest.mark.parametrize(("security", "port"), [("tls", 465), ("starttls", 587)])
def test_the_usual_port_and_another(monkeypatch: pytest.MonkeyPatch, security: str, port: int) -> None:
    given(monkeypatch, ERGO_MAIL_SECURITY=security)
    assert mail.server(for_real=True).port == port
    given(monkeypatch, ERGO_MAIL_PORT="2525")
    assert mail.server(for_real=True).port == 2525


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ERGO_MAIL_FROM": "Ergo"}, "ERGO_MAIL_FROM must be the e-mail address"),
        ({"ERGO_ADDRESS": ""}, "ERGO_ADDRESS must be where the pages are"),
        ({"ERGO_ADDRESS": "http://ergo.example.no"}, "ERGO_ADDRESS must be"),
        ({"ERGO_MAIL_PASSWORD": ""}, "belong together"),
        ({"ERGO_MAIL_USER": ""}, "belong together"),
        ({"ERGO_MAIL_SECURITY": "ssl"}, "ERGO_MAIL_SECURITY must be starttls, tls or none, not 'ssl'"),
        ({"ERGO_MAIL_SECURITY": "none"}, "is not sent in clear"),
        ({"ERGO_MAIL_PORT": "smtp"}, "ERGO_MAIL_PORT must be a whole number"),
    ],
)
def test_one_that_is_not_whole_stops_the_start_with_one_line(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], said: str
) -> None:
    given(monkeypatch, **wrong)
    with pytest.raises(ConfigurationError, match=said) as caught:
        mail.server(for_real=True)
    assert WHOLE["ERGO_MAIL_PASSWORD"] not in str(caught.value)


def test_while_developing_the_pages_may_be_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, ERGO_ADDRESS="http://localhost:8000")
    assert mail.server(for_real=False).address == "http://localhost:8000"
