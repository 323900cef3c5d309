"""Who can sign in to the demo: one user a role, and a second municipality to see that nobody sees the other's."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.permissions import Role

# No secret: printed by `make demo` and written in the README. Only a database of fictitious data has these users.
DEMO_PASSWORD = "ventelista-i-moss"

MOSS = "3103"
STRAND = "1130"
# The area of one office of the Statsforvalter: Østfold, Buskerud, Oslo and Akershus.
READER_COUNTIES = ("03", "31", "32", "33")


@dataclass(frozen=True)
class DemoUser:
    """A user of the demo: a role in one municipality, in some counties, or (neither) in the nation."""

    username: str
    given_name: str
    family_name: str
    role: Role
    description: str | Promise
    municipality: str = ""
    counties: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given_name} {self.family_name}"


DEMO_USERS = (
    DemoUser("koordinator", "Kari", "Nordby", Role.COORDINATOR, _("Intake coordinator, Moss"), MOSS),
    DemoUser("terapeut", "Ingrid", "Åsen", Role.THERAPIST, _("Occupational therapist, Moss"), MOSS),
    DemoUser("leder", "Lars", "Østby", Role.MANAGER, _("Manager, Moss"), MOSS),
    DemoUser("personvern", "Runa", "Vik", Role.PRIVACY_OFFICER, _("Privacy officer, Moss"), MOSS),
    DemoUser(
        "fylke",
        "Nils",
        "Sæther",
        Role.COUNTY_READER,
        _("County reader, Østfold, Buskerud, Oslo and Akershus"),
        counties=READER_COUNTIES,
    ),
    DemoUser("nasjonal", "Máret", "Sárá", Role.NATIONAL_READER, _("National reader")),
    DemoUser("admin", "Astrid", "Berge", Role.ADMINISTRATOR, _("Administrator")),
    DemoUser("strand", "Amina", "Warsame", Role.COORDINATOR, _("Intake coordinator, Strand"), STRAND),
)


def demo_users() -> tuple[DemoUser, ...]:
    """The users in the order they are offered. All have the password DEMO_PASSWORD."""
    return DEMO_USERS
