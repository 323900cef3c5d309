"""Users, how they sign in, and what their memberships let them do."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401  (all four: so that what they register can be taken out again)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from referrals.actions.auditing import security_event
from referrals.actions.sign_in import end_sessions, take_away_factors
from referrals.admin.saving import RegisterForm
from referrals.admin.site import RegisterAdmin, RegisterInline
from referrals.choices import SecurityEventKind as Kind
from referrals.models import Membership, User

admin.site.unregister(Group)  # rights come from memberships, so a group would promise what it does not give
# Secrets and sessions are nobody's to read; what an administrator may do about them are actions on the user.
admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])


class MembershipInline(RegisterInline):
    model = Membership
    autocomplete_fields = ["municipality", "unit", "counties"]


def tell_of_rights(request: HttpRequest, user: User) -> None:
    """Put on record that somebody's rights were changed, and whether they were the administrator's own."""
    whose = "their own" if user.pk == request.user.pk else f"of user {user.pk}"
    security_event(Kind.RIGHTS_CHANGED, request=request, detail=whose)


class ExternalIdentityForm(ModelForm):
    """Who the user is at a provider. Issuer and subject stand on the page that turned the user away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"] = ChoiceField(
            label=_("Issuer"),
            choices=[(known.issuer, known.label) for known in settings.SINGLE_SIGN_ON.values()],
        )
        self.fields["uid"].label = _("Subject")


class ExternalIdentityInline(RegisterInline):
    model = SocialAccount
    form = ExternalIdentityForm
    fields = ["provider", "uid"]
    verbose_name = _("identity at the municipality’s own sign-in")
    verbose_name_plural = _("identities at the municipality’s own sign-in")


class UserForm(RegisterForm, UserChangeForm):
    """A user, of whose password it shows only that there is one."""


@admin.register(User)
class UserAdmin(RegisterAdmin, DjangoUserAdmin):
    form = UserForm
    list_display = ["username", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["username", "first_name", "last_name", "email"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email", "language"]}),
        (_("Access"), {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    inlines = [MembershipInline]
    actions = ["end_their_sessions", "take_their_factors_away"]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[RegisterInline]]:
        """Identities only where there is a sign-in that they could belong to."""
        return [*self.inlines, *([ExternalIdentityInline] if settings.SINGLE_SIGN_ON else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A user is deactivated, never removed: the logs name them."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Whoever is deactivated is out at once, and stays out when they are let in again."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            end_sessions(user=obj)
            security_event(Kind.SESSIONS_ENDED, request=request, detail=f"user {obj.pk} deactivated")

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """A new password from an administrator: the user is out everywhere, and it is on record."""
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and isinstance(response, HttpResponseRedirect):
            user = end_sessions(user=self.get_object(request, unquote(id)))
            security_event(Kind.ACCOUNT_CHANGED, request=request, detail=f"password of user {user.pk}")
        return response

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: Any, change: bool) -> None:
        """Memberships and identities on the user's own page are rights like any other."""
        super().save_formset(request, form, formset, change)
        if formset.new_objects or formset.changed_objects or formset.deleted_objects:
            tell_of_rights(request, form.instance)

    @admin.action(description=_("Sign the chosen users out everywhere"))
    def end_their_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            end_sessions(user=user)
            security_event(Kind.SESSIONS_ENDED, request=request, detail=f"of user {user.pk}")
        self.message_user(request, _("They are signed out everywhere."), messages.SUCCESS)

    @admin.action(description=_("Take away the second factors of the chosen users"))
    def take_their_factors_away(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            take_away_factors(user=user)
            security_event(
                Kind.ACCOUNT_CHANGED, request=request, detail=f"second factors of user {user.pk} gone"
            )
        text = _(
            "Their second factors are gone. Give them a new password too: it alone now lets them set up new ones."
        )
        self.message_user(request, text, messages.SUCCESS)


@admin.register(Membership)
class MembershipAdmin(RegisterAdmin):
    list_display = ["user", "role", "municipality", "valid_from", "valid_to"]
    list_filter = ["role"]
    list_select_related = ["user", "municipality"]
    search_fields = ["user__username", "user__last_name", "municipality__code", "municipality__name"]
    autocomplete_fields = ["user", "municipality", "unit", "counties"]

    def save_model(self, request: HttpRequest, obj: Membership, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell_of_rights(request, obj.user)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        super().delete_model(request, obj)
        tell_of_rights(request, obj.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        users = {membership.user for membership in queryset.select_related("user")}
        super().delete_queryset(request, queryset)
        for user in users:
            tell_of_rights(request, user)
