"""A recipe that was kept, read back: what is asked for so that the same figures come once more."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from referrals.choices import Knowledge
from referrals.management.reports.asked import OF_COVERAGE, Asked, codes_in
from referrals.management.reports.kinds import PRINTED_WITH
from referrals.management.reports.places import access_by_name, county_scope, municipality_scope
from referrals.management.reports.refusal import refused
from referrals.models import Hindsight, KeptRecipe
from referrals.reports import deviations, long_waits, moved_rows, parts
from referrals.reports.periods import WEEKS_A_QUARTER, WEEKS_A_YEAR, Beside, Period, last_weeks
from referrals.reports.question import Question
from referrals.reports.reached import Reached
from referrals.reports.scopes import Level, Scope
from referrals.waiting import DEFINITION_VERSION

# Own staff's are of the cases that they reach.
OF_SOME_CASES = (parts.NAME, long_waits.NAME, moved_rows.NAME, deviations.NAME)
# What is made again is asked for by the recipe alone.
IN_A_RECIPE = (
    *("on", "since", "mode", "beside", "municipality", "county", "others", "year", "line", "month"),
    *("definition", "borders", "by"),
)


def asked_by_recipe(options: dict[str, Any]) -> Asked:
    """What a kept recipe says. Raises CommandError for one that is not kept, or cannot be followed any more."""
    if any(options[name] for name in IN_A_RECIPE):
        raise refused(_("--recipe says day and place itself: leave out the other options."))
    kept = _kept(options["recipe"], options["report"])
    question, filters = kept.question, kept.question["filters"]
    on, scope = date.fromisoformat(question["on"]), _scope(question["scope"], options["as_staff"])
    started = _period(filters.get("started")) or last_weeks(on, WEEKS_A_YEAR)
    return Asked(
        scope=scope,
        access=access_by_name(options["as_staff"]),
        on=on,
        asked_on=on,
        period=_period(filters.get("period")) or last_weeks(on, WEEKS_A_QUARTER),
        hindsight=Hindsight(Knowledge(question["mode"]), until=kept.data_as_of),
        data_as_of=kept.data_as_of,
        beside=Beside(filters.get("beside", Beside.WEEKS)),
        weeks=round(started.weeks),
        others=codes_in(filters.get("with")),
        year=int(filters["year"]) if "year" in filters else None,
        month=deviations.month_of(date.fromisoformat(f"{filters['month']}-01"))
        if "month" in filters
        else None,
        question=Question.of(filters) if question["report"] in OF_COVERAGE else Question(),
        reached=_reached(kept) if question["report"] in OF_SOME_CASES and scope.exact else None,
        filters=filters,
    )


def check_same(hash: str, reports: tuple[Any, ...]) -> None:
    """Raise CommandError unless one of the reports that were made again answers the question of the recipe.

    Where a register has changed, or a recipe asks for what nobody reads back, it would be another question.
    """
    if hash not in {report.recipe.hash for report in reports}:
        raise refused(_("What the recipe %(hash)s asked for cannot be made any more.") % {"hash": hash})


def _kept(hash: str, report: str) -> KeptRecipe:
    kept = KeptRecipe.objects.filter(hash=hash).first()
    name = kept and kept.question["report"]
    if kept is None or PRINTED_WITH.get(name, name) != report:
        raise refused(_("There is no recipe %(hash)s of this report.") % {"hash": hash})
    made = kept.question["definition_version"]
    if made != DEFINITION_VERSION:
        versions = {"made": made, "present": DEFINITION_VERSION}
        raise refused(
            _("The recipe is of definitions version %(made)s, and this is version %(present)s.") % versions
        )
    return kept


def _scope(asked: Mapping[str, Any], username: str | None) -> Scope:
    """The place of a recipe. True numbers need --as-staff with somebody who works there now."""
    codes = asked["codes"]
    if asked["level"] == Level.MUNICIPALITY:
        if not asked["suppressed"] and username is None:
            raise refused(_("The recipe is of true numbers: name with --as-staff who works there."))
        return municipality_scope(codes[0], None if asked["suppressed"] else username)
    return county_scope(codes) if codes else Scope.nation()


def _reached(kept: KeptRecipe) -> Reached:
    """Which cases were counted."""
    reached = Reached.read(kept.question["filters"])
    if reached.has_opened:
        raise refused(
            _("The recipe is also of cases that emergency access had opened: which ones is not kept.")
        )
    return reached


def _period(text: str | None) -> Period | None:
    return Period.read(text) if text else None
