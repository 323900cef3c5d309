"""Persons and referrals, only looked at: without identifier, name, contact details and free text."""

from django.contrib import admin
from django.utils.translation import gettext as _

from referrals.admin.site import CitizenAdmin, RecordInline
from referrals.models import (
    Contact,
    InformationRequest,
    Person,
    PreliminaryReply,
    Referral,
    ReferralEvent,
    WaitPause,
)


class PauseInline(RecordInline):
    model = WaitPause
    fields = ["reason", "started_on", "ended_on"]


class ContactInline(RecordInline):
    model = Contact
    fields = ["kind", "held_on", "therapist"]


class PreliminaryReplyInline(RecordInline):
    model = PreliminaryReply
    fields = ["sent_on"]


class InformationRequestInline(RecordInline):
    model = InformationRequest
    fields = ["asked_of", "asked_on", "wanted_by", "received_on"]


class EventInline(RecordInline):
    model = ReferralEvent
    fields = ["kind", "happened_on", "registered_at", "registered_by", "details"]


@admin.register(Referral)
class ReferralAdmin(CitizenAdmin):
    list_display = [
        "number",
        "municipality",
        "category",
        "status",
        "priority",
        "received_on",
        "started_on",
        "closed_on",
        "outcome",
    ]
    list_filter = ["status", "priority", "category", "source", "handling", "municipality__county"]
    list_select_related = ["municipality", "category"]
    search_fields = ["=number", "=municipality__code", "municipality__name"]
    search_help_text = Referral._meta.get_field("number").help_text
    fields = [
        ("municipality", "number"),
        ("category", "handling", "urgency"),
        ("source", "channel"),
        ("received_on", "seniority_on"),
        ("registered_at", "registered_by"),
        ("status", "priority", "prioritised_on"),
        ("therapist", "assigned_on"),
        ("started_on", "closed_on", "outcome"),
        ("changed_at", "version"),
    ]
    inlines = [PauseInline, ContactInline, PreliminaryReplyInline, InformationRequestInline, EventInline]


@admin.register(Person)
class PersonAdmin(CitizenAdmin):
    list_display = ["citizen", "municipality", "identifier_kind", "protection"]
    list_filter = ["identifier_kind", "protection", "municipality__county"]
    list_select_related = ["municipality"]
    search_fields = ["=municipality__code", "municipality__name"]
    fields = ["citizen", "municipality", "identifier_kind", "protection", "written_form"]
    readonly_fields = ["citizen"]
    ordering = ["pk"]  # by name, the place in the list would tell who is shielded

    @admin.display(description=Person._meta.verbose_name)
    def citizen(self, person: Person) -> str:
        """Initials and birth year; nothing of somebody who is shielded."""
        return _("Protected") if person.is_shielded else str(person)
