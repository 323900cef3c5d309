"""Views of the waitlist that are saved under a name, with how many each lists now; and the columns of the list."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from referrals.actions import saved_views as actions
from referrals.actions.profile import hide_columns
from referrals.errors import DomainError
from referrals.filters import WaitlistFilter
from referrals.forms.saved_views import ColumnsForm, SavedViewForm
from referrals.models import Municipality, SavedView
from referrals.permissions import Permission
from referrals.tables.saved_views import CountedView, SavedViewsTable
from referrals.tables.waitlist import WaitlistTable
from referrals.views.access import municipality_or_404
from referrals.views.clock import now
from referrals.views.unsent import brings_back, typed
from referrals.views.waitlist import SEARCH, filter_of, rows_in

SORT = "sort"
SAVE, COLUMNS, DELETE = "lagre", "kolonner", "slett"  # the buttons


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: HttpRequest, code: str) -> HttpResponse:
    """What is saved, and forms for what the address narrows the list to and for the columns; to htmx the menu alone."""
    municipality = municipality_or_404(request, code)
    chosen = filter_of(request, municipality, rows_in(request, municipality), request.GET)
    query = _lasting(chosen)
    filled = typed(request)
    about_columns = bool(filled) and COLUMNS in filled
    may_share = request.access.can(Permission.SHARE_VIEWS, municipality.pk)
    form = SavedViewForm(None if about_columns else filled, may_share=may_share)
    columns = ColumnsForm(filled if about_columns else None, hidden=request.user.hidden_columns)
    if request.method == "POST":
        if about_columns and _hid(request, columns):
            return redirect(_list(code, request.GET.urlencode()))
        if not about_columns and _saved(request, municipality, query, form):
            return redirect(_list(code, query))
    views = list(_counted(request, municipality))
    context = {
        "municipality": municipality,
        "views": views,
        "table": SavedViewsTable(views, address=lambda view: _address(request, municipality, view)),
        "form": form,
        "columns": columns,
        "chosen": in_words(chosen, query),
        "query": request.GET.urlencode(),
        "is_searched": SEARCH in request.GET,
        "list_url": _list(code, request.GET.urlencode()),
    }
    only_menu = request.htmx and not request.htmx.history_restore_request
    response = render(request, "waitlist/_views_menu.html" if only_menu else "waitlist/views.html", context)
    patch_vary_headers(response, ["HX-Request"])  # one address has two bodies
    return response


@brings_back
@require_http_methods(["GET", "HEAD", "POST"])
def saved_view(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """One view: called otherwise, shared or kept to oneself, or deleted."""
    municipality = municipality_or_404(request, code)
    back = reverse("saved_views", kwargs={"code": code})
    view = SavedView.objects.offered_to(request.user, municipality).filter(pk=pk).first()
    if view is None:
        messages.info(request, _("There is no such view any more."))
        return redirect(back)
    if not actions.may_change(view, access=request.access, by=request.user):
        request.access.check(Permission.SHARE_VIEWS, municipality.pk)
    may_share = request.access.can(Permission.SHARE_VIEWS, municipality.pk)
    as_it_is = {"name": view.name, "is_shared": view.is_shared}
    form = SavedViewForm(typed(request), initial=as_it_is, may_share=may_share)
    if request.method == "POST" and _changed(request, municipality, view, form):
        return redirect(back)
    context = {"municipality": municipality, "view": view, "form": form, "list_url": back}
    return render(request, "waitlist/view.html", context)


def in_words(chosen: WaitlistFilter, query: str) -> str:
    """What the list is narrowed to and sorted by; empty for the waitlist as it is."""
    told = [
        f"{chosen.form.fields[name].label}: {', '.join(_told(chosen.form.fields[name], value))}"
        for name, value in chosen.chosen.items()
    ]
    sort = QueryDict(query).get(SORT, "")
    if column := WaitlistTable.base_columns.get(sort.removeprefix("-")):
        falling = sort.startswith("-")
        words = _("Sorted by: %(column)s, falling") if falling else _("Sorted by: %(column)s")
        told.append(words % {"column": column.verbose_name})
    return " · ".join(told)


def _told(field: Any, value: Any) -> Iterator[str]:
    """Each value of a choice as the filter calls it."""
    labels = {str(code): str(label) for code, label in getattr(field, "choices", ())}
    for one in value if isinstance(value, list) else [value]:
        yield (
            date_format(one, "SHORT_DATE_FORMAT") if isinstance(one, date) else labels.get(str(one), str(one))
        )


def _lasting(chosen: WaitlistFilter) -> str:
    """What of the address is worth keeping: what was understood, and the sort. No page, and never a search."""
    query = QueryDict(mutable=True)
    for name, value in chosen.chosen.items():  # of one that may be said once, the last is what was understood
        query.setlist(name, dict.fromkeys(value) if isinstance(value, list) else [chosen.data[name]])
    sort = chosen.data.get(SORT, "")
    column = WaitlistTable.base_columns.get(sort.removeprefix("-"))
    if column is not None and column.orderable is not False:
        query[SORT] = sort
    return query.urlencode()


def _counted(request: HttpRequest, municipality: Municipality) -> Iterator[CountedView]:
    """Each view that the user may choose, counted as the list that it leads to."""
    rows = rows_in(request, municipality)
    for view in SavedView.objects.offered_to(request.user, municipality):
        chosen = filter_of(request, municipality, rows, QueryDict(view.query))
        is_lost = bool(chosen.errors)
        number = None if is_lost else chosen.qs.count()
        words = in_words(chosen, view.query)
        if is_lost:
            words = _("Something that was chosen is no longer to be had. Open the view and choose anew.")
        yield CountedView(view, _list(municipality.code, view.query), words, number)


def _hid(request: HttpRequest, columns: ColumnsForm) -> bool:
    """Whether the columns are kept as they were ticked."""
    if not columns.is_valid():
        return False
    hide_columns(by=request.user, columns=columns.hidden)
    messages.success(request, _("The columns of the list are as you chose them."))
    return True


def _saved(request: HttpRequest, municipality: Municipality, query: str, form: SavedViewForm) -> bool:
    """Whether the view has been saved; otherwise the form says why not."""
    if not form.is_valid():
        return False
    try:
        view = actions.save_view(
            municipality=municipality,
            name=form.cleaned_data["name"],
            query=query,
            is_shared=form.cleaned_data.get("is_shared", False),
            access=request.access,
            by=request.user,
            at=now(),
        )
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return True


def _changed(request: HttpRequest, municipality: Municipality, view: SavedView, form: SavedViewForm) -> bool:
    """Whether what the button asks for has been done; otherwise the form says why not."""
    which: dict[str, Any] = {"view_id": view.pk, "municipality": municipality}
    who: dict[str, Any] = {"access": request.access, "by": request.user}
    try:
        if DELETE in request.POST:
            actions.delete_view(**which, **who)
            messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
            return True
        if not form.is_valid():
            return False
        is_shared = form.cleaned_data.get("is_shared", view.is_shared)
        actions.change_view(**which, name=form.cleaned_data["name"], is_shared=is_shared, **who)
    except SavedView.DoesNotExist:
        messages.info(request, _("There is no such view any more."))
        return True
    except DomainError as error:
        form.refuse(error)
        return False
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
    return True


def _address(request: HttpRequest, municipality: Municipality, view: SavedView) -> str:
    """The page on which the user may change the view; empty where they may not."""
    if not actions.may_change(view, access=request.access, by=request.user):
        return ""
    return reverse("saved_view", kwargs={"code": municipality.code, "pk": view.pk})


def _list(code: str, query: str) -> str:
    return f"{reverse('waitlist', kwargs={'code': code})}?{query}".rstrip("?")
