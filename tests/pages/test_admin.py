"""The administrators' site: who comes in, what is edited, and what of a case is only looked at."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.cache import caches
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ergo.scope import scoped
from referrals.actions.auditing import security_event
from referrals.admin.site import CitizenAdmin, LogAdmin, RecordAdmin
from referrals.choices import SecurityEventKind
from referrals.models import (
    AuditEvent,
    BoundaryMap,
    Category,
    Digest,
    Employment,
    JobState,
    LogSeal,
    Membership,
    Municipality,
    OpenDataSwitch,
    Person,
    PriorityKey,
    Referral,
    ReferralEvent,
    SecurityEvent,
    StaffingImport,
    Therapist,
    User,
)
from tests.factories import (
    BoundaryMapFactory,
    CategoryFactory,
    ContactFactory,
    DigestFactory,
    EmploymentFactory,
    InstallationFactory,
    MembershipFactory,
    MunicipalityFactory,
    PersonFactory,
    ReferralEventFactory,
    ReferralFactory,
    StaffingImportFactory,
    TherapistFactory,
    UserFactory,
)
from tests.harness.admin_forms import address
from tests.harness.factors import give_app

ClientFor = Callable[[User], Client]
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.model_name)
LOGS = [model for model in REGISTERED if isinstance(admin.site._registry[model], LogAdmin)]
RECORDS = [
    model
    for model in REGISTERED
    if isinstance(admin.site._registry[model], RecordAdmin) and model not in LOGS
]
CITIZENS = [model for model in RECORDS if isinstance(admin.site._registry[model], CitizenAdmin)]


def in_words(model: type[Model]) -> str:
    return model._meta.model_name


@pytest.fixture
def admin_client(client_for: ClientFor, administrator: User) -> Client:
    return client_for(administrator)


class TestWhoComesIn:
    def test_strangers_are_sent_to_the_ordinary_sign_in(self, client: Client, db: None) -> None:
        response = client.get("/admin/", follow=True)
        assert response.redirect_chain[-1] == ("/inn/?next=/admin/", 302)

    @pytest.mark.parametrize(
        "role", ["coordinator", "therapist_user", "manager", "county_reader", "national_reader"]
    )
    def test_other_roles_are_refused(
        self, role: str, request: pytest.FixtureRequest, client_for: ClientFor
    ) -> None:
        client = client_for(request.getfixturevalue(role))
        for url in ("/admin/", address(Referral, "changelist"), address(User, "changelist")):
            response = client.get(url, follow=True)
            assert response.status_code == 403, url

    def test_djangos_own_flags_open_nothing(self, client_for: ClientFor, coordinator: User) -> None:
        User.objects.filter(pk=coordinator.pk).update(is_staff=True, is_superuser=True)
        assert client_for(coordinator).get(address(Referral, "changelist"), follow=True).status_code == 403

    def test_every_page_says_that_the_demo_is_fictitious(self, admin_client: Client) -> None:
        assert "demo-mark" not in admin_client.get("/admin/").content.decode()
        InstallationFactory()
        caches["process"].clear()
        for url in ("/admin/", address(User, "changelist")):
            assert "demo-mark" in admin_client.get(url).content.decode(), url

    def test_the_pages_speak_norwegian_and_fit_every_gender(self, admin_client: Client) -> None:
        pages = (
            "/admin/",
            address(User, "add"),
            address(User, "changelist"),
            address(Membership, "changelist"),
        )
        texts = " ".join(admin_client.get(url).content.decode() for url in pages)
        for english in (
            "After you",
            "Password-based",
            "Start typing",
            "Toggle theme",
            "Enabled",
            "Breadcrumbs",
        ):
            assert english not in texts, english
        assert "legg til ny" not in texts.lower() and "Legg til: " in texts

    def test_what_cannot_be_saved_is_told_in_norwegian(self, admin_client: Client) -> None:
        assert "Rett feil" in admin_client.post(address(User, "add"), {}).content.decode()

    def test_the_way_out_is_for_those_who_have_another_role(
        self, admin_client: Client, administrator: User, municipality: Municipality
    ) -> None:
        assert "Vis nettsted" not in admin_client.get("/admin/").content.decode()
        MembershipFactory(user=administrator, role="coordinator", municipality=municipality)
        assert "Vis nettsted" in admin_client.get("/admin/").content.decode()

    def test_an_administrator_sees_every_register_and_no_record(self, admin_client: Client) -> None:
        response = admin_client.get("/admin/")
        assert response.status_code == 200
        for model in REGISTERED:
            listed = f'href="{address(model, "changelist")}"' in response.content.decode()
            assert listed == (model not in CITIZENS), model

    @pytest.mark.parametrize("model", CITIZENS, ids=in_words)
    def test_an_administrator_without_cases_is_told_why_a_list_of_records_is_empty(
        self, model: type[Model], admin_client: Client, municipality: Municipality
    ) -> None:
        ReferralFactory(municipality=municipality)
        page = admin_client.get(address(model, "changelist"))
        assert "ser ingen innbyggere" in page.content.decode()
        assert page.context["cl"].result_count == 0


class TestEveryPage:
    @pytest.mark.parametrize("model", REGISTERED, ids=in_words)
    def test_list_opens_searches_and_sorts_every_column(
        self, model: type[Model], admin_client: Client
    ) -> None:
        columns = admin.site._registry[model].list_display
        queries = [{}, {"q": "ås 1"}, *({"o": f"{n}.-{n}"} for n in range(1, len(columns) + 1))]
        for query in queries:
            assert admin_client.get(address(model, "changelist"), query).status_code == 200

    @pytest.mark.parametrize(
        "model", [m for m in REGISTERED if m not in [*RECORDS, *LOGS, OpenDataSwitch]], ids=in_words
    )
    def test_an_empty_form_says_what_is_missing(self, model: type[Model], admin_client: Client) -> None:
        """An empty form of open data lacks nothing: it switches it off."""
        assert admin_client.get(address(model, "add")).status_code == 200
        assert admin_client.post(address(model, "add"), {}).status_code in (200, 400)

    def test_lists_ask_as_often_for_thirty_rows_as_for_three(self, admin_client: Client) -> None:
        factories = {
            Employment: EmploymentFactory,
            Municipality: MunicipalityFactory,
            Person: PersonFactory,
            Referral: ReferralFactory,
            Therapist: TherapistFactory,
        }
        admin_client.get("/admin/")  # what is cached for all pages is not a list's own cost
        for model, factory in factories.items():
            factory.create_batch(3)
            few = self.queries(admin_client, model)
            factory.create_batch(27)
            assert self.queries(admin_client, model) == few, model

    @staticmethod
    def queries(client: Client, model: type[Model]) -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(address(model, "changelist"))
        return len(asked)


class TestRegisters:
    def test_a_municipality_is_changed(self, admin_client: Client) -> None:
        municipality = MunicipalityFactory(name="Gammelvik")
        page = admin_client.get(address(Municipality, "change", municipality.pk))
        form = page.context["adminform"].form
        data = {name: form.initial.get(name, "") or "" for name in form.fields} | {
            **page.context["carried"],
            "name": "Nyvik",
            "county": municipality.county_id,
            "valid_from": "01.01.2018",
            "populations-TOTAL_FORMS": 0,
            "populations-INITIAL_FORMS": 0,
        }
        response = admin_client.post(address(Municipality, "change", municipality.pk), data)
        assert response.status_code == 302, response.context["errors"]
        municipality.refresh_from_db()
        assert municipality.name == "Nyvik"

    def test_overlapping_employments_are_refused_in_words(self, admin_client: Client) -> None:
        employment = EmploymentFactory()
        data = {
            "therapist": employment.therapist_id,
            "municipality": employment.municipality_id,
            "occupation": employment.occupation_id,
            "engagement": "own",
            "fte": "0.5",
            "valid_from": "01.01.2025",
            "valid_to": "",
        }
        response = admin_client.post(address(Employment, "add"), data)
        assert response.status_code == 200
        assert "har allerede et arbeidsforhold" in response.content.decode()
        assert Employment.objects.count() == 1

    def test_impossible_aarsverk_are_refused_in_words(self, admin_client: Client) -> None:
        employment = EmploymentFactory()
        data = {
            "therapist": TherapistFactory().pk,
            "municipality": employment.municipality_id,
            "occupation": employment.occupation_id,
            "engagement": "own",
            "fte": "1.6",
            "valid_from": "01.01.2025",
        }
        response = admin_client.post(address(Employment, "add"), data)
        assert "høyst 1,5" in str(response.context["errors"])

    def test_what_others_point_at_cannot_be_removed(self, admin_client: Client) -> None:
        employment = EmploymentFactory()
        admin_client.post(address(Therapist, "delete", employment.therapist_id), {"post": "yes"})
        assert Therapist.objects.filter(pk=employment.therapist_id).exists()

    def test_the_code_of_a_category_is_never_renamed(self, admin_client: Client) -> None:
        """The history of referrals names it: an earlier day could no longer be read."""
        category = CategoryFactory(code="til-historien")
        typed = {"code": "nytt-navn", "name_nb": "Nytt", "name_nn": "Nytt", "name_en": "New", "position": "5"}
        page = address(Category, "change", category.pk)
        answer = admin_client.post(page, admin_client.get(page).context["carried"] | typed)
        category.refresh_from_db()
        assert answer.status_code == 302 and (category.code, category.name_nb) == ("til-historien", "Nytt")

    def test_autocomplete_finds_a_municipality_by_number(self, admin_client: Client) -> None:
        municipality = MunicipalityFactory()
        query = {"term": municipality.code, "app_label": "referrals", "model_name": "employment"}
        response = admin_client.get("/admin/autocomplete/", query | {"field_name": "municipality"})
        assert [row["id"] for row in response.json()["results"]] == [str(municipality.pk)]

    def test_autocomplete_answers_what_the_database_refuses(self, admin_client: Client) -> None:
        query = {"term": "\0", "app_label": "referrals", "model_name": "employment"}
        response = admin_client.get("/admin/autocomplete/", query | {"field_name": "municipality"})
        assert response.status_code == 200

    def test_a_new_user_gets_a_role(self, admin_client: Client, municipality: Municipality) -> None:
        user = UserFactory()
        data = {
            "user": user.pk,
            "role": "coordinator",
            "municipality": municipality.pk,
            "valid_from": "01.01.2026",
        }
        assert admin_client.post(address(Membership, "add"), data).status_code == 302
        assert user.memberships.get().municipality == municipality

    def test_a_county_role_in_a_municipality_is_refused(
        self, admin_client: Client, municipality: Municipality
    ) -> None:
        data = {"user": UserFactory().pk, "role": "county_reader", "municipality": municipality.pk}
        response = admin_client.post(address(Membership, "add"), data | {"valid_from": "01.01.2026"})
        assert "hører til en kommune" in response.content.decode()


class TestCases:
    """Nothing that tells who it is, and nothing that can be changed; only for who works in the municipality too."""

    SECRETS = (
        "Hemmelig",
        "Ukjentnavn",
        "99999999",
        "Gjemmebakken",
        "trykksår på hælen",
        "gå i fjæra",
        "Doktor Ås",
    )

    @pytest.fixture
    def referral(self, administrator: User) -> Referral:
        person = PersonFactory(
            given_name="Hemmelig", family_name="Ukjentnavn", phone="99999999", address="Gjemmebakken 1"
        )
        referral = ReferralFactory(
            municipality=person.municipality,
            person=person,
            reason="trykksår på hælen",
            what_matters="gå i fjæra",
            referrer_name="Doktor Ås",
        )
        MembershipFactory(user=administrator, municipality=referral.municipality)
        ReferralEventFactory(referral=referral, municipality=referral.municipality, note="trykksår på hælen")
        ContactFactory(referral=referral, municipality=referral.municipality)
        return referral

    def pages(self, referral: Referral) -> list[str]:
        return [
            address(Referral, "changelist"),
            address(Referral, "change", referral.pk),
            address(Referral, "history", referral.pk),
            address(Person, "changelist"),
            address(Person, "change", referral.person_id),
            address(Person, "history", referral.person_id),
        ]

    def test_pages_hold_no_name_identifier_contact_or_free_text(
        self, admin_client: Client, referral: Referral
    ) -> None:
        for url in self.pages(referral):
            response = admin_client.get(url)
            assert response.status_code == 200, url
            page = response.content.decode()
            for secret in (*self.SECRETS, referral.person.identifier):
                assert not secret or secret not in page, (url, secret)

    def test_the_history_of_a_referral_is_shown(self, admin_client: Client, referral: Referral) -> None:
        page = admin_client.get(address(Referral, "change", referral.pk)).content.decode()
        event = ReferralEvent.objects.get(referral=referral)
        assert str(event.get_kind_display()) in page

    @pytest.mark.parametrize("model", RECORDS, ids=in_words)
    def test_nothing_is_added_changed_or_removed(
        self, model: type[Model], admin_client: Client, referral: Referral
    ) -> None:
        JobState.objects.create(name="clear_sessions")
        StaffingImportFactory()
        BoundaryMapFactory()
        DigestFactory()
        pk = model.objects.get().pk
        assert admin_client.get(address(model, "add")).status_code == 403
        assert admin_client.get(address(model, "delete", pk)).status_code == 403
        assert admin_client.post(address(model, "change", pk), {"status": "closed"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        admin_client.post(address(model, "changelist"), chosen)
        assert model.objects.filter(pk=pk).exists()

    @pytest.mark.parametrize(
        "address",
        [
            "/admin/referrals/person/?given_name__startswith=H",
            "/admin/referrals/person/?address__contains=Gjemme",
            "/admin/referrals/person/?phone__startswith=9999",
            "/admin/referrals/person/?identifier_index=x",
            "/admin/referrals/referral/?reason__icontains=hælen",
            "/admin/referrals/referral/?person__family_name__startswith=U",
        ],
    )
    def test_no_address_asks_for_a_hidden_column_letter_by_letter(
        self, address: str, admin_client: Client, referral: Referral
    ) -> None:
        assert admin_client.get(address).status_code == 400

    @pytest.mark.parametrize(
        "query",
        ["status__exact=waiting", "priority__isnull=True", "category__id__exact=1", "protection__exact=none"],
    )
    def test_the_filters_that_are_offered_work(
        self, query: str, admin_client: Client, referral: Referral
    ) -> None:
        model = "person" if "protection" in query else "referral"
        assert admin_client.get(f"/admin/referrals/{model}/?{query}").status_code == 200

    def test_records_are_the_models_with_persons_and_cases_the_jobs_e_mails_keys_and_imports(self) -> None:
        assert RECORDS == [BoundaryMap, Digest, JobState, Person, PriorityKey, Referral, StaffingImport]


class TestLogs:
    def test_changes_of_registers_are_seen_and_those_of_cases_are_not(
        self, admin_client: Client, administrator: User
    ) -> None:
        municipality = MembershipFactory(user=administrator).municipality
        ReferralFactory(municipality=municipality)
        page = admin_client.get(address(AuditEvent, "changelist")).content.decode()
        assert "referrals_membership" in page and "referrals_referral<" not in page

    def test_a_line_tells_what_was_changed(self, admin_client: Client, administrator: User) -> None:
        membership = MembershipFactory()
        Membership.objects.filter(pk=membership.pk).update(valid_to=date(2030, 1, 1))
        with scoped(user_id=administrator.pk):
            line = AuditEvent.objects.get(
                table_name="referrals_membership", row_id=membership.pk, operation="U"
            )
        page = admin_client.get(address(AuditEvent, "change", line.pk)).content.decode()
        assert "2030-01-01" in page and "valid_to" in page

    def test_security_events_and_seals_are_seen(self, admin_client: Client) -> None:
        security_event(SecurityEventKind.REFUSED, detail="nokke på lur")
        assert "nokke på lur" in admin_client.get(address(SecurityEvent, "changelist")).content.decode()
        assert admin_client.get(address(LogSeal, "changelist")).status_code == 200

    @pytest.mark.parametrize("model", LOGS, ids=in_words)
    def test_nobody_adds_changes_or_removes_a_line(self, model: type[Model], admin_client: Client) -> None:
        security_event(SecurityEventKind.REFUSED)
        line = SecurityEvent.objects.get()
        assert admin_client.get(address(model, "add")).status_code == 403
        assert admin_client.post(address(SecurityEvent, "delete", line.pk)).status_code == 403
        assert admin_client.post(address(SecurityEvent, "change", line.pk), {}).status_code == 403

    def test_a_user_is_deactivated_never_removed(self, admin_client: Client, coordinator: User) -> None:
        assert admin_client.post(address(User, "delete", coordinator.pk), {"post": "yes"}).status_code == 403


def test_administrators_see_how_each_job_goes(admin_client: Client) -> None:
    known = JobState.objects.create(name="clear_sessions", result="failed", failures=3, error_kind="OSError")
    JobState.objects.create(name="of_another_version")
    page = admin_client.get(address(JobState, "changelist")).content.decode()
    for words in ("Rydding av utløpte økter", "Feilet", "OSError", "Neste kjøring", "of_another_version"):
        assert words in page, words
    page = admin_client.get(address(JobState, "change", known.pk)).content.decode()
    assert "clear_sessions" in page and "None" not in page


@pytest.mark.parametrize(
    ("for_real", "folder", "is_told"), [(True, "", True), (True, "/backups", False), (False, "", False)]
)
def test_administrators_are_told_where_nobody_backs_up(
    for_real: bool, folder: str, is_told: bool, admin_client: Client, settings: Any
) -> None:
    settings.FOR_REAL, settings.BACKUP_DIR = for_real, folder
    page = admin_client.get(address(JobState, "changelist")).content.decode()
    assert ("Ergo tar ingen sikkerhetskopi her" in page) == is_told


# ---------------------------------------------------------------- how users sign in


@pytest.mark.parametrize(
    "model", ["authenticator", "usersession", "socialaccount", "socialtoken", "emailaddress"]
)
def test_secrets_and_sessions_of_others_have_no_page(
    model: str, client_for: ClientFor, administrator: User
) -> None:
    index = client_for(administrator).get("/admin/").content.decode()
    assert f"/{model}/" not in index


def test_lost_factors_are_taken_away_by_an_administrator(
    client_for: ClientFor, administrator: User, coordinator: User
) -> None:
    give_app(coordinator)
    theirs, office = client_for(coordinator), client_for(administrator)
    chosen = {"action": "take_their_factors_away", "_selected_action": coordinator.pk}
    page = office.post("/admin/referrals/user/", chosen, follow=True)
    assert "nytt passord" in page.content.decode()
    assert not Authenticator.objects.filter(user=coordinator).exists()
    assert theirs.get("/konto/").url == "/inn/?next=/konto/"


def test_an_administrator_signs_somebody_out_everywhere(
    client_for: ClientFor, administrator: User, coordinator: User
) -> None:
    theirs, office = client_for(coordinator), client_for(administrator)
    office.post(
        "/admin/referrals/user/", {"action": "end_their_sessions", "_selected_action": coordinator.pk}
    )
    assert theirs.get("/konto/").url == "/inn/?next=/konto/"
