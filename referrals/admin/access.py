"""Users and what their memberships let them do."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from referrals.admin.site import RegisterAdmin, RegisterInline
from referrals.models import Membership, User

admin.site.unregister(Group)  # rights come from memberships, so a group would promise what it does not give


class MembershipInline(RegisterInline):
    model = Membership
    autocomplete_fields = ["municipality", "counties"]


@admin.register(User)
class UserAdmin(RegisterAdmin, DjangoUserAdmin):
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


@admin.register(Membership)
class MembershipAdmin(RegisterAdmin):
    list_display = ["user", "role", "municipality", "valid_from", "valid_to"]
    list_filter = ["role"]
    list_select_related = ["user", "municipality"]
    search_fields = ["user__username", "user__last_name", "municipality__code", "municipality__name"]
    autocomplete_fields = ["user", "municipality", "counties"]
