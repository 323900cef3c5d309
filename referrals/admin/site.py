"""The two kinds of page: a register that is edited, and a record that is only read."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.admin import ModelAdmin, TabularInline
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.db import IntegrityError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals.actions.auditing import record_view
from referrals.actions.transactions import judged_together, refusal_in_words
from referrals.admin.refusals import PlacedForm
from referrals.admin.saving import (
    ONE_TIME_KEY,
    SHOWN,
    RegisterForm,
    RegisterFormSet,
    remembered,
    saved_before,
    sent_key,
)
from referrals.choices import ViewKind
from referrals.permissions import Permission

# How Django's filters ask for what a list_filter names.
OFFERED_LOOKUPS = ("", "__exact", "__isnull", "__id__exact", "__pk__exact")


class RegisterAdmin(ModelAdmin):
    """A register: administrators may look, add, change and remove what nothing else points at."""

    form = RegisterForm
    judged_together: tuple[str, ...] = ()  # constraints that the page's rows meet together, not one by one
    list_per_page = 50
    offered_while_typing = True
    show_full_result_count = False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple:
        """Without NUL, which PostgreSQL refuses and Django lets through where it completes what is typed."""
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What is saved is compared with a row that nobody else can save meanwhile, and what is added is added once."""
        if request.method == "POST" and self.has_change_permission(request):
            if object_id is not None:
                self._hold(request, object_id)
            elif (earlier := saved_before(request, self.model)) is not None:
                return self._lead_to(request, earlier)
        try:
            with judged_together(*self.judged_together):
                return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            refusal = refusal_in_words(error)
            if refusal is None:
                raise
            # What no form can know beforehand: the page once more, as it was typed, with what the database said.
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A class of its own for each page, which knows what the database refused."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def _hold(self, request: HttpRequest, object_id: str) -> None:
        """Until the end of the request. A row that does not exist is told of by the page itself."""
        found = self.get_object(request, unquote(object_id))
        if found is not None:
            self.model._base_manager.select_for_update(no_key=True).filter(pk=found.pk).order_by("pk").first()

    def _lead_to(self, request: HttpRequest, row_id: str) -> HttpResponse:
        """To what the form was saved as the first time."""
        found = self.get_object(request, row_id)
        if found is not None and IS_POPUP_VAR in request.POST:
            return self.response_add(request, found)
        messages.warning(request, _("This form is saved already, and nothing was added once more."))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", quote(row_id))

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        """Django's log of what was added, which nobody can change, remembers the form."""
        key = sent_key(request)
        return super().log_addition(request, obj, [*message, remembered(key)] if key else message)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        """The form carries what it was shown with, or the key by which it is added once."""
        carried: dict[str, Any] = {}
        if kwargs.get("add"):
            carried[ONE_TIME_KEY] = sent_key(request) or uuid4()
        elif self.has_change_permission(request):
            carried[SHOWN] = context["adminform"].form.shown_as
        return super().render_change_form(request, context | {"carried": carried}, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.access.can(Permission.ADMINISTER)


class RegisterInline(TabularInline):
    """Rows that belong to one row of a register, edited with it."""

    extra = 0
    form = PlacedForm
    formset = RegisterFormSet
    template = "admin/register_inline.html"
    has_view_permission = RegisterAdmin.has_view_permission
    has_add_permission = RegisterAdmin.has_add_permission
    has_change_permission = RegisterAdmin.has_change_permission
    has_delete_permission = RegisterAdmin.has_delete_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """While it is saved, as the row itself: nobody else can save these meanwhile."""
        rows = super().get_queryset(request)
        is_saved = request.method == "POST" and self.has_change_permission(request)
        return rows.select_for_update(no_key=True, of=("self",)) if is_saved else rows


class Refusal:
    """Nobody adds, changes or removes cases here: that is done on their own pages, with a history."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RecordAdmin(Refusal, RegisterAdmin):
    """A record that is only looked at; lists its fields, so that a new one never shows by itself."""

    actions = None


class LogAdmin(RecordAdmin):
    """A log that concerns no citizen."""


class CitizenAdmin(RecordAdmin):
    """A record about a citizen: whoever opens one, or a list of them, is written down in the read log.

    Such records are not offered to choose from while somebody types on another page. Only those of municipalities
    where the administrator also works with cases are seen; whoever keeps registers and no more sees none, and is told
    why. A shielded record stands in the list without a name, and does not open.
    """

    offered_while_typing = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and request.access.can(Permission.SEE_CASES)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the filters offer: else an address could ask for a hidden column letter by letter."""
        offered = (str(name) for name in self.list_filter)
        return lookup in {f"{name}{suffix}" for name in offered for suffix in OFFERED_LOOKUPS}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).visible_to(request.access).with_shield(request.access)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        found = super().get_object(request, object_id, from_field)
        return None if found is None or found.is_shielded else found

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.access.can(Permission.SEE_CASES):
            messages.info(
                request,
                _(
                    "Administrators keep registers and users and see no citizens. A citizen or a referral is seen here "
                    "only by whoever also works with cases in the municipality."
                ),
            )
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None:
            record_view(ViewKind.ADMIN_LIST, listed.result_list, access=request.access)
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        record_view(ViewKind.ADMIN_RECORD, [kwargs["obj"]], access=request.access)
        return super().render_change_form(request, context, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().history_view(request, object_id, extra_context)
        shown = getattr(response, "context_data", {}).get("object")
        if shown is not None:
            record_view(ViewKind.ADMIN_RECORD, [shown], access=request.access)
        return response


class RecordInline(Refusal, RegisterInline):
    """Rows that belong to a record, only looked at."""

    can_delete = False
