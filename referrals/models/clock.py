"""What a row knows of its wait once the database has read the clock for it."""

from datetime import date

from referrals import waiting


class OnTheClock:
    """A referral read with `with_wait`: four numbers come from the database, the rest follows from them.

    The same words are aliases in SQL, for filters and sorting. A row read otherwise has none of them.
    """

    received_on: date
    gross_days: int
    paused_days: int
    target_days: int | None
    due_soon_days: int | None

    @property
    def net_days(self) -> int:
        """The wait without the pauses that stop the clock; serves only to judge the target."""
        return waiting.net_days(self.gross_days, self.paused_days)

    @property
    def days_left(self) -> int | None:
        """Days until the target is broken, negative once it is; None: not assessed."""
        return waiting.days_left(self.net_days, self.target_days)

    @property
    def due_on(self) -> date | None:
        """The last day on which a start meets the target; None: not assessed."""
        if self.target_days is None:
            return None
        return waiting.due_on(self.received_on, self.target_days, self.paused_days)

    @property
    def is_over_target(self) -> bool | None:
        """Whether the target is broken; None: not assessed, never "ok"."""
        return waiting.is_over_target(self.days_left)

    @property
    def is_due_soon(self) -> bool:
        """Whether the target falls due soon, by the municipality's own number of days."""
        return waiting.is_due_soon(self.days_left, self.due_soon_days)

    @property
    def is_over_ten_years(self) -> bool:
        """Whether the wait is so long that the date of receipt may be wrong."""
        return waiting.is_over_ten_years(self.gross_days)
