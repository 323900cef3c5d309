"""Drafts of referrals: kept as typed, back where one left off, for nobody else, and gone when they have served."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ergo import scope
from referrals import identity
from referrals.actions import drafts as actions
from referrals.choices import Protection
from referrals.jobs.job import Occasion
from referrals.jobs.upkeep import clear_drafts
from referrals.models import (
    AuditEvent,
    Category,
    Draft,
    Municipality,
    Person,
    Referral,
    Submission,
    User,
    ViewLog,
    WaitPause,
)
from referrals.models.draft import LASTS
from referrals.views import unsent
from tests.factories import (
    NOW,
    DraftFactory,
    InstallationFactory,
    PersonFactory,
    ReferralFactory,
    SubmissionFactory,
)

ClientFor = Callable[[User], Client]
Clock = time_machine.Traveller

BORN = date(1948, 5, 17)
NUMBER = identity.synthetic(BORN, 3)
REASON = "Har falt på badet to ganger i høst, og trenger støtte"
QUIET = {unsent.QUIET_HEADER: "1"}


@pytest.fixture(autouse=True)
def demo(db: None) -> Iterator[None]:
    """Fictitious numbers are accepted; the answer is cached for a minute, so it is forgotten again."""
    InstallationFactory()
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class Desk:
    """Somebody at the screen, who logs a referral in the municipality of the tests."""

    def __init__(self, browser: Client, municipality: Municipality, category: Category) -> None:
        self.browser, self.municipality, self.category = browser, municipality, category
        self.start = reverse("referral_new", kwargs={"code": municipality.code})

    def begin(self, person: Person | None = None, **search: str) -> str:
        """The address of an empty form: of the citizen, or of a new one who was looked for with this."""
        if person is not None:
            search = {"name": person.name, "birth_date": f"{person.birth_date:%d%m%Y}"}
        found = self.browser.post(self.start, search or {"identifier": NUMBER})
        sent = {"sok": found.url.partition("sok=")[2], "person": person.pk if person else "ny"}
        return self.browser.post(f"{self.start}innbygger/", sent).url

    def save(self, form: str, *, version: int = 0, **typed: Any) -> HttpResponse:
        """What the script sends while somebody types."""
        sent = typed | {"save_draft": "1", "draft_version": version}
        return self.browser.post(form, sent, headers=QUIET)

    def discard(self, form: str) -> HttpResponse:
        return self.browser.post(f"{form}forkast/", follow=True)

    def facts(self, **changed: Any) -> dict[str, Any]:
        """Enough to register a referral of a new citizen."""
        return {
            "received_on": f"{NOW:%d%m%Y}",
            "source": "gp",
            "channel": "letter",
            "category": self.category.pk,
            "handling": "referral",
            "given_name": "Máret Ánne",
            "family_name": "Østby",
            "birth_date": "17.05.1948",
            "identifier": NUMBER,
            "reason": REASON,
        } | changed


@pytest.fixture
def desk(
    client_for: ClientFor, coordinator: User, municipality: Municipality, category: Category, clock: Clock
) -> Desk:
    return Desk(client_for(coordinator), municipality, category)


@pytest.fixture
def person(municipality: Municipality) -> Person:
    return PersonFactory(
        municipality=municipality, given_name="Per", family_name="Ås", birth_date=BORN, phone="482 12 345"
    )


def page_of(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def token_of(form: str) -> UUID:
    return UUID(form.rstrip("/").rpartition("/")[2])


class TestKeeping:
    def test_what_is_typed_is_kept_with_the_time_and_is_no_referral(self, desk: Desk) -> None:
        form = desk.begin()
        answer = desk.save(form, reason=REASON, received_on="31.02.", source="gp")
        assert (answer.status_code, answer.json()) == (200, {"told": "Kladd lagret kl. 10:00", "version": 1})
        assert not Referral.objects.exists() and not Person.objects.exists()
        draft = Draft.objects.get()
        assert (draft.key, draft.person, draft.saved_at) == (token_of(form), None, NOW)

    def test_it_comes_back_as_it_was_typed_without_being_judged(
        self, desk: Desk, coordinator: User, clock: Clock
    ) -> None:
        form = desk.begin()
        desk.save(
            form, reason=REASON, received_on="31.02.", identifier_unknown="on", category=desk.category.pk
        )
        clock.shift(timedelta(days=1))
        desk.browser.force_login(coordinator)
        shown = desk.browser.get(form)
        fields = shown.context["form"]
        assert fields["reason"].value() == REASON and fields["received_on"].value() == "31.02."
        assert not fields.errors and fields["identifier_unknown"].value()
        page = page_of(shown)
        assert f"Kladd lagret {NOW:%d.%m.%Y} kl. 10:00" in page and "Feil:" not in page
        assert f'<option value="{desk.category.pk}" selected' in page
        assert page.count("autofocus") == 1 and 'aria-invalid="true"' not in page

    def test_the_next_save_lies_over_the_one_before(self, desk: Desk, clock: Clock) -> None:
        form = desk.begin()
        desk.save(form, reason="Har")
        clock.shift(timedelta(minutes=3))
        answer = desk.save(form, version=1, reason=REASON)
        assert answer.json() == {"told": "Kladd lagret kl. 10:03", "version": 2}
        assert desk.browser.get(form).context["form"]["reason"].value() == REASON
        assert Draft.objects.count() == 1

    def test_the_same_sent_twice_is_kept_once(self, desk: Desk) -> None:
        form = desk.begin()
        answers = [desk.save(form, reason=REASON).json()["version"] for _nth in range(2)]
        assert answers == [1, 1] and Draft.objects.count() == 1

    def test_two_windows_neither_writes_over_the_other_unasked(self, desk: Desk) -> None:
        form = desk.begin()
        desk.save(form, reason="Fra det første vinduet")
        refused = desk.save(form, version=0, reason="Fra det andre vinduet")
        assert refused.status_code == 409 and refused.json()["version"] == 1
        assert "et annet vindu" in refused.json()["told"]
        assert desk.browser.get(form).context["form"]["reason"].value() == "Fra det første vinduet"
        assert desk.save(form, version=1, reason="Fra det andre vinduet").json()["version"] == 2

    @pytest.mark.parametrize("version", ["", "x", "-1", "1" * 20, "²"])
    def test_a_senseless_version_is_none(self, version: str, desk: Desk) -> None:
        assert desk.save(desk.begin(), version=version, reason=REASON).json()["version"] == 1

    def test_only_fields_of_the_form_are_kept(self, desk: Desk, person: Person) -> None:
        form = desk.begin(person)
        desk.save(
            form, reason=REASON, phone="1", csrfmiddlewaretoken="x", password="y", **{"initial-phone": "2"}
        )
        assert Draft.objects.get().typed.form.count("=") == 3

    def test_what_is_too_long_is_refused_in_words(self, desk: Desk) -> None:
        form = desk.begin()
        answer = desk.save(form, reason="x" * (actions.LONGEST + 1))
        assert answer.status_code == 422 and "for langt" in answer.json()["told"]
        assert not Draft.objects.exists()

    def test_there_is_an_end_to_how_many_one_has(self, desk: Desk, coordinator: User) -> None:
        for _nth in range(actions.MOST):
            DraftFactory(municipality=desk.municipality, user=coordinator)
        form = desk.begin()
        answer = desk.save(form, reason=REASON)
        assert answer.status_code == 422 and f"Du har {actions.MOST} kladder" in answer.json()["told"]
        desk.browser.post(f"{desk.start}{Draft.objects.first().key}/forkast/")
        assert desk.save(form, reason=REASON).status_code == 200

    def test_a_form_that_nobody_began_keeps_nothing(self, desk: Desk) -> None:
        answer = desk.save(f"{desk.start}{uuid4()}/", reason=REASON)
        assert answer.status_code == 422 and not Draft.objects.exists()

    def test_a_forged_one_is_refused(self, desk: Desk, coordinator: User) -> None:
        form = desk.begin()
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = desk.browser.cookies
        assert strict.post(form, {"save_draft": "1", "reason": REASON}, headers=QUIET).status_code == 403
        assert not Draft.objects.exists()


class TestWithoutScripts:
    def test_a_button_keeps_it(self, desk: Desk) -> None:
        form = desk.begin()
        page = page_of(desk.browser.get(form))
        assert 'name="save_draft" value="1"' in page and "Lagre kladd" in page
        shown = desk.browser.post(
            form, {"reason": REASON, "save_draft": "1", "draft_version": "0"}, follow=True
        )
        assert shown.redirect_chain == [(form, 302)]
        assert "Kladd lagret kl. 10:00" in page_of(shown) and REASON in page_of(shown)

    def test_another_window_was_first_nothing_is_lost_and_a_second_press_keeps_it(self, desk: Desk) -> None:
        form = desk.begin()
        desk.save(form, reason="Fra det første vinduet")
        sent = {"reason": REASON, "received_on": "31.02.", "save_draft": "1", "draft_version": "0"}
        shown = desk.browser.post(form, sent)
        page = page_of(shown)
        assert "et annet vindu" in page and "en gang til" in page and not shown.context["form"].errors
        assert shown.context["form"]["reason"].value() == REASON
        assert 'name="draft_version" value="1"' in page
        desk.browser.post(form, sent | {"draft_version": "1"})
        assert desk.browser.get(form).context["form"]["reason"].value() == REASON


class TestGoingOn:
    def test_the_list_stands_where_a_referral_begins(self, desk: Desk, person: Person, clock: Clock) -> None:
        assert "klad" not in page_of(desk.browser.get(desk.start)).casefold()
        desk.save(desk.begin(person), reason=REASON, category=desk.category.pk)
        clock.shift(timedelta(minutes=10))
        known, new = desk.begin(person), desk.begin()
        desk.save(new, given_name="Máret Ánne", family_name="Østby")
        shown = desk.browser.get(desk.start)
        rows = shown.context["drafts"]
        assert [(row.who, row.is_new_citizen) for row in rows] == [("MØ", True), (str(person), False)]
        assert rows[1].category == str(desk.category)
        page = page_of(shown)
        assert "Kladder (2)" in page and "Du har 2 kladder" in page and "Kladd lagret kl. 10:10" in page
        assert page.count("Fortsett på kladden") == 2 and f'href="{new}"' in page
        assert REASON not in page and person.name not in page
        assert f"slettes av seg selv {NOW + LASTS:%d.%m.%Y}" in page
        # and for the citizen whom it is about, before one begins anew
        about = desk.browser.get(known)
        assert "Du har en kladd om denne innbyggeren" in page_of(about)
        assert about.context["form"]["reason"].value() in (None, "")

    def test_it_is_there_in_a_new_session_with_the_search_it_began_with(
        self, desk: Desk, client_for: ClientFor, coordinator: User
    ) -> None:
        form = desk.begin()
        desk.save(form, reason=REASON)
        desk.browser = client_for(coordinator)
        assert desk.browser.get(form).context["form"]["reason"].value() == REASON
        assert desk.save(form, version=1, reason="Videre").json()["version"] == 2
        desk.browser.post(form, desk.facts())
        assert Referral.objects.get().person.identifier == NUMBER

    def test_details_that_were_not_changed_are_those_of_today(self, desk: Desk, person: Person) -> None:
        form = desk.begin(person)
        shown_with = {"initial-phone": "482 12 345", "initial-email": ""}
        desk.save(form, phone="482 12 345", email="per@example.no", **shown_with)
        Person.objects.filter(pk=person.pk).update(phone="900 00 000")
        fields = desk.browser.get(form).context["form"]
        assert (fields["phone"].value(), fields["email"].value()) == ("900 00 000", "per@example.no")
        assert fields.changed_data == ["email"]

    def test_the_list_is_written_in_the_read_log_with_whom_it_shows(self, desk: Desk, person: Person) -> None:
        desk.save(desk.begin(person), reason=REASON)
        before = ViewLog.objects.count()
        desk.browser.get(desk.start)
        assert ViewLog.objects.count() == before + 1
        line = ViewLog.objects.latest("id")
        assert line.query == "kladder" and [who.person_id for who in line.persons.all()] == [person.pk]

    def test_a_citizen_who_is_shielded_since_is_neither_shown_nor_opened(
        self, desk: Desk, person: Person
    ) -> None:
        form = desk.begin(person)
        desk.save(form, reason=REASON)
        Person.objects.update(protection=Protection.CONFIDENTIAL)
        page = page_of(desk.browser.get(desk.start))
        assert "Skjermet" in page and str(person) not in page and f'href="{form}"' not in page
        assert REASON not in page_of(desk.browser.get(form, follow=True))
        desk.discard(form)
        assert not Draft.objects.exists()

    def test_a_draft_whose_key_is_gone_is_left_out(self, desk: Desk, settings: Any) -> None:
        form = desk.begin()
        desk.save(form, reason=REASON)
        settings.IDENTIFIER_KEYS = "k9:" + "A" * 43 + "="
        assert "Kladder (" not in page_of(desk.browser.get(desk.start))


class TestItsEnd:
    def test_it_is_gone_when_the_referral_is_registered(self, desk: Desk) -> None:
        form = desk.begin()
        desk.save(form, reason=REASON)
        desk.browser.post(form, desk.facts(draft_version=1))
        assert Referral.objects.count() == 1 and not Draft.objects.exists()

    def test_a_form_that_is_refused_keeps_its_draft(self, desk: Desk) -> None:
        form = desk.begin()
        desk.save(form, reason=REASON)
        shown = desk.browser.post(form, desk.facts(received_on="", draft_version=1))
        assert shown.context["form"].errors and Draft.objects.count() == 1
        assert 'name="draft_version" value="1"' in page_of(shown) and "data-unsaved" in page_of(shown)

    def test_what_a_script_sends_late_is_no_draft_of_a_registered_referral(self, desk: Desk) -> None:
        form = desk.begin()
        desk.browser.post(form, desk.facts())
        answer = desk.save(form, reason=REASON)
        assert answer.status_code == 422 and "allerede" in answer.json()["told"]
        assert not Draft.objects.exists()

    def test_one_that_slips_through_is_never_listed_and_is_cleared(
        self, desk: Desk, coordinator: User
    ) -> None:
        late = DraftFactory(municipality=desk.municipality, user=coordinator)
        SubmissionFactory(
            municipality=desk.municipality,
            key=late.key,
            referral=ReferralFactory(municipality=desk.municipality),
        )
        assert not desk.browser.get(desk.start).context["drafts"]
        clear_drafts(Occasion(NOW))
        assert not Draft.objects.exists() and Submission.objects.exists()

    def test_thrown_away_it_is_gone_and_twice_is_once(self, desk: Desk) -> None:
        form = desk.begin()
        desk.save(form, reason=REASON)
        assert "Kladden er forkastet." in page_of(desk.discard(form)) and not Draft.objects.exists()
        assert "finnes ikke lenger" in page_of(desk.discard(form))

    @pytest.mark.parametrize(("after", "left"), [(LASTS, 1), (LASTS + timedelta(seconds=1), 0)])
    def test_it_goes_by_itself_after_thirty_days_without_a_save(
        self, after: timedelta, left: int, desk: Desk
    ) -> None:
        desk.save(desk.begin(), reason=REASON)
        clear_drafts(Occasion(NOW + after))
        assert Draft.objects.count() == left


class TestWhoSeesIt:
    def test_nobody_else_not_even_with_the_address(
        self, desk: Desk, client_for: ClientFor, therapist_user: User
    ) -> None:
        form = desk.begin()
        desk.save(form, reason=REASON)
        other = client_for(therapist_user)
        assert not other.get(desk.start).context["drafts"]
        assert REASON not in page_of(other.get(form, follow=True))
        assert other.post(f"{form}forkast/").status_code == 302 and Draft.objects.count() == 1
        assert other.post(form, {"save_draft": "1"}, headers=QUIET).status_code == 422

    def test_the_database_shows_a_user_only_their_own(
        self, desk: Desk, coordinator: User, therapist_user: User
    ) -> None:
        draft = DraftFactory(municipality=desk.municipality, user=coordinator)
        with scope.scoped({desk.municipality.pk}, user_id=therapist_user.pk):
            assert not Draft.objects.exists() and Draft.objects.all().delete()[0] == 0
            assert Draft.objects.filter(pk=draft.pk).update(version=9) == 0
        with scope.scoped({desk.municipality.pk}, user_id=coordinator.pk):
            assert Draft.objects.get() == draft
        with scope.scoped(user_id=coordinator.pk):
            assert not Draft.objects.exists()

    def test_nothing_of_it_lies_in_clear_nor_in_any_log(self, desk: Desk) -> None:
        form = desk.begin()
        desk.save(form, **desk.facts())
        with connection.cursor() as cursor:
            cursor.execute("SELECT encode(sealed, 'escape'), draft::text FROM referrals_draft AS draft")
            lying = str(cursor.fetchall())
        assert REASON not in lying and NUMBER not in lying and "reason" not in lying
        assert not AuditEvent.objects.filter(table_name="referrals_draft").exists()

    def test_one_does_not_open_under_another_user(self, desk: Desk, therapist_user: User) -> None:
        desk.save(desk.begin(), reason=REASON)
        draft = Draft.objects.get()
        draft.user = therapist_user
        with pytest.raises(Exception, match="does not open"):
            _ = draft.typed


class TestTheSessionEnds:
    def test_typing_on_is_told_and_the_newest_is_back_after_signing_in(
        self, desk: Desk, coordinator: User, clock: Clock
    ) -> None:
        form = desk.begin()
        desk.save(form, reason="Har")
        clock.shift(timedelta(minutes=31))
        for typed in ("Har falt", REASON):
            assert desk.save(form, version=1, reason=typed).status_code == 401
        assert Draft.objects.get().version == 1
        desk.browser.force_login(coordinator)
        shown = desk.browser.get(form)
        assert shown.context["form"]["reason"].value() == REASON and not shown.context["form"].errors
        assert "Ikke lagret ennå" in page_of(shown) and "data-unsaved" in page_of(shown)
        assert desk.save(form, version=1, reason=REASON).json()["version"] == 2

    def test_in_the_old_window_it_is_saved_once_somebody_has_signed_in_elsewhere(
        self, desk: Desk, coordinator: User, clock: Clock
    ) -> None:
        form = desk.begin()
        clock.shift(timedelta(minutes=31))
        assert desk.save(form, reason="Har").status_code == 401
        desk.browser.force_login(coordinator)
        assert desk.save(form, reason=REASON).json()["version"] == 1
        assert unsent.SESSION_KEY not in desk.browser.session
        assert desk.browser.get(form).context["form"]["reason"].value() == REASON

    def test_what_was_sent_to_be_registered_is_back_in_its_newest_words(
        self, desk: Desk, coordinator: User, clock: Clock
    ) -> None:
        form = desk.begin()
        clock.shift(timedelta(minutes=31))
        desk.save(form, reason="Har")
        assert desk.browser.post(form, desk.facts()).url.startswith("/inn/")
        desk.browser.force_login(coordinator)
        shown = desk.browser.get(form)
        assert shown.context["form"]["reason"].value() == REASON and not Referral.objects.exists()
        desk.browser.post(form, desk.facts())
        assert Referral.objects.count() == 1 and not Draft.objects.exists()

    def test_a_session_that_was_ended_from_elsewhere_loses_no_draft(
        self, desk: Desk, client_for: ClientFor, coordinator: User
    ) -> None:
        form = desk.begin()
        desk.save(form, reason=REASON)
        desk.browser.session.flush()
        assert desk.save(form, version=1, reason="x").status_code == 401
        desk.browser = client_for(coordinator)
        assert desk.browser.get(form).context["form"]["reason"].value() == REASON

    def test_somebody_else_on_the_machine_gets_nothing(
        self, desk: Desk, therapist_user: User, clock: Clock
    ) -> None:
        form = desk.begin()
        clock.shift(timedelta(minutes=31))
        desk.save(form, reason=REASON)
        desk.browser.force_login(therapist_user)
        assert REASON not in page_of(desk.browser.get(form, follow=True))
        assert desk.save(form, reason="x").status_code == 422

    def test_other_long_forms_have_their_newest_words_too(
        self, desk: Desk, coordinator: User, clock: Clock
    ) -> None:
        case = ReferralFactory(municipality=desk.municipality, category=desk.category, waiting=True)
        page = f"/k/{desk.municipality.code}/henvisninger/{case.number}/pause/"
        clock.shift(timedelta(minutes=31))
        for note in ("Innlagt", "Innlagt på sykehus"):
            desk.browser.post(page, {"version": case.version, "reason": "admitted", "note": note})
        desk.browser.force_login(coordinator)
        assert "Innlagt på sykehus" in page_of(desk.browser.get(page)) and not WaitPause.objects.exists()
