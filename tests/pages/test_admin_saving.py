"""Two administrators who save the same row, and a form that is sent twice: nothing is lost, nothing is added twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from referrals.models import (
    Category,
    Governor,
    Membership,
    Municipality,
    Population,
    PriorityTemplate,
    User,
)
from referrals.permissions import Role
from tests.factories import (
    CategoryFactory,
    CountyFactory,
    MembershipFactory,
    MunicipalityFactory,
    UserFactory,
)
from tests.harness.admin_forms import address, filled_in, opened
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]
NOT_SAVED = "Ingenting her er lagret ennå"
SAVED_ALREADY = "Dette skjemaet er allerede lagret"


class TestTwoWhoSave:
    def test_of_two_editors_of_a_category_the_second_sees_both_texts_and_decides(
        self, kari: Client, ola: Client
    ) -> None:
        category = CategoryFactory(name_nb="Bad", name_nn="Bad")
        page = address(Category, "change", category.pk)
        hers, his = opened(kari, page), opened(ola, page)
        assert ola.post(page, his | {"name_nb": "Badet <nytt>"}).status_code == 302

        told = kari.post(page, hers | {"name_nb": "Våtrom"})
        category.refresh_from_db()
        assert category.name_nb == "Badet <nytt>"
        words = markup(told)
        assert NOT_SAVED in words and "Ola Ås har endret dette" in words
        assert "Nå: Badet &lt;nytt&gt;" in words and "Nå: Bad<" not in words
        again = filled_in(told)
        assert again["name_nb"] == ["Våtrom"]

        assert kari.post(page, again).status_code == 302
        category.refresh_from_db()
        assert category.name_nb == "Våtrom"

    def test_saving_again_is_refused_once_more_when_it_was_changed_once_more(
        self, kari: Client, ola: Client
    ) -> None:
        category = CategoryFactory(name_nb="Bad")
        page = address(Category, "change", category.pk)
        hers = opened(kari, page)
        ola.post(page, opened(ola, page) | {"name_nb": "En"})
        again = filled_in(kari.post(page, hers | {"name_nb": "Min"}))
        ola.post(page, opened(ola, page) | {"name_nb": "To"})
        assert "Nå: To" in markup(kari.post(page, again))

    def test_of_two_editors_of_a_membership_the_second_is_told(
        self, kari: Client, ola: Client, municipality: Municipality
    ) -> None:
        membership = MembershipFactory(role=Role.THERAPIST, municipality=municipality)
        page = address(Membership, "change", membership.pk)
        hers = opened(kari, page)
        ola.post(page, opened(ola, page) | {"role": "manager", "valid_to": "01.02.2030"})
        told = kari.post(page, hers | {"role": "coordinator"})
        membership.refresh_from_db()
        assert membership.role == "manager"
        words = markup(told)
        assert NOT_SAVED in words and "Nå: Leder" in words and "Nå: 01.02.2030" in words

    def test_of_two_editors_of_a_template_the_second_is_told_of_the_days(
        self, kari: Client, ola: Client
    ) -> None:
        template = PriorityTemplate.objects.create(
            code="three", name_nb="Tre", name_nn="Tre", name_en="Three", days=[7, 30, 90]
        )
        page = address(PriorityTemplate, "change", template.pk)
        hers = opened(kari, page)
        assert ola.post(page, opened(ola, page) | {"days": "7,28,90"}).status_code == 302
        told = markup(kari.post(page, hers | {"name_nb": "Tre nivåer"}))
        template.refresh_from_db()
        assert (template.name_nb, template.days) == ("Tre", [7, 28, 90])
        assert NOT_SAVED in told and "Ola Ås har endret dette" in told

    def test_the_counties_of_a_role_are_part_of_it(self, kari: Client, ola: Client) -> None:
        first, second, third = CountyFactory.create_batch(3)
        membership = MembershipFactory(role=Role.COUNTY_READER, municipality=None)
        membership.counties.add(first)
        page = address(Membership, "change", membership.pk)
        hers = opened(kari, page)
        ola.post(page, opened(ola, page) | {"counties": [second.pk]})
        told = markup(kari.post(page, hers | {"counties": [third.pk]}))
        assert list(membership.counties.all()) == [second]
        assert f"Nå: {second}" in told and "Ola Ås har endret dette" in told

    def test_of_two_editors_of_a_user_the_second_is_told_and_no_password_is_shown(
        self, kari: Client, ola: Client, coordinator: User
    ) -> None:
        page = address(User, "change", coordinator.pk)
        hers = opened(kari, page)
        ola.post(page, opened(ola, page) | {"is_active": []})
        told = kari.post(page, hers | {"first_name": "Kåre"})
        coordinator.refresh_from_db()
        assert not coordinator.is_active and coordinator.first_name != "Kåre"
        assert NOT_SAVED in markup(told) and "Nå: Nei" in markup(told)
        assert coordinator.password not in told.content.decode()

    def test_that_a_user_signs_in_meanwhile_is_no_change(
        self, kari: Client, client_for: ClientFor, coordinator: User
    ) -> None:
        page = address(User, "change", coordinator.pk)
        hers = opened(kari, page)
        client_for(coordinator)
        coordinator.set_password("noe annet og langt")
        coordinator.save()
        assert kari.post(page, hers | {"first_name": "Kåre"}).status_code == 302

    def test_rows_below_a_row_are_not_written_over(
        self, kari: Client, ola: Client, coordinator: User
    ) -> None:
        page = address(User, "change", coordinator.pk)
        hers = opened(kari, page)
        ola.post(page, opened(ola, page) | {"memberships-0-valid_to": "01.02.2030"})
        told = kari.post(page, hers | {"memberships-0-role": "manager"})
        membership = coordinator.memberships.get()
        assert (membership.role, membership.valid_to.year) == ("coordinator", 2030)
        assert "Ola Ås har endret dette" in markup(told) and "Nå: 01.02.2030" in markup(told)
        assert kari.post(page, filled_in(told)).status_code == 302
        membership.refresh_from_db()
        assert (membership.role, membership.valid_to) == ("manager", None)

    def test_rows_that_came_and_went_are_told_and_stay_in_their_places(
        self, kari: Client, ola: Client
    ) -> None:
        place = MunicipalityFactory()
        years = [Population.objects.create(municipality=place, year=n, persons=n) for n in (2024, 2023)]
        page = address(Municipality, "change", place.pk)
        hers = opened(kari, page)
        years[0].delete()
        new = [Population.objects.create(municipality=place, year=n, persons=n) for n in (2026, 2025)]
        told = kari.post(page, hers | {"populations-1-persons": "5"})
        words = markup(told)
        assert "Denne raden er fjernet siden" in words and f"Lagt til siden: {new[0]}, {new[1]}" in words
        again = filled_in(told) | {"populations-0-DELETE": "on"}
        assert (again["populations-0-year"], again["populations-1-persons"]) == (["2024"], ["5"])
        assert kari.post(page, again).status_code == 302
        assert dict(place.populations.values_list("year", "persons")) == {2026: 2026, 2025: 2025, 2023: 5}

    def test_a_row_below_a_row_sent_twice_is_added_once(
        self, kari: Client, coordinator: User, municipality: Municipality
    ) -> None:
        page = address(User, "change", coordinator.pk)
        new = {"role": "manager", "municipality": municipality.pk, "valid_from": "01.01.2026"}
        typed = opened(kari, page) | {"memberships-TOTAL_FORMS": "2"}
        typed |= {f"memberships-1-{name}": value for name, value in new.items()}
        assert kari.post(page, typed).status_code == 302
        assert "Lagt til siden: koordinator: Leder" in markup(kari.post(page, typed))
        assert coordinator.memberships.count() == 2

    def test_what_one_has_not_touched_oneself_is_not_written_over_either(
        self, kari: Client, ola: Client, coordinator: User
    ) -> None:
        page = address(User, "change", coordinator.pk)
        hers = opened(kari, page)
        ola.post(page, opened(ola, page) | {"memberships-0-valid_to": "01.02.2030"})
        assert NOT_SAVED in markup(kari.post(page, hers | {"first_name": "Kåre"}))
        assert coordinator.memberships.get().valid_to.year == 2030

    def test_a_form_that_does_not_say_what_it_showed_writes_nothing(self, kari: Client) -> None:
        category = CategoryFactory(name_nb="Bad")
        page = address(Category, "change", category.pk)
        for lie in ([], [""], ["x"], ["å" * 64]):
            answer = kari.post(page, opened(kari, page) | {"_shown": lie, "name_nb": "Nytt"})
            assert NOT_SAVED in markup(answer)
        category.refresh_from_db()
        assert category.name_nb == "Bad"

    def test_what_another_row_showed_says_nothing_of_this_one(self, kari: Client) -> None:
        one, other = CategoryFactory(code="en"), CategoryFactory(code="to")
        shown = opened(kari, address(Category, "change", other.pk))["_shown"]
        page = address(Category, "change", one.pk)
        answer = kari.post(page, opened(kari, page) | {"_shown": shown, "name_nb": "Nytt"})
        assert NOT_SAVED in markup(answer)

    def test_sent_twice_a_change_is_saved_once_and_the_back_button_is_told_of_ones_own_change(
        self, kari: Client
    ) -> None:
        category = CategoryFactory(name_nb="Bad")
        page = address(Category, "change", category.pk)
        typed = opened(kari, page) | {"name_nb": "Våtrom"}
        assert [kari.post(page, typed).status_code for _time in range(2)] == [302, 302]
        told = markup(kari.post(page, typed | {"name_nb": "Noe annet"}))
        assert "Du har selv endret dette" in told and "Nå: Våtrom" in told


class TestSentTwice:
    @pytest.fixture
    def typed(self, municipality: Municipality) -> dict[str, object]:
        return {
            "user": UserFactory().pk,
            "role": "coordinator",
            "municipality": municipality.pk,
            "valid_from": "01.01.2026",
        }

    def test_a_membership_sent_twice_is_added_once(self, kari: Client, typed: dict[str, object]) -> None:
        page = address(Membership, "add")
        form = opened(kari, page) | typed
        assert kari.post(page, form).status_code == 302
        second = kari.post(page, form, follow=True)
        membership = Membership.objects.get(user=typed["user"])
        assert second.redirect_chain == [(address(Membership, "change", membership.pk), 302)]
        assert SAVED_ALREADY in markup(second)

    def test_back_and_changed_it_leads_to_what_was_saved_and_a_new_form_adds(
        self, kari: Client, typed: dict[str, object]
    ) -> None:
        page = address(Membership, "add")
        form = opened(kari, page) | typed
        kari.post(page, form)
        assert SAVED_ALREADY in markup(kari.post(page, form | {"role": "manager"}, follow=True))
        assert Membership.objects.get(user=typed["user"]).role == "coordinator"
        kari.post(page, opened(kari, page) | typed)
        assert Membership.objects.filter(user=typed["user"]).count() == 2

    def test_a_form_that_was_refused_keeps_its_key(self, kari: Client, typed: dict[str, object]) -> None:
        page = address(Membership, "add")
        form = opened(kari, page) | typed
        refused = filled_in(kari.post(page, form | {"valid_from": "i går"}))
        assert refused["_form"] == form["_form"]
        assert kari.post(page, refused | {"valid_from": "01.01.2026"}).status_code == 302

    def test_a_user_sent_twice_is_led_to_the_user(self, kari: Client) -> None:
        page = address(User, "add")
        password = {"password1": "lang nok og ukjent 7", "password2": "lang nok og ukjent 7"}
        form = opened(kari, page) | password | {"username": "ny", "usable_password": "true"}
        kari.post(page, form)
        user = User.objects.get(username="ny")
        assert kari.post(page, form).url == address(User, "change", user.pk)

    def test_a_little_window_sent_twice_is_answered_as_the_first_time(self, kari: Client) -> None:
        page = "/admin/referrals/governor/add/?_popup=1"
        form = opened(kari, page) | {"name": "Statsforvalteren i Nord"}
        first, second = (kari.post(page, form).context["popup_response_data"] for _time in range(2))
        assert first == second and Governor.objects.count() == 1

    def test_what_was_removed_since_is_not_added_again(self, kari: Client, typed: dict[str, object]) -> None:
        page = address(Membership, "add")
        form = opened(kari, page) | typed
        kari.post(page, form)
        Membership.objects.filter(user=typed["user"]).delete()
        assert kari.post(page, form, follow=True).status_code == 200
        assert not Membership.objects.filter(user=typed["user"]).exists()

    def test_the_key_of_another_administrator_and_of_another_register_says_nothing(
        self, kari: Client, ola: Client, typed: dict[str, object]
    ) -> None:
        page = address(Membership, "add")
        form = opened(kari, page) | typed
        kari.post(page, form)
        ola.post(page, form)
        assert Membership.objects.filter(user=typed["user"]).count() == 2
        governor = {"name": "Statsforvalteren i Nord", "_form": form["_form"]}
        assert kari.post("/admin/referrals/governor/add/", governor).url == "/admin/referrals/governor/"

    def test_djangos_own_log_shows_nothing_of_the_key(self, kari: Client, typed: dict[str, object]) -> None:
        page = address(Membership, "add")
        kari.post(page, opened(kari, page) | typed)
        assert LogEntry.objects.get().get_change_message() == "Lagt til."


@pytest.mark.django_db(transaction=True)
def test_krav_35_the_same_form_sent_by_four_at_once_adds_one_membership(
    client_for: ClientFor, administrator: User, municipality: Municipality
) -> None:
    """In the administration too: one form with one key, sent at the same moment, adds one row."""
    page, people = address(Membership, "add"), 4
    clients = [client_for(administrator) for _nth in range(people)]
    typed = {"user": UserFactory().pk, "role": "manager", "municipality": municipality.pk}
    form = opened(clients[0], page) | typed | {"valid_from": "01.01.2026"}
    start = Barrier(people)

    def send(client: Client) -> int:
        try:
            start.wait(timeout=30)
            return client.post(page, form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        assert list(pool.map(send, clients)) == [302] * people
    assert Membership.objects.filter(user=typed["user"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_krav_34_of_four_who_save_the_same_category_at_once_one_succeeds(
    client_for: ClientFor, administrator: User
) -> None:
    """In the administration too: four editors of one row at the same moment, one is saved and three are told."""
    category, people = CategoryFactory(name_nb="Bad"), 4
    page = address(Category, "change", category.pk)
    clients = [client_for(administrator) for _nth in range(people)]
    forms = [opened(client, page) | {"name_nb": f"Nummer {nth}"} for nth, client in enumerate(clients)]
    start = Barrier(people)

    def save(nth: int) -> int:
        try:
            start.wait(timeout=30)
            return clients[nth].post(page, forms[nth]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        answers = list(pool.map(save, range(people)))
    category.refresh_from_db()
    assert sorted(answers) == [200, 200, 200, 302]
    assert category.name_nb == f"Nummer {answers.index(302)}"
