"""`manage.py rollups {refresh,check,freeze}`: the finished statistics behind the dashboards."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from referrals.actions import rollups
from referrals.actions.rollups import Difference
from referrals.views.clock import today


class Command(BaseCommand):
    """`refresh` does all that is due, also what the jobs leave for the night. `check` ends with exit code 1 where what
    is kept is not what the rows say, with a line for each difference. `freeze` puts down the month-ends that are due.
    """

    help = "Brings the finished statistics up to date, or compares them with the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["refresh", "check", "freeze"])
        parser.add_argument("--days", type=int, metavar="N", help="check: only the N newest of the kept days")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "refresh":
            self._refresh()
        elif options["what"] == "freeze":
            self._freeze()
        else:
            self._check(options["days"])

    def _refresh(self) -> None:
        done = rollups.refresh(today=today())
        others = rollups.tidy(today=today())
        self.stdout.write(f"{done.marks} changes taken up, {done.days + others} days worked out")

    def _freeze(self) -> None:
        for day in rollups.freeze(today=today()):
            self.stdout.write(f"{day} is frozen")

    def _check(self, days: int | None) -> None:
        found = rollups.check(at_most=days)
        for difference in found.differences:
            self.stdout.write(_line(difference))
        if found.differences:
            raise CommandError(f"{len(found.differences)} figures are not what the rows say.")
        outdated = f", {found.outdated} are outdated and were not compared" if found.outdated else ""
        self.stdout.write(f"All figures of {found.days} days are what the rows say{outdated}.")


def _line(difference: Difference) -> str:
    part = f" {difference.part}" if difference.part else ""
    where = f"{difference.day} {difference.place}, {difference.split}{part}, {difference.column}"
    if difference.kept is None and difference.true is None:
        return f"{where}: differs (of too few to be told)"
    return f"{where}: kept {_told(difference.kept)}, true {_told(difference.true)}"


def _told(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"
