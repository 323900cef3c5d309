"""Official figures sent in by an administrator: the file is looked at first, and written when it is confirmed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from referrals.actions import official_statistics as actions
from referrals.boards import official_preview as board
from referrals.choices import FigureStatus
from referrals.errors import FiguresChanged
from referrals.forms.official_statistics import StatisticsFileForm
from referrals.importers.official_statistics.reading import MOST_BYTES, Preview, preview
from referrals.importers.rows import BrokenFiles, Problem
from referrals.models import StaffingDraft, StaffingImport
from referrals.models.official_statistics import LONGEST_FILE_NAME
from referrals.norwegian import number
from referrals.permissions import Permission
from referrals.views.clock import now, today
from referrals.views.context import Link

LATEST = 10
# What the buttons of the preview send as `step`.
SAVE, DROP = "save", "drop"


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """The form for a file; a file that can be read leads on to its preview, any other to what is wrong with it."""
    request.access.check(Permission.ADMINISTER)
    if request.method != "POST":
        return _form_page(request, StatisticsFileForm(on=today()))
    form = StatisticsFileForm(request.POST, request.FILES, on=today())
    if not form.is_valid():
        return _form_page(request, form)
    sent, typed = form.cleaned_data["file"], form.cleaned_data
    content = sent.read(MOST_BYTES + 1)
    try:
        preview(sent.name, content, today=today(), table=typed["table"], updated_on=typed["updated_on"])
    except BrokenFiles as error:
        return _form_page(request, form, error.problems)
    actions.keep_draft(
        file_name=sent.name[-LONGEST_FILE_NAME:],
        content=content,
        table=typed["table"],
        updated_on=typed["updated_on"],
        by=request.user,
        at=now(),
    )
    return redirect("official_statistics_preview")


@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    """What the file would bring, from where it is written or thrown away."""
    request.access.check(Permission.ADMINISTER)
    draft = StaffingDraft.objects.filter(user=request.user).first()
    if draft is None:
        return redirect("official_statistics")
    if request.method == "POST" and request.POST.get("step") == DROP:
        actions.drop_draft(by=request.user)
        messages.info(request, _("The file is thrown away. Nothing was saved."))
        return redirect("official_statistics")
    try:
        found = preview(
            draft.file_name,
            bytes(draft.content),
            today=today(),
            table=draft.table,
            updated_on=draft.updated_on,
        )
    except BrokenFiles as error:  # the registers have changed since it was sent
        return _form_page(request, StatisticsFileForm(on=today()), error.problems)
    if request.method == "POST" and request.POST.get("step") == SAVE:
        return _saved(request, found)
    return _preview_page(request, found)


def _saved(request: HttpRequest, found: Preview) -> HttpResponse:
    """On to the form with what was written; or to the preview anew, where it has become another."""
    try:
        batch = actions.record(
            source=found.source,
            figures=found.reading.figures,
            skipped=len(found.reading.skips),
            seen=request.POST.get("seen", "") or "-",
            by=request.user,
            at=now(),
        )
    except FiguresChanged as error:
        return _preview_page(request, found, str(error))
    actions.drop_draft(by=request.user)
    messages.success(request, _told(batch))
    return redirect("official_statistics")


def _told(batch: StaffingImport | None) -> str:
    if batch is None:
        return _("Nothing was new; nothing is changed.")
    count = batch.created_count + batch.replaced_count
    return ngettext("%(count)s figure is saved.", "%(count)s figures are saved.", count) % {
        "count": number(count)
    }


def _form_page(
    request: HttpRequest, form: StatisticsFileForm, problems: Sequence[Problem] = ()
) -> HttpResponse:
    context = {
        "form": form,
        "problems": problems,
        "latest": StaffingImport.objects.select_related("imported_by")[:LATEST],
        "trail": _trail(),
    }
    return render(request, "official_statistics/send.html", context)


def _preview_page(request: HttpRequest, found: Preview, problem: str = "") -> HttpResponse:
    comparison, reading = found.comparison, found.reading
    context: dict[str, Any] = {
        "source": found.source,
        "problem": problem,
        "conflicts": found.conflicts[: board.MOST_LISTED],
        "before": board.before(comparison),
        "cards": board.cards(comparison, reading),
        "statuses": [status.label for status in FigureStatus],
        "contents": board.contents(reading.figures),
        "replaced": board.replaced(comparison),
        "reasons": board.reasons(reading),
        "seen": comparison.state,
        "may_save": comparison.changes_anything and not found.conflicts,
        "trail": (*_trail(), Link(reverse("official_statistics"), _("Import official figures"))),
    }
    return render(request, "official_statistics/preview.html", context)


def _trail() -> tuple[Link, ...]:
    figures = reverse("admin:referrals_staffingfigure_changelist")
    return Link(reverse("admin:index"), _("Administration")), Link(figures, _("Official staffing figures"))
