"""How the waitlist of a municipality is divided, for its own staff: also by therapist, which nobody else may know."""

from collections.abc import Collection, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from referrals.actions import recipes
from referrals.boards.distribution import distribution as board_of
from referrals.exporters import distribution as export
from referrals.forms.boards import OF_SHARES, DistributionForm
from referrals.models import Municipality, referrals_as
from referrals.reports import parts
from referrals.reports.periods import last_weeks
from referrals.views import subjects
from referrals.views.access import municipality_or_404
from referrals.views.clock import now, today
from referrals.views.context import Link
from referrals.views.files import answer, asked_for_file, downloads, file_name
from referrals.views.waitlist import offers
from referrals.views.weeks import FLOW_CHOICES, FLOW_PERIOD, asked_weeks, chosen_weeks, flow_choices


@require_safe
def distribution(request: HttpRequest, code: str) -> HttpResponse:
    """The cases that the user reaches, at the end of the day of the address."""
    municipality = municipality_or_404(request, code)
    subject, weeks = subjects.municipality(request, code), asked_weeks(request, FLOW_PERIOD, FLOW_CHOICES)
    periods = chosen_weeks(request, {FLOW_PERIOD: FLOW_CHOICES})
    form = DistributionForm(request.GET, today=today(), periods=periods)
    rows = referrals_as(form.hindsight).visible_to(request.access)
    look = {"data_as_of": now(), "hindsight": form.hindsight, "reached": subject.reached}
    report = parts.build(subject.scope, last_weeks(form.day, weeks), rows, **look)
    recipes.keep(**report.recipe.as_kept())
    kind = asked_for_file(request)
    if kind and form.is_valid():
        return answer(kind, file_name("fordeling", report.scope, report.on), export, report)
    context = {
        "subject": subject,
        "trail": subjects.trail_below(subject, form),
        "form": form,
        "report": report,
        "board": board_of(
            report,
            subjects.drilldown(subject.waitlist, form),
            of_shares=form.of_shares,
            listed=_listed(municipality),
        ),
        "switch": _switch(request, form, periods),
        "flow_title": _("The last %(weeks)s weeks") % {"weeks": weeks},
        "flow_choices": flow_choices(request, weeks),
        "downloads": downloads(request, export, report),
        "begins_on": report.begins_on,
    }
    return render(request, "distribution/distribution.html", context)


def _listed(municipality: Municipality) -> Collection[str]:
    """The caseloads to which the lists can be narrowed."""
    offered = {str(therapist["id"]) for therapist in offers(municipality).therapists}
    return frozenset({parts.NOBODY, *offered})


def _switch(request: HttpRequest, form: DistributionForm, periods: Mapping[str, int]) -> list[Link]:
    """The two things that the shaded table can show of the same day, beside the same weeks."""
    kept = form.values | {name: str(weeks) for name, weeks in periods.items()}
    of_counts, of_shares = (f"?{urlencode(query)}".rstrip("?") for query in (kept, kept | {"vis": OF_SHARES}))
    return [
        Link(request.path + of_counts, _("How many wait"), current=not form.of_shares),
        Link(request.path + of_shares, _("Share over target"), current=form.of_shares),
    ]
