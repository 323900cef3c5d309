"""What is asked of coverage besides the day: by which definition, in which borders, and put together how."""

from collections.abc import Mapping
from dataclasses import dataclass

from referrals.choices import Borders, Definition, GroupedBy
from referrals.reports.recipe import Filters

PUBLISHED = Definition.AUTHORISED


@dataclass(frozen=True)
class Question:
    """Asked without more: the published number, in today's borders, for the nation. `by` None: not put together."""

    definition: Definition = PUBLISHED
    borders: Borders = Borders.TODAY
    by: GroupedBy | None = None

    @classmethod
    def of(cls, filters: Mapping[str, str]) -> "Question":
        """As a recipe has it."""
        by = filters.get("by", "")
        return cls(
            definition=Definition(filters.get("definition", PUBLISHED)),
            borders=Borders(filters.get("borders", Borders.TODAY)),
            by=GroupedBy(by) if by else None,
        )

    @property
    def filters(self) -> Filters:
        """The same for a recipe."""
        grouped = (("by", self.by.value),) if self.by else ()
        return (("definition", self.definition.value), ("borders", self.borders.value), *grouped)
