"""A country with one municipality in each state of coverage, and where its pages are."""

from dataclasses import dataclass

from django.http import HttpResponse

from referrals.models import Municipality

URL = "/dekning/"
SERIES = f"{URL}utvikling/"
STATES = ("own", "purchased", "agreement", "none", "unknown")


@dataclass(frozen=True)
class Country:
    """One municipality in each state, the four without an own employee in another county."""

    own: Municipality
    purchased: Municipality
    agreement: Municipality
    none: Municipality
    unknown: Municipality


def listed(page: HttpResponse) -> list[str]:
    """The codes of the municipalities in the list by county."""
    return [row.code for one in page.context["lists"] for row in one.rows]
