"""Small numbers: the one place that decides which figures may be shown outside the unit whose citizens they count.

WAITING.md, "Statistics rules"; counts of municipalities, posts and årsverk are never suppressed.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# The least count that is shown, and the least counts behind a median and a 90th percentile.
LEAST_SHOWN = 5
LEAST_FOR_MEDIAN = 10
LEAST_FOR_P90 = 20


class Hidden(TextChoices):
    """Why a figure is hidden; the label is what stands in its place."""

    SMALL = "small", "<5"
    WITHHELD = "withheld", _("Withheld")


@dataclass(frozen=True)
class Figure:
    """A number as it may be shown: its value, or why it is hidden.

    Neither a value nor hidden: the figure is not defined, as the median of nobody.
    """

    value: int | float | None = None
    hidden: Hidden | None = None

    @property
    def suppressed(self) -> bool:
        """Whether there is a number which may not be shown. Files and the API write null, and this beside it."""
        return self.hidden is not None

    def minus(self, other: "Figure") -> "Figure":
        """The difference, which is withheld where one of the two is hidden, and undefined where one is."""
        if self.suppressed or other.suppressed:
            return WITHHELD
        if self.value is None or other.value is None:
            return Figure()
        return Figure(self.value - other.value)


SMALL = Figure(hidden=Hidden.SMALL)
WITHHELD = Figure(hidden=Hidden.WITHHELD)
