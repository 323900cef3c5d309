"""Second factors for tests: an app with its secret, and what the app would show."""

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from referrals.models import User

PERIOD = 30  # seconds

# A code that ends while it is on its way is refused, and rightly.
SECONDS_FOR_A_REQUEST = 3
SECONDS_FOR_A_BROWSER = 8


def give_app(user: User) -> str:
    """The user has an app for codes. Returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def give_recovery_codes(user: User) -> list[str]:
    """The user has recovery codes, which are returned."""
    return RecoveryCodes.activate(user).get_unused_codes()


def code(secret: str, *, periods_ago: int = 0) -> str:
    """What the app shows now, or showed before; it holds until a request is answered."""
    _let_it_last(SECONDS_FOR_A_REQUEST)
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD - periods_ago))


def lasting_code(secret: str) -> str:
    """A code that holds for some seconds more, since a browser takes a while to send it. The clock must be running."""
    _let_it_last(SECONDS_FOR_A_BROWSER)
    return code(secret)


def _let_it_last(seconds: int) -> None:
    left = PERIOD - time.time() % PERIOD
    if left < seconds:
        time.sleep(left)
