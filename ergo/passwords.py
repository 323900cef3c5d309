"""Passwords that people in Norway think of first. Django's own list of common ones is English."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The words of default passwords and of those that circulate after a forced change: seasons, months, days, places,
# football clubs, the workplace, the keyboard.
WORDS = """
passord password passordet hemmelig hemmelighet velkommen sommer vinter høst vår sommeren vinteren høsten våren
januar februar mars april mai juni juli august september oktober november desember
mandag tirsdag onsdag torsdag fredag lørdag søndag jul julen påske påsken ferie
norge norway oslo bergen trondheim stavanger tromsø kristiansand drammen kommune kommunen helse
ergo ergoterapi ergoterapeut venteliste ventelista henvisning innlogging logginn bruker brukernavn admin administrator
fotball liverpool arsenal manchester united brann rosenborg vålerenga viking lillestrøm molde
qwerty qwertyuiop asdf asdfgh zxcvbn abc abcd abcdef test tester testing heisann hei hallo
kjærlighet elsker deg jeg meg min mitt og i er til på bytt endre nytt ny
""".split()

MADE_OF_THEM = re.compile(f"(?:{'|'.join(sorted(map(re.escape, WORDS), key=len, reverse=True))})+")
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
BEHIND = "0123456789!?.,-_*#"
NOT_LETTERS = re.compile(r"[^a-zæøå]+")


class NorwegianCommonPasswordValidator:
    """Refuses what is nothing but such words, however it is dressed up with figures, marks and capitals."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError for a password that is made of common words only."""
        folded = password.casefold()
        plain = NOT_LETTERS.sub("", folded)
        disguised = NOT_LETTERS.sub("", folded.rstrip(BEHIND).translate(LOOKALIKES))
        if not plain or MADE_OF_THEM.fullmatch(plain) or MADE_OF_THEM.fullmatch(disguised):
            raise ValidationError(
                _("This password is made of words that are tried first."), code="password_too_common"
            )

    def get_help_text(self) -> str:
        """What is asked, in a sentence."""
        return _("The password must be more than a common word, a month or a place with figures behind it.")
