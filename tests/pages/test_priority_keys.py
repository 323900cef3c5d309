"""The municipality's priority key on its pages: read, written through a preview, corrected, withdrawn, compared."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.models import (
    Category,
    KeptRecipe,
    LawReference,
    Municipality,
    PriorityKey,
    PriorityTemplate,
    Referral,
    ReplyRule,
    User,
    ViewLog,
)
from referrals.models.priority import HIGHEST_LEVEL
from tests.factories import (
    LONG_AGO,
    TODAY,
    MembershipFactory,
    MunicipalityFactory,
    PriorityKeyFactory,
    PriorityTargetFactory,
    ReferralFactory,
    UserFactory,
    days_ago,
)
from tests.pages.seen import markup

ClientFor = Callable[[User], Client]

WHY = "Kommunestyret vedtok nye frister."
TOMORROW = TODAY + timedelta(days=1)


def typed_day(day: Any) -> str:
    return f"{day:%d.%m.%Y}"


class Desk:
    """The manager at the screen."""

    def __init__(self, browser: Client, municipality: Municipality) -> None:
        self.browser, self.place = browser, municipality
        self.key = f"/k/{municipality.code}/prioriteringsnokkel/"
        self.new = f"{self.key}ny/?fra=nokkel"

    def begun(self, address: str = "") -> dict[str, Any]:
        """The form as it is first seen, as a browser would send it."""
        form = self.browser.get(address or self.new).context["form"]
        values = {bound.name: bound.value() for bound in form}
        return {
            name: "on" if value is True else str(value)
            for name, value in values.items()
            if value not in (None, False)
        }

    def send(self, typed: dict[str, Any], step: str = "preview", address: str = "") -> HttpResponse:
        return self.browser.post(address or self.new, typed | {"step": step})

    def save(self, previewed: HttpResponse, address: str = "", **changed: Any) -> HttpResponse:
        sent = dict(previewed.context["sent"]) | {"seen": previewed.context["seen"]} | changed
        return self.send(sent, "save", address)


@pytest.fixture
def desk(manager: User, municipality: Municipality, client_for: ClientFor) -> Desk:
    return Desk(client_for(manager), municipality)


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("who", ["coordinator", "therapist_user", "privacy_officer"])
def test_staff_read_the_key_and_are_offered_no_change(
    who: str, municipality: Municipality, client_for: ClientFor, request: pytest.FixtureRequest
) -> None:
    page = client_for(request.getfixturevalue(who)).get(f"/k/{municipality.code}/prioriteringsnokkel/")
    assert "14 dager" in markup(page) and "182 dager" in markup(page)
    assert "Ny versjon" not in markup(page) and "Rett denne" not in markup(page)


def test_the_key_stands_in_the_menu(desk: Desk) -> None:
    assert f'href="{desk.key}" aria-current="page"' in markup(desk.browser.get(desk.key))


def test_the_version_in_force_is_shown_and_others_when_asked_for(desk: Desk, category: Category) -> None:
    to_come = PriorityKeyFactory(municipality=desk.place, valid_from=TOMORROW, note="Ny sak")
    PriorityTargetFactory(key=to_come, category=category, level=1, days=3, criteria="Fare for liv og helse")
    page = desk.browser.get(desk.key)
    assert page.context["shown"].valid_from == LONG_AGO
    assert "Ny sak" in markup(page) and "Kommer" in markup(page)
    page = desk.browser.get(f"{desk.key}?versjon={to_come.pk}")
    assert "3 dager" in markup(page) and "Fare for liv og helse" in markup(page)


@pytest.mark.parametrize("asked", ["0", "x", "9" * 30, "-1"])
def test_a_version_that_is_not_there_is_not_found(desk: Desk, asked: str) -> None:
    assert desk.browser.get(f"{desk.key}?versjon={asked}").status_code == 404


def test_another_municipalitys_version_is_not_found(desk: Desk, other_municipality: Municipality) -> None:
    theirs = other_municipality.priority_keys.get()
    assert desk.browser.get(f"{desk.key}?versjon={theirs.pk}").status_code == 404
    assert desk.browser.get(f"/k/{other_municipality.code}/prioriteringsnokkel/ny/").status_code == 404


def test_a_municipality_without_a_key_is_told_what_that_means(desk: Desk) -> None:
    desk.place.priority_keys.update(replaced_at=TODAY.isoformat() + "T12:00Z")
    assert "ingen gjeldende prioriteringsnøkkel" in markup(desk.browser.get(desk.key))


def test_the_law_is_cited_with_the_day_it_was_checked(desk: Desk) -> None:
    law = LawReference.objects.create(
        code="preliminary-reply",
        title_nb="Forvaltningsloven § 11 a",
        text_nb="Svar.",
        url="https://lovdata.no/",
    )
    assert "ikke kontrollert mot loven ennå" in markup(desk.browser.get(desk.key))
    LawReference.objects.filter(pk=law.pk).update(checked_on=days_ago(1))
    for address in (desk.key, "/tallene/"):
        page = markup(desk.browser.get(address))
        assert "Forvaltningsloven § 11 a" in page and "kontrollert 15.03.2026" in page


# ---------------------------------------------------------------- a new version


def test_the_manager_sets_from_when_a_target_is_due_soon(desk: Desk) -> None:
    assert "fra 7 dager før fristen" in markup(desk.browser.get(desk.key))
    begun = desk.begun()
    assert begun["due_soon_days"] == "7"
    desk.save(desk.send(begun | {"valid_from": typed_day(TOMORROW), "due_soon_days": "12"}))
    key = desk.place.priority_keys.get(valid_from=TOMORROW)
    assert key.due_soon_days == 12
    assert "fra 12 dager før fristen" in markup(desk.browser.get(f"{desk.key}?versjon={key.pk}"))
    for wrong in ("61", "-1", "ti", ""):
        page = desk.send(desk.begun() | {"valid_from": typed_day(TOMORROW), "due_soon_days": wrong})
        assert page.context["form"].errors.keys() >= {"due_soon_days"}, wrong


def test_a_version_begins_from_the_one_in_force(desk: Desk, category: Category) -> None:
    begun = desk.begun()
    assert [begun[f"days_{category.pk}_{level}"] for level in (1, 2, 3, 4)] == ["14", "56", "84", "182"]
    assert begun[f"reply_{category.pk}"] == "on" and "valid_from" not in begun


def test_a_version_begins_from_a_template_within_the_categorys_longest_start(
    desk: Desk, category: Category, other_category: Category
) -> None:
    PriorityTemplate.objects.create(code="three", name_nb="Mal", days=[7, 30, 90])
    Category.objects.filter(pk=other_category.pk).update(longest_start=30, is_vedtak=False)
    assert "Mal: 7/30/90" in markup(desk.browser.get(f"{desk.key}ny/"))
    begun = desk.begun(f"{desk.key}ny/?fra=mal-three")
    assert [begun[f"days_{category.pk}_{level}"] for level in (1, 2, 3)] == ["7", "30", "90"]
    assert [begun[f"days_{other_category.pk}_{level}"] for level in (1, 2, 3)] == ["7", "30", "30"]
    assert f"reply_{other_category.pk}" not in begun


@pytest.mark.parametrize(("days", "warns"), [("30", False), ("31", True), ("90", True)])
def test_a_later_start_than_the_category_allows_is_warned_of_and_can_be_saved(
    desk: Desk, category: Category, days: str, warns: bool
) -> None:
    Category.objects.filter(pk=category.pk).update(longest_start=30)
    begun = desk.begun() | {f"days_{category.pk}_{level}": "30" for level in (1, 2, 4)}
    page = desk.send(begun | {"valid_from": typed_day(TOMORROW), f"days_{category.pk}_3": days})
    warning = f"prioritet 3: {days} dager. Oppstart skal skje innen 30 dager."
    assert (warning in markup(page), "Versjonen kan likevel lagres." in markup(page)) == (warns, warns)
    assert markup(page).count("Oppstart skal skje innen") == warns
    assert desk.save(page).url == desk.key


def test_a_version_begins_from_another_municipalitys_key(
    desk: Desk, other_municipality: Municipality, category: Category
) -> None:
    key = PriorityKeyFactory(municipality=other_municipality, valid_from=days_ago(5))
    PriorityTargetFactory(key=key, category=category, level=1, days=9, criteria="Etter vurdering")
    begun = desk.begun(f"{desk.key}ny/?fra=kommune&kommune={other_municipality.code}")
    assert (begun[f"days_{category.pk}_1"], begun[f"criteria_{category.pk}_1"]) == ("9", "Etter vurdering")


@pytest.mark.parametrize("query", ["fra=kommune", "fra=mal-none", "fra=", "fra=kommune&kommune=9999"])
def test_without_something_to_begin_from_one_is_asked_again(desk: Desk, query: str) -> None:
    page = desk.browser.get(f"{desk.key}ny/?{query}")
    assert page.status_code == 200 and page.context["form"].errors


def test_from_the_form_through_the_preview_to_the_list(desk: Desk, category: Category) -> None:
    """What the preview says of each referral is what the list shows when the version is saved."""
    referral = ReferralFactory(
        municipality=desk.place, category=category, waiting=True, received_on=days_ago(40)
    )
    typed = desk.begun() | {"valid_from": typed_day(days_ago(50)), "reason": WHY, "note": "Sak 12/26"}
    typed |= {f"days_{category.pk}_2": "30"}
    page = desk.send(typed)
    assert "Fra innenfor frist til over frist: 1" in markup(page) and referral.number in markup(page)
    assert f"{typed_day(days_ago(-16))} → {typed_day(days_ago(10))}" in markup(page)
    assert PriorityKey.objects.of(desk.place.pk).count() == 1
    listed = f"/k/{desk.place.code}/venteliste/?only=over_target"
    assert referral.number not in markup(desk.browser.get(listed))
    assert desk.save(page).url == desk.key
    assert referral.number in markup(desk.browser.get(listed))
    page = desk.browser.get(desk.key)
    assert "30 dager" in markup(page) and WHY in markup(page) and "Sak 12/26" in markup(page)


def test_the_preview_says_that_nothing_changes(desk: Desk, category: Category) -> None:
    ReferralFactory(municipality=desk.place, category=category, waiting=True)
    page = desk.send(desk.begun() | {"valid_from": typed_day(TOMORROW), f"days_{category.pk}_2": "1"})
    assert "Ingenting endres for dem som venter nå." in markup(page)


def test_the_preview_names_nobody_and_writes_no_line_about_anybody(desk: Desk, category: Category) -> None:
    referral = ReferralFactory(municipality=desk.place, category=category, waiting=True)
    typed = desk.begun() | {
        "valid_from": typed_day(days_ago(50)),
        "reason": WHY,
        f"days_{category.pk}_2": "3",
    }
    page = markup(desk.send(typed))
    assert referral.number in page and referral.person.family_name not in page
    assert not ViewLog.objects.exists()


@pytest.mark.parametrize("days", ["0", "731", "10000", "10 000", "ti", "1.5", "-3", "9" * 5000, "٣٤٥٦"])
def test_days_that_are_none_are_said_beside_the_field(desk: Desk, category: Category, days: str) -> None:
    page = desk.send(desk.begun() | {"valid_from": typed_day(TOMORROW), f"days_{category.pk}_2": days})
    assert list(page.context["form"].errors) == [f"days_{category.pk}_2"]
    assert "Skriv et helt antall dager, fra 1 til 730." in markup(page)


def test_a_gap_a_level_without_days_and_a_category_without_a_row_are_told_at_once(
    desk: Desk, category: Category, other_category: Category
) -> None:
    typed = desk.begun() | {"valid_from": typed_day(TOMORROW), f"days_{category.pk}_2": ""}
    typed |= {f"days_{category.pk}_4": "", f"criteria_{category.pk}_4": "Uten dager"}
    typed |= {f"days_{other_category.pk}_{level}": "" for level in (1, 2, 3, 4)}
    errors = desk.send(typed).context["form"].errors
    assert set(errors) == {f"days_{category.pk}_2", f"days_{category.pk}_4", f"days_{other_category.pk}_1"}


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("", "Gjelder fra må fylles ut"),
        ("31.02.2026", "finnes ikke"),
        ("x", "Skriv dag, måned og år"),
        ("01.01.2206", "kan ikke være etter"),
        ("01.01.1899", "for langt tilbake"),
    ],
)
def test_a_day_that_cannot_be_is_refused(desk: Desk, day: str, words: str) -> None:
    page = desk.send(desk.begun() | {"valid_from": day, "reason": WHY})
    assert words in markup(page) and page.context["form"].errors["valid_from"]


def test_a_day_that_is_taken_offers_to_correct_that_version(desk: Desk) -> None:
    page = desk.send(desk.begun() | {"valid_from": typed_day(LONG_AGO), "reason": WHY})
    assert "alt en versjon fra denne dagen" in page.context["form"].errors["valid_from"][0]
    assert f'href="{desk.key}{LONG_AGO.isoformat()}/rett/"' in markup(page)


def test_a_version_from_today_needs_a_reason(desk: Desk) -> None:
    page = desk.send(desk.begun() | {"valid_from": typed_day(TODAY)})
    assert page.context["form"].errors["reason"] == ["Skriv årsaken."]


def test_one_more_priority_and_a_copy_keep_what_is_typed(
    desk: Desk, category: Category, other_category: Category
) -> None:
    Category.objects.filter(pk=other_category.pk).update(longest_start=30)
    first, other = sorted((category, other_category), key=lambda one: (one.position, one.code))
    typed = desk.begun() | {"valid_from": "17032026", f"days_{first.pk}_2": "61"}
    typed |= {f"criteria_{first.pk}_2": "Fare for fall"}
    page = desk.send(typed, "level")
    assert f'name="days_{category.pk}_5"' in markup(page) and 'value="17032026"' in markup(page)
    page = desk.send(typed, "copy")
    form = page.context["form"]
    expected = "30" if other == other_category else "61"
    assert form[f"days_{other.pk}_2"].value() == expected
    assert form[f"criteria_{other.pk}_2"].value() == "Fare for fall"
    assert not form.errors and PriorityKey.objects.of(desk.place.pk).count() == 1


def test_back_from_the_preview_everything_stands_as_typed(desk: Desk, category: Category) -> None:
    typed = desk.begun() | {"valid_from": typed_day(TOMORROW), f"days_{category.pk}_1": "5"}
    typed.pop(f"reply_{category.pk}")
    previewed = desk.send(typed)
    form = desk.send(dict(previewed.context["sent"]), "change").context["form"]
    assert form[f"days_{category.pk}_1"].value() == "5" and not form[f"reply_{category.pk}"].value()


def test_a_double_click_and_the_back_button_save_once(desk: Desk) -> None:
    typed = desk.begun() | {"valid_from": typed_day(TOMORROW)}
    previewed = desk.send(typed)
    assert desk.save(previewed).url == desk.save(previewed).url == desk.key
    later = desk.send(typed | {"valid_from": typed_day(TOMORROW + timedelta(days=9))})
    assert later.url == desk.key
    assert "alt lagret" in markup(desk.browser.get(desk.key))
    assert PriorityKey.objects.of(desk.place.pk).count() == 2


def test_of_two_managers_the_second_sees_what_the_first_has_changed(
    desk: Desk, municipality: Municipality, client_for: ClientFor
) -> None:
    other = UserFactory()
    MembershipFactory(user=other, role="manager", municipality=municipality)
    theirs = Desk(client_for(other), municipality)
    mine = desk.send(desk.begun() | {"valid_from": typed_day(TOMORROW + timedelta(days=9))})
    theirs.save(theirs.send(theirs.begun() | {"valid_from": typed_day(TOMORROW)}))
    again = desk.save(mine)
    assert again.status_code == 200 and "Noen andre har endret kommunens nøkkel" in markup(again)
    assert PriorityKey.objects.of(municipality.pk).count() == 2
    assert desk.save(again).url == desk.key
    assert PriorityKey.objects.of(municipality.pk).count() == 3


def test_of_two_managers_with_the_same_day_the_second_is_told(
    desk: Desk, municipality: Municipality, client_for: ClientFor
) -> None:
    other = UserFactory()
    MembershipFactory(user=other, role="manager", municipality=municipality)
    theirs = Desk(client_for(other), municipality)
    mine = desk.send(desk.begun() | {"valid_from": typed_day(TOMORROW)})
    theirs.save(theirs.send(theirs.begun() | {"valid_from": typed_day(TOMORROW)}))
    assert "valid_from" in desk.save(mine).context["form"].errors


@pytest.mark.parametrize(
    "forged", [{"submission": "x"}, {"levels": "99"}, {"levels": ""}, {"seen": "y" * 50}]
)
def test_hidden_values_that_make_no_sense_save_nothing(desk: Desk, forged: dict[str, str]) -> None:
    page = desk.send(desk.begun() | {"valid_from": typed_day(TOMORROW)} | forged, "save")
    assert page.status_code == 200
    assert PriorityKey.objects.of(desk.place.pk).count() == 1


@pytest.mark.parametrize("levels", ["12", "6789", "123456789", "0", "٣", "-1"])
@pytest.mark.parametrize("step", ["preview", "copy", "save"])
def test_the_form_never_has_more_priorities_than_there_are(desk: Desk, levels: str, step: str) -> None:
    """Each makes two fields for every category: a number out of the air would keep a worker busy for ever."""
    page = desk.send(desk.begun() | {"levels": levels}, step)
    assert len(page.context["form"].shown_levels) <= HIGHEST_LEVEL


# ---------------------------------------------------------------- corrections


def test_a_correction_replaces_and_both_stay_to_be_read(desk: Desk, category: Category) -> None:
    address = f"{desk.key}{LONG_AGO.isoformat()}/rett/"
    typed = desk.begun(address) | {f"days_{category.pk}_1": "10"}
    assert desk.send(typed, address=address).context["form"].errors["reason"]
    previewed = desk.send(typed | {"reason": WHY}, address=address)
    assert desk.save(previewed, address).url == desk.key
    old, new = PriorityKey.objects.of(desk.place.pk).order_by("pk")
    assert (new.replaces, new.valid_from, new.reason) == (old, LONG_AGO, WHY)
    page = desk.browser.get(desk.key)
    assert page.context["shown"] == new and "Rettet 16.03.2026" in markup(page)
    assert "Ingen vurderes etter den." in markup(desk.browser.get(f"{desk.key}?versjon={old.pk}"))


@pytest.mark.parametrize("day", ["2024-01-02", "2024-02-30", "0000-00-00"])
def test_a_version_of_a_day_without_one_is_not_found(desk: Desk, day: str) -> None:
    for deed in ("rett", "trekk"):
        assert desk.browser.get(f"{desk.key}{day}/{deed}/").status_code == 404


def test_a_version_to_come_is_withdrawn_after_one_question(desk: Desk) -> None:
    key = PriorityKeyFactory(municipality=desk.place, valid_from=TOMORROW)
    address = f"{desk.key}{TOMORROW.isoformat()}/trekk/"
    assert address in markup(desk.browser.get(f"{desk.key}?versjon={key.pk}"))
    assert "Trekke versjonen fra 17.03.2026?" in markup(desk.browser.get(address))
    assert desk.browser.post(address).url == desk.key
    page = markup(desk.browser.get(desk.key))
    assert "er trukket" in page and "Trukket 16.03.2026" in page
    assert desk.browser.post(address).status_code == 404


def test_a_version_that_judges_somebody_is_not_withdrawn(desk: Desk, category: Category) -> None:
    key = PriorityKeyFactory(municipality=desk.place, valid_from=days_ago(20))
    ReferralFactory(municipality=desk.place, category=category)
    address = f"{desk.key}{key.valid_from.isoformat()}/trekk/"
    assert address not in markup(desk.browser.get(f"{desk.key}?versjon={key.pk}"))
    desk.browser.post(address)
    assert "Den kan rettes, ikke trekkes." in markup(desk.browser.get(desk.key))


# ---------------------------------------------------------------- the preliminary reply


def test_the_case_asks_for_a_reply_where_the_key_at_receipt_says_so(
    desk: Desk, category: Category, coordinator: User, client_for: ClientFor
) -> None:
    key = PriorityKeyFactory(municipality=desk.place, valid_from=days_ago(20))
    ReplyRule.objects.create(key=key, category=category, is_due=False)
    before, after = (
        ReferralFactory(
            municipality=desk.place, category=category, application=True, received_on=days_ago(received)
        )
        for received in (21, 20)
    )
    office = client_for(coordinator)
    for case, is_due in ((before, True), (after, False)):
        page = markup(office.get(f"/k/{desk.place.code}/henvisninger/{case.number}/"))
        assert ("Registrer foreløpig svar" in page) == is_due


# ---------------------------------------------------------------- side by side


def test_two_municipalities_of_one_name_are_told_apart_by_county_and_the_menu_marks_the_key(
    desk: Desk,
) -> None:
    twins = [MunicipalityFactory(name="Herøy", full_name="Herøy") for _nth in range(2)]
    for address in (f"{desk.key}ny/", "/prioriteringsnokler/"):
        page = markup(desk.browser.get(address))
        for place in twins:
            assert f">Herøy ({place.county.name})</option>" in page
        assert f">{desk.place.full_name} (" not in page
        marked = [link.label for link in desk.browser.get(address).context["navigation"] if link.current]
        assert marked == ["Prioriteringsnøkkel"]


@pytest.mark.parametrize(
    "who", ["coordinator", "privacy_officer", "county_reader", "national_reader", "administrator"]
)
def test_everybody_who_is_let_in_compares_two_keys(
    who: str, municipality: Municipality, other_municipality: Municipality, category: Category,
    client_for: ClientFor, request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    key = PriorityKeyFactory(municipality=other_municipality, valid_from=days_ago(5))
    PriorityTargetFactory(key=key, category=category, level=1, days=15, criteria="Fare")
    PriorityTargetFactory(key=key, category=category, level=2, days=50)
    ReplyRule.objects.create(key=key, category=category, is_due=False)
    client = client_for(request.getfixturevalue(who))
    address = f"/prioriteringsnokler/?a={municipality.code}&b={other_municipality.code}"
    page = markup(client.get(address))
    assert "1 dag lenger i Annesvik, andre kriterier" in page and "6 dager lenger i Prøvdal" in page
    assert "Bare i Prøvdal" in page and "Ulikt" in page and "Skal ikke sendes" in page
    earlier = markup(client.get(f"{address}&dato={typed_day(days_ago(6))}"))
    assert "0 linjer er ulike." in earlier


def test_one_key_is_read_alone_and_a_place_without_a_key_is_told(
    municipality: Municipality, national_reader: User, client_for: ClientFor
) -> None:
    client, empty = client_for(national_reader), MunicipalityFactory(name="Tomvik")
    assert "Velg én kommune" in markup(client.get("/prioriteringsnokler/"))
    assert "182 dager" in markup(client.get(f"/prioriteringsnokler/?a={municipality.code}"))
    page = markup(client.get(f"/prioriteringsnokler/?a={municipality.code}&b={empty.code}"))
    assert "Tomvik har ingen gjeldende prioriteringsnøkkel" in page
    assert client.get("/prioriteringsnokler/?a=9999&b=x&dato=32.13.2026").status_code == 200


def test_pages_ask_as_often_for_many_versions_as_for_few(desk: Desk) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.browser.get(desk.key)
        return len(queries)

    desk.browser.get(desk.key)
    few = asked()
    for number in range(1, 15):
        PriorityKeyFactory(municipality=desk.place, valid_from=TODAY + timedelta(days=number))
    assert asked() == few


# ---------------------------------------------------------------- the administrators' site


def test_administrators_read_keys_and_change_none(
    municipality: Municipality, administrator: User, client_for: ClientFor
) -> None:
    client, key = client_for(administrator), municipality.priority_keys.get()
    address = f"/admin/referrals/prioritykey/{key.pk}/change/"
    assert f"/prioriteringsnokler/?a={municipality.code}" in markup(client.get(address))
    assert client.post(address, {"note": "x"}).status_code == 403
    assert client.get("/admin/referrals/prioritykey/add/").status_code == 403
    assert client.post(f"/admin/referrals/prioritykey/{key.pk}/delete/", {"post": "yes"}).status_code == 403
    key.refresh_from_db()
    assert key.note == "" and key.targets.exists()


def test_the_list_never_names_whom_a_shielded_case_is_about(desk: Desk, category: Category) -> None:
    referral = ReferralFactory(
        municipality=desk.place, category=category, waiting=True, person__protection="confidential"
    )
    typed = desk.begun() | {
        "valid_from": typed_day(days_ago(50)),
        "reason": WHY,
        f"days_{category.pk}_2": "3",
    }
    page = markup(desk.send(typed))
    assert referral.number in page and referral.person.family_name not in page
    assert Referral.objects.get(pk=referral.pk).priority == 2


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_two_keys_as_a_file_with_their_recipe(
    desk: Desk, other_municipality: Municipality, kind: str
) -> None:
    asked = {"a": desk.place.code, "b": other_municipality.code}
    page = desk.browser.get("/prioriteringsnokler/", asked)
    recipe = page.context["report"].recipe.hash
    assert f"{recipe}" in markup(page) and KeptRecipe.objects.filter(hash=recipe).exists()
    answer = desk.browser.get("/prioriteringsnokler/", asked | {"fil": kind})
    assert answer["Content-Disposition"].endswith(f'nokler-{desk.place.code}-2026-03-16.{kind}"')
    assert recipe in answer.content.decode() and "due_soon_days" in answer.content.decode()


def test_there_is_no_file_where_a_key_is_missing(desk: Desk, other_municipality: Municipality) -> None:
    other_municipality.priority_keys.update(replaced_at=TODAY.isoformat() + "T12:00Z")
    asked = {"a": desk.place.code, "b": other_municipality.code}
    page = desk.browser.get("/prioriteringsnokler/", asked | {"fil": "csv"})
    assert page["Content-Type"].startswith("text/html")
    assert "ingen gjeldende prioriteringsnøkkel" in markup(page) or "har ingen" in markup(page)
