"""Figures from the shell: `manage.py report {waiting,flow,period,comparison,long,coverage} --on DATE …`."""

import json
from argparse import SUPPRESS
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from ergo.scope import scoped
from referrals.actions import recipes
from referrals.choices import Knowledge
from referrals.errors import DomainError
from referrals.exporters import comparison as comparison_export
from referrals.exporters import coverage as coverage_export
from referrals.exporters import flow as flow_export
from referrals.exporters import long_waits as long_export
from referrals.exporters import period as period_export
from referrals.exporters import waiting as waiting_export
from referrals.exporters.tabular import Sheet, as_csv, as_text
from referrals.models import County, Hindsight, KeptRecipe, Municipality, Referral, User, access_of
from referrals.permissions import NO_ACCESS, Access
from referrals.reports import comparison, coverage, flow, long_waits, period, three_figures, waiting_times
from referrals.reports.long_rows import long_rows, told
from referrals.reports.periods import (
    WEEKS_A_QUARTER,
    WEEKS_A_YEAR,
    Period,
    last_weeks,
    parse_day,
    until_day,
)
from referrals.reports.scopes import Level, Scope
from referrals.views.clock import now, today
from referrals.waiting import DEFINITION_VERSION


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: of whom, of which day or period, and how that day is looked at.

    `access`: of whoever works in the municipality and asks for its true numbers; else nobody's. `weeks`: of the starts
    beside those who wait. `others`: the numbers of the municipalities that it is compared with.
    """

    scope: Scope
    access: Access
    on: date
    period: Period
    hindsight: Hindsight
    data_as_of: datetime
    weeks: int = WEEKS_A_YEAR
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """What can be asked for: one or more reports that are printed as one.

    `of_a_place`: of one municipality or county as well. `has_history`: as it was known, and once more by its recipe.
    """

    build: Callable[[Asked], tuple[Any, ...]]
    as_dict: Callable[..., dict[str, Any]]
    as_sheet: Callable[..., Sheet]
    of_a_place: bool = True
    has_history: bool = True


def _waiting(asked: Asked) -> tuple[waiting_times.WaitingReport, three_figures.ThreeFigures]:
    """Those who wait, and beside them those who started and the estimate."""
    look: Any = {"data_as_of": asked.data_as_of, "hindsight": asked.hindsight}
    quarter = flow.build(asked.scope, last_weeks(asked.on, WEEKS_A_QUARTER), **look)
    three = three_figures.build(asked.scope, asked.on, weeks=asked.weeks, quarter=quarter, **look)
    return waiting_times.build(asked.scope, asked.on, **look), three


def _flow(asked: Asked) -> tuple[flow.FlowReport]:
    return (flow.build(asked.scope, asked.period, data_as_of=asked.data_as_of, hindsight=asked.hindsight),)


def _period_report(asked: Asked) -> tuple[period.PeriodReport]:
    """Only of true numbers: from two periods that overlap outsiders could work out a few."""
    if not asked.scope.exact:
        raise refused(_("The report period is for own staff: name them with --municipality and --as-staff."))
    report = period.build(asked.scope, asked.period, data_as_of=asked.data_as_of, hindsight=asked.hindsight)
    return (report,)


def _comparison(asked: Asked) -> tuple[comparison.ComparisonReport]:
    if asked.scope.level != Level.MUNICIPALITY:
        raise refused(_("The report comparison begins with a municipality: name it with --municipality."))
    places = _places((*asked.scope.codes, *asked.others))
    look: Any = {"data_as_of": asked.data_as_of, "hindsight": asked.hindsight}
    return (comparison.build(asked.scope, places, asked.on, **look),)


def _places(codes: Sequence[str]) -> list[Municipality]:
    """The municipalities in this order. Raises CommandError for a number that is none, or there twice, or too many."""
    present = Municipality.objects.present().select_related("county")
    found = {place.code: place for place in present.filter(code__in=codes)}
    for code in codes:
        if code not in found:
            raise refused(_("There is no municipality %(code)s.") % {"code": code})
    if len(found) < len(codes) or len(codes) > comparison.MOST_OTHERS + 1:
        raise refused(_("--with: name each municipality once, and seven at most."))
    return [found[code] for code in codes]


def _long(asked: Asked) -> tuple[long_waits.LongWaitsReport]:
    """For own staff also the rows that the user sees, by the referral's number."""
    if not asked.scope.exact:
        return (long_waits.build(asked.scope, asked.on, data_as_of=asked.data_as_of),)
    municipality = asked.scope.ids[0]
    visible = Referral.objects.visible_to(asked.access).filter(municipality_id=municipality)
    rows = told(long_rows(visible, asked.access, on=asked.on), asked.on, today=today())
    units = asked.access.units(municipality)
    return (
        long_waits.build_own(
            asked.scope, asked.on, visible, data_as_of=asked.data_as_of, units=units, rows=rows
        ),
    )


def _coverage(asked: Asked) -> tuple[coverage.CoverageReport]:
    return (coverage.build(asked.on, data_as_of=asked.data_as_of),)


KINDS = {
    waiting_times.NAME: Kind(_waiting, waiting_export.as_dict, waiting_export.as_sheet),
    flow.NAME: Kind(_flow, flow_export.as_dict, flow_export.as_sheet),
    period.NAME: Kind(_period_report, period_export.as_dict, period_export.as_sheet),
    comparison.NAME: Kind(_comparison, comparison_export.as_dict, comparison_export.as_sheet),
    long_waits.NAME: Kind(_long, long_export.as_dict, long_export.as_sheet, has_history=False),
    coverage.NAME: Kind(
        _coverage, coverage_export.as_dict, coverage_export.as_sheet, of_a_place=False, has_history=False
    ),
}
# Reports that are printed with another one, and are made again with it.
PRINTED_WITH = {three_figures.NAME: waiting_times.NAME}
# What is made again is asked for by the recipe alone.
IN_A_RECIPE = ("on", "since", "mode", "municipality", "county", "others")


class Command(BaseCommand):
    """Print a report, and nothing else, to standard output.

    Small numbers are hidden, as on the pages of those who do not work in the municipality, and no referral is read.
    `--as-staff USER` reads those of the one municipality asked for, where the user works, and shows true numbers.
    `--recipe` makes figures again that were shown on a page or in the shell, from what was registered by then.
    """

    help = (
        "Prints a report of a day or a period: who waits, what came and went, how municipalities compare, "
        "who has waited long, who has an ergoterapeut."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Wrong usage is told in one line too; --help has the rest."""
        return super().create_parser(prog_name, subcommand, usage=SUPPRESS, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", choices=list(KINDS))
        parser.add_argument("--on", metavar="DATE", help="the day, as 2024-12-31; today when left out")
        parser.add_argument(
            "--from", metavar="DATE", dest="since", help="flow, period: the first day; 13 weeks when left out"
        )
        parser.add_argument(
            "--mode",
            choices=Knowledge.values,
            help="now: as we now know it was, the default; then: with what was registered by the end of the day",
        )
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")
        parser.add_argument(
            "--with", metavar="CODES", dest="others", help="comparison: other municipalities, as 3105,3107"
        )
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--municipality", metavar="CODE", help="of one municipality, as 3103")
        place.add_argument("--county", metavar="CODE", help="of one county, as 31")
        parser.add_argument("--as-staff", metavar="USER", help="true numbers of the user's own municipality")
        parser.add_argument("--recipe", metavar="HASH", help="the same figures once more, by their recipe")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = KINDS[options["report"]]
        if not kind.of_a_place and (options["municipality"] or options["county"] or options["as_staff"]):
            raise refused(_("The coverage report is of the whole country: leave out the place."))
        if not kind.has_history and (options["mode"] or options["recipe"]):
            without = ", ".join(name for name, one in KINDS.items() if not one.has_history)
            message = _("These reports are made without history: %(names)s. Leave out --mode and --recipe.")
            raise refused(message % {"names": without})
        asked = _again(options) if options["recipe"] else _asked(options)
        with scoped(asked.scope.ids if asked.scope.exact else ()), transaction.atomic():
            reports = kind.build(asked)
            for recipe in (report.recipe for report in reports):
                if recipe.is_made_again:
                    recipes.keep(**recipe.as_kept())
        self._print(options["format"], reports, kind)

    def _print(self, form: str, reports: tuple[Any, ...], kind: Kind) -> None:
        if form == "json":
            text = json.dumps(kind.as_dict(*reports), ensure_ascii=False, indent=2) + "\n"
        else:
            text = (as_csv if form == "csv" else as_text)(kind.as_sheet(*reports))
        self.stdout.write(text, ending="")


def _asked(options: dict[str, Any]) -> Asked:
    """What the options say. Raises CommandError with what is wrong with one of them."""
    on = _day("--on", options["on"]) or today()
    since = _day("--from", options["since"])
    if since and options["report"] not in (flow.NAME, period.NAME):
        raise refused(_("--from goes with the reports flow and period."))
    if options["others"] and options["report"] != comparison.NAME:
        raise refused(_("--with goes with the report comparison."))
    if since and since > on:
        raise refused(_("--from: the first day comes after the last one."))
    return Asked(
        scope=_scope(options),
        access=_access_of(options["as_staff"]),
        on=on,
        period=until_day(since, on) if since else last_weeks(on, WEEKS_A_QUARTER),
        hindsight=Hindsight(Knowledge(options["mode"] or Knowledge.NOW)),
        data_as_of=now(),
        others=_codes(options["others"]),
    )


def _again(options: dict[str, Any]) -> Asked:
    """What a kept recipe says. Raises CommandError for one that is not kept, or that other rules made."""
    if any(options[name] for name in IN_A_RECIPE):
        raise refused(_("--recipe says day and place itself: leave out the other options."))
    kept = KeptRecipe.objects.filter(hash=options["recipe"]).first()
    name = kept and kept.question["report"]
    if kept is None or PRINTED_WITH.get(name, name) != options["report"]:
        raise refused(_("There is no recipe %(hash)s of this report.") % {"hash": options["recipe"]})
    question = kept.question
    if question["definition_version"] != DEFINITION_VERSION:
        versions = {"made": question["definition_version"], "present": DEFINITION_VERSION}
        raise refused(
            _("The recipe is of definitions version %(made)s, and this is version %(present)s.") % versions
        )
    on, filters = date.fromisoformat(question["on"]), question["filters"]
    started = _period(filters.get("started")) or last_weeks(on, WEEKS_A_YEAR)
    return Asked(
        scope=_scope_of(question["scope"], options["as_staff"]),
        access=_access_of(options["as_staff"]),
        on=on,
        period=_period(filters.get("period")) or last_weeks(on, WEEKS_A_QUARTER),
        hindsight=Hindsight(Knowledge(question["mode"]), until=kept.data_as_of),
        data_as_of=kept.data_as_of,
        weeks=round(started.weeks),
        others=_codes(filters.get("with")),
    )


def _period(text: str | None) -> Period | None:
    """A period as recipes write it, 2026-01-01/2026-04-01, half-open."""
    return Period(*map(date.fromisoformat, text.split("/"))) if text else None


def _codes(text: str | None) -> tuple[str, ...]:
    """Numbers of municipalities with commas between them."""
    return tuple(code.strip() for code in text.split(",")) if text else ()


def _day(option: str, text: str | None) -> date | None:
    """A day of an option, None without it. Raises CommandError with what is wrong with it."""
    try:
        return parse_day(text, today=today()) if text is not None else None
    except DomainError as error:
        raise refused(f"{option}: {error}") from error


def _scope(options: dict[str, Any]) -> Scope:
    """The place asked for. Raises CommandError for one that does not exist, or is not the user's own."""
    if options["municipality"]:
        return _municipality_scope(options["municipality"], options["as_staff"])
    if options["as_staff"]:
        raise refused(_("--as-staff goes with --municipality: one of the user's own."))
    if not options["county"]:
        return Scope.nation()
    return _county_scope([options["county"]])


def _scope_of(asked: dict[str, Any], username: str | None) -> Scope:
    """The place of a recipe. True numbers need --as-staff with somebody who works there now."""
    codes = asked["codes"]
    if asked["level"] == Level.MUNICIPALITY:
        if not asked["suppressed"] and username is None:
            raise refused(_("The recipe is of true numbers: name with --as-staff who works there."))
        return _municipality_scope(codes[0], None if asked["suppressed"] else username)
    return _county_scope(codes) if codes else Scope.nation()


def _county_scope(codes: list[str]) -> Scope:
    counties = {county.code: county for county in County.objects.filter(code__in=codes)}
    for code in codes:
        if code not in counties:
            raise refused(_("There is no county %(code)s.") % {"code": code})
    return Scope.counties(counties[code] for code in codes)


def _municipality_scope(code: str, username: str | None) -> Scope:
    municipality = Municipality.objects.present().filter(code=code).first()
    if municipality is None:
        raise refused(_("There is no municipality %(code)s.") % {"code": code})
    if username is None:
        return Scope.municipality(municipality, NO_ACCESS)
    scope = Scope.municipality(municipality, _access_of(username))
    if not scope.exact:
        words = {"user": username, "municipality": municipality}
        raise refused(_("%(user)s does not work in %(municipality)s.") % words)
    return scope


def _access_of(username: str | None) -> Access:
    user = User.objects.filter(username=username).first() if username else None
    return access_of(user, on=today()) if user else NO_ACCESS


def refused(message: str) -> CommandError:
    """An argument that makes no sense: one line on standard error, and the exit status of wrong usage."""
    return CommandError(message, returncode=2)
