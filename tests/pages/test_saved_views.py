"""Views of the waitlist that are saved under a name, and the columns that a user leaves out."""

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client

from referrals.actions.saved_views import MOST_OWN, save_view
from referrals.errors import ViewNameTaken
from referrals.models import Category, Municipality, Referral, SavedView, Therapist, User, access_of
from tests.factories import (
    NOW,
    TODAY,
    EmploymentFactory,
    MembershipFactory,
    ReferralFactory,
    TherapistFactory,
    UserFactory,
    days_ago,
)
from tests.pages.seen import markup, text

ClientFor = Callable[[User], Client]
UNASSESSED = "only=not_assessed&sort=-gross_days"


@pytest.fixture
def office(client_for: ClientFor, coordinator: User) -> Client:
    return client_for(coordinator)


@pytest.fixture
def clinic(client_for: ClientFor, therapist_user: User) -> Client:
    return client_for(therapist_user)


@pytest.fixture(autouse=True)
def three_wait(municipality: Municipality, category: Category) -> list[Referral]:
    """One of them assessed."""
    facts = {"municipality": municipality, "category": category}
    return [ReferralFactory(**facts), ReferralFactory(**facts), ReferralFactory(**facts, waiting=True)]


def page(client: Client, municipality: Municipality, query: str = "") -> HttpResponse:
    return client.get(f"/k/{municipality.code}/venteliste/visninger/{query}")


def save(
    client: Client, municipality: Municipality, name: str = "Nye", query: str = UNASSESSED, **typed: str
) -> HttpResponse:
    where = f"/k/{municipality.code}/venteliste/visninger/?{query}"
    return client.post(where, {"name": name, "lagre": "1"} | typed)


def kept(name: str = "Nye") -> SavedView:
    return SavedView.objects.get(name=name)


class TestSaving:
    def test_what_one_looks_at_is_kept_and_counted_as_the_list_counts_it(
        self, office: Client, municipality: Municipality
    ) -> None:
        answer = save(office, municipality)
        assert answer.status_code == 302 and answer.url == f"/k/{municipality.code}/venteliste/?{UNASSESSED}"
        assert not kept().is_shared
        row = page(office, municipality).context["views"][0]
        assert row.number == 2 == office.get(row.url).context["table"].paginator.count

    def test_it_is_told_in_text(self, office: Client, municipality: Municipality) -> None:
        save(office, municipality, query="status=started&priority=null&dated_from=1.2.2026&sort=category")
        assert page(office, municipality).context["views"][0].chosen == (
            "Status: Startet · Prioritet: Ikke vurdert · Fra og med: 01.02.2026 · Sortert etter: Kategori"
        )

    def test_neither_a_search_nor_a_page_nor_nonsense_is_kept(
        self, office: Client, municipality: Municipality
    ) -> None:
        query = "sok=0b1e&page=3&velg=1&category=nowhere&only=paused&sort=person__identifier&x=1"
        assert "Et søk lagres aldri" in text(page(office, municipality, f"?{query}"))
        save(office, municipality, query=query)
        assert kept().query == "only=paused"

    def test_what_was_not_understood_is_not_kept_beside_what_was(
        self, office: Client, municipality: Municipality, category: Category
    ) -> None:
        said = f"only=paused&only=paused&only=over_target&category=Kari+Nordmann&category={category.code}"
        save(office, municipality, query=f"{said}&sort=Kari&sort=-category")
        assert kept().query == f"category={category.code}&only=paused&only=over_target&sort=-category"

    def test_a_sort_that_is_none_any_more_harms_nobody(
        self, office: Client, municipality: Municipality, coordinator: User
    ) -> None:
        told = {"municipality": municipality, "owner": coordinator, "saved_at": NOW}
        SavedView.objects.create(**told, name="Nye", query="only=paused&sort=-gone")
        assert page(office, municipality).context["views"][0].chosen == "Vis bare: Satt på vent"

    def test_sent_twice_it_is_saved_once(self, office: Client, municipality: Municipality) -> None:
        save(office, municipality)
        assert save(office, municipality).status_code == 302
        assert SavedView.objects.count() == 1

    def test_a_name_is_had_once_whatever_its_case(self, office: Client, municipality: Municipality) -> None:
        save(office, municipality, name="Ære og Åre")
        answer = save(office, municipality, name="ÆRE OG ÅRE", query="only=paused")
        assert list(answer.context["form"].errors) == ["name"]
        assert SavedView.objects.count() == 1

    @pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Nye\x00"])
    def test_a_name_is_a_name(self, office: Client, municipality: Municipality, name: str) -> None:
        answer = save(office, municipality, name=name)
        assert list(answer.context["form"].errors) == ["name"]
        assert not SavedView.objects.exists()

    def test_there_are_never_so_many_that_counting_them_takes_long(
        self, office: Client, municipality: Municipality
    ) -> None:
        for number in range(MOST_OWN):
            save(office, municipality, name=f"Nr. {number}")
        answer = save(office, municipality, name="En til")
        assert f"{MOST_OWN} lagrede visninger" in text(answer)
        assert SavedView.objects.count() == MOST_OWN

    def test_the_database_refuses_what_two_save_at_once(
        self, coordinator: User, municipality: Municipality, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = {"municipality": municipality, "name": "Nye", "is_shared": True, "by": coordinator, "at": NOW}
        told["access"] = access_of(coordinator, on=TODAY, at=NOW)
        save_view(**told, query="")
        monkeypatch.setattr("referrals.actions.saved_views._namesake", lambda view: None)
        with pytest.raises(ViewNameTaken):
            save_view(**told, query="only=paused")


class TestSharing:
    def test_what_is_shared_is_offered_to_all_and_counts_what_each_may_see(
        self, office: Client, clinic: Client, municipality: Municipality
    ) -> None:
        save(office, municipality, is_shared="on")
        [row] = page(clinic, municipality).context["views"]
        assert (row.view.name, row.number) == ("Nye", 2)
        assert "Alle; lagret av" in text(page(clinic, municipality))

    def test_what_is_not_is_its_owners_alone(
        self, office: Client, clinic: Client, municipality: Municipality
    ) -> None:
        save(office, municipality)
        assert page(clinic, municipality).context["views"] == []
        where = f"/k/{municipality.code}/venteliste/visninger/{kept().pk}/"
        assert clinic.get(where).status_code == 302
        clinic.post(where, {"slett": "1"})
        assert SavedView.objects.count() == 1

    def test_a_therapist_saves_but_does_not_share(self, clinic: Client, municipality: Municipality) -> None:
        assert 'name="is_shared"' not in markup(page(clinic, municipality))
        save(clinic, municipality, is_shared="on")
        assert not kept().is_shared

    def test_a_therapist_changes_nothing_that_is_shared(
        self, office: Client, clinic: Client, municipality: Municipality
    ) -> None:
        save(office, municipality, is_shared="on")
        where = f"/k/{municipality.code}/venteliste/visninger/{kept().pk}/"
        assert where not in markup(page(clinic, municipality))
        assert clinic.get(where).status_code == 403
        assert clinic.post(where, {"slett": "1"}).status_code == 403
        assert SavedView.objects.count() == 1

    def test_a_manager_tidies_up_what_others_shared(
        self, office: Client, client_for: ClientFor, manager: User, municipality: Municipality
    ) -> None:
        save(office, municipality, is_shared="on")
        where = f"/k/{municipality.code}/venteliste/visninger/{kept().pk}/"
        assert client_for(manager).post(where, {"slett": "1"}).status_code == 302
        assert not SavedView.objects.exists()

    def test_another_municipality_has_its_own(
        self,
        office: Client,
        client_for: ClientFor,
        municipality: Municipality,
        other_municipality: Municipality,
    ) -> None:
        save(office, municipality, is_shared="on")
        colleague = UserFactory()
        MembershipFactory(user=colleague, role="coordinator", municipality=other_municipality)
        elsewhere = client_for(colleague)
        assert page(elsewhere, other_municipality).context["views"] == []
        where = f"/k/{other_municipality.code}/venteliste/visninger/{kept().pk}/"
        assert elsewhere.post(where, {"slett": "1"}).status_code == 302
        assert SavedView.objects.count() == 1


class TestChanging:
    def test_it_is_renamed_and_shared(
        self, office: Client, clinic: Client, municipality: Municipality
    ) -> None:
        save(office, municipality)
        where = f"/k/{municipality.code}/venteliste/visninger/{kept().pk}/"
        assert office.post(where, {"name": "Uvurderte", "is_shared": "on"}).status_code == 302
        [row] = page(clinic, municipality).context["views"]
        assert row.view.name == "Uvurderte"

    def test_to_a_name_that_is_taken_it_is_not(self, office: Client, municipality: Municipality) -> None:
        save(office, municipality)
        save(office, municipality, name="Andre")
        where = f"/k/{municipality.code}/venteliste/visninger/{kept().pk}/"
        assert list(office.post(where, {"name": "andre"}).context["form"].errors) == ["name"]
        assert kept().name == "Nye"

    def test_deleted_twice_it_is_gone_and_that_is_said(
        self, office: Client, municipality: Municipality
    ) -> None:
        save(office, municipality)
        where = f"/k/{municipality.code}/venteliste/visninger/{kept().pk}/"
        office.post(where, {"slett": "1"})
        assert "finnes ikke lenger" in text(office.post(where, {"slett": "1"}, follow=True))
        assert office.get(where).status_code == 302


def test_what_is_no_longer_to_be_had_is_never_counted_as_something_else(
    office: Client, municipality: Municipality, therapist: Therapist
) -> None:
    gone = TherapistFactory()
    post = EmploymentFactory(therapist=gone, municipality=municipality, valid_from=days_ago(90))
    save(office, municipality, query=f"therapist={gone.pk}")
    assert page(office, municipality).context["views"][0].number == 0
    post.valid_to = days_ago(1)
    post.save()
    caches["process"].clear()
    [row] = page(office, municipality).context["views"]
    assert row.number is None and "finnes ikke lenger" in row.chosen


def test_the_list_fetches_the_menu_when_it_is_opened(office: Client, municipality: Municipality) -> None:
    save(office, municipality)
    whole = markup(office.get(f"/k/{municipality.code}/venteliste/?only=paused"))
    assert f'hx-get="/k/{municipality.code}/venteliste/visninger/?only=paused"' in whole
    menu = office.get(f"/k/{municipality.code}/venteliste/visninger/", headers={"HX-Request": "true"})
    assert "<html" not in markup(menu) and "Nye" in text(menu) and "HX-Request" in menu["Vary"]


class TestColumns:
    def choose(self, client: Client, municipality: Municipality, *columns: str) -> HttpResponse:
        where = f"/k/{municipality.code}/venteliste/visninger/?only=paused"
        return client.post(where, {"columns": columns, "kolonner": "1"})

    def headings(self, client: Client, municipality: Municipality) -> list[str]:
        listed = client.get(f"/k/{municipality.code}/venteliste/")
        return [header.name for header in listed.context["table"].headers]

    def test_those_that_are_not_ticked_are_left_out_for_the_user_alone(
        self, office: Client, clinic: Client, municipality: Municipality
    ) -> None:
        before = self.headings(clinic, municipality)
        answer = self.choose(office, municipality, "citizen", "priority", "gross_days", "status")
        assert answer.url == f"/k/{municipality.code}/venteliste/?only=paused"
        chosen = ["pick", "number", "citizen", "priority", "gross_days", "status"]
        assert self.headings(office, municipality) == chosen
        assert self.headings(clinic, municipality) == before

    def test_all_can_be_left_out_but_the_number(self, office: Client, municipality: Municipality) -> None:
        self.choose(office, municipality)
        assert self.headings(office, municipality) == ["pick", "number"]
        assert office.get(f"/k/{municipality.code}/venteliste/?sort=-gross_days").status_code == 200

    def test_the_column_that_the_list_is_sorted_by_is_shown(
        self, office: Client, municipality: Municipality
    ) -> None:
        self.choose(office, municipality, "citizen")
        listed = office.get(f"/k/{municipality.code}/venteliste/?sort=-gross_days")
        table = listed.context["table"]
        assert [header.name for header in table.headers] == ["pick", "number", "citizen", "gross_days"]
        assert table.sort == "-gross_days"

    def test_a_column_that_is_none_is_refused(
        self, office: Client, municipality: Municipality, coordinator: User
    ) -> None:
        assert self.choose(office, municipality, "identifier").status_code == 200
        coordinator.refresh_from_db()
        assert coordinator.hidden_columns == []

    def test_a_row_that_comes_back_has_the_same_columns(
        self, office: Client, municipality: Municipality, three_wait: list[Referral]
    ) -> None:
        self.choose(office, municipality, "priority")
        row = three_wait[2]
        where = f"/k/{municipality.code}/henvisninger/{row.number}/prioritet/rad/"
        answer = office.post(where, {"version": 1, "priority": "1"}, headers={"HX-Request": "true"})
        assert markup(answer).count("<td") + markup(answer).count("<th") == 3
