"""The forms of a municipality's own staff: each with what can be typed into it, and two who save."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from referrals.choices import Definition, OccupationKind
from referrals.importers.register_files import FOLDER, OCCUPATIONS, read
from referrals.models import (
    CoverageAgreement,
    CoverageStatement,
    Employment,
    Leave,
    Municipality,
    Occupation,
    Therapist,
    Vacancy,
)
from referrals.reports import coverage
from tests.factories import (
    LONG_AGO,
    NOW,
    TODAY,
    CoverageAgreementFactory,
    CoverageStatementFactory,
    LeaveFactory,
    MunicipalityFactory,
    OccupationFactory,
    TherapistFactory,
    VacancyFactory,
    days_ago,
)
from tests.pages.seen import markup
from tests.pages.staffing.desk import HPR, Desk, a_post, written

DAY = timedelta(days=1)


class TestEmploy:
    def test_somebody_authorised_in_another_post_counts_by_two_of_the_definitions(
        self, desk: Desk, municipality: Municipality
    ) -> None:
        """From the occupations that every installation starts with; of other posts nothing else is asked."""
        for row in read(FOLDER)[OCCUPATIONS.file]:
            Occupation.objects.get_or_create(code=row.values["code"], defaults=row.values)
        TherapistFactory(hpr_number=HPR)
        path = desk.look_up()
        groups = dict(desk.get(path).context["form"].fields["occupation"].choices[1:])
        [(other, title)] = groups[OccupationKind.OTHER.label]
        assert title == "0000000 annen stilling"
        assert desk.send(path, a_post(Occupation.objects.get(pk=other))).url == desk.list
        assert "annen stilling" in markup(desk.get())
        reports = [coverage.build(TODAY, data_as_of=NOW, definition=definition) for definition in Definition]
        without = [municipality.pk in {row.pk for row in report.without} for report in reports]
        assert without == [True, False, False], "employed, authorised, attached"

    def test_somebody_known_gets_a_post(self, desk: Desk, occupation: Occupation) -> None:
        known = TherapistFactory(hpr_number=HPR, name="Kjent")
        path = desk.look_up()
        assert "approval" not in desk.get(path).context["form"].fields
        answer = desk.send(
            path, a_post(occupation, is_temporary="on", valid_to="01.08.2027"), name="Forfalsket"
        )
        assert answer.url == desk.list
        employment = Employment.objects.get()
        known.refresh_from_db()
        assert (employment.therapist, employment.fte, known.name) == (known, Decimal("0.50"), "Kjent")
        assert (employment.is_temporary, employment.valid_to) == (True, date(2027, 8, 1))
        assert "Lagret." in markup(desk.get())

    @pytest.mark.parametrize(
        ("approval", "facts"),
        [
            ("authorised", (False, False, LONG_AGO)),
            ("licence", (True, False, LONG_AGO)),
            ("student", (True, True, LONG_AGO)),
            ("none", (False, False, None)),
        ],
    )
    def test_somebody_new_is_registered_as_the_register_shows_it(
        self, desk: Desk, occupation: Occupation, approval: str, facts: tuple[bool, bool, date | None]
    ) -> None:
        typed = a_post(occupation, name="Ny Terapeut", approval=approval)
        if facts[2]:
            typed["authorised_from"] = written(facts[2])
        assert desk.send(desk.look_up(), typed).status_code == 302
        person = Therapist.objects.get(hpr_number=HPR)
        assert (person.is_licence, person.is_student, person.authorised_from) == facts

    @pytest.mark.parametrize(
        ("typed", "field", "said"),
        [
            ({"name": ""}, "name", "Navn må fylles ut"),
            ({"name": "x" * 151}, "name", "1 tegn for lang"),
            ({"approval": ""}, "approval", "Velg et svar"),
            ({"approval": "king"}, "approval", "gyldig valg"),
            ({"approval": "none"}, "authorised_from", "Ta den bort"),
            ({"authorised_from": ""}, "authorised_from", "Skriv første dag"),
            ({"authorised_to": written(LONG_AGO)}, "authorised_to", "slutter før den begynner"),
        ],
        ids=["no name", "long name", "no approval", "odd approval", "days of none", "no first day", "no day"],
    )
    def test_a_person_who_cannot_be(
        self, desk: Desk, occupation: Occupation, typed: dict[str, str], field: str, said: str
    ) -> None:
        usual = a_post(
            occupation,
            name="Ny",
            approval="authorised",
            authorised_from=written(LONG_AGO),
            submission=uuid4(),
        )
        errors = desk.errors(desk.look_up(), typed=usual, **typed)
        assert said in " ".join(errors[field]), errors
        assert not Therapist.objects.exists()

    @pytest.mark.parametrize(
        ("typed", "field", "said"),
        [
            ({"fte": ""}, "fte", "må fylles ut"),
            ({"fte": "0"}, "fte", "mer enn 0 og høyst 1,5"),
            ({"fte": "-0,5"}, "fte", "mer enn 0 og høyst 1,5"),
            ({"fte": "1,51"}, "fte", "mer enn 0 og høyst 1,5"),
            ({"fte": "50"}, "fte", "mer enn 0 og høyst 1,5"),
            ({"fte": "50 %"}, "fte", "Halv stilling, 50 %, er 0,5"),
            ({"fte": "0,125"}, "fte", "opptil to desimaler"),
            ({"fte": "1.000,5"}, "fte", "opptil to desimaler"),
            ({"fte": "NaN"}, "fte", "opptil to desimaler"),
            ({"fte": "1e-1"}, "fte", "opptil to desimaler"),
            ({"fte": "٠٫٥"}, "fte", "opptil to desimaler"),
            ({"fte": "9" * 5000}, "fte", "opptil to desimaler"),
            ({"occupation": ""}, "occupation", "Velg et svar"),
            ({"occupation": "0"}, "occupation", "gyldig valg"),
            ({"engagement": "stolen"}, "engagement", "gyldig valg"),
            ({"valid_from": ""}, "valid_from", "må fylles ut"),
            ({"valid_from": "31.02.2026"}, "valid_from", "finnes ikke"),
            ({"valid_from": "i går"}, "valid_from", "Skriv dag, måned og år"),
            ({"valid_from": "01.01.2206"}, "valid_from", "kan ikke være etter"),
            ({"valid_from": "01.01.1890"}, "valid_from", "for langt tilbake"),
            ({"valid_to": written(TODAY)}, "valid_to", "slutter før det begynner"),
            ({"valid_to": "01.01.2206"}, "valid_to", "kan ikke være etter"),
        ],
        ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
    )
    def test_a_post_that_cannot_be(
        self, desk: Desk, occupation: Occupation, typed: dict[str, str], field: str, said: str
    ) -> None:
        TherapistFactory(hpr_number=HPR)
        errors = desk.errors(desk.look_up(), typed=a_post(occupation), **typed)
        assert said in " ".join(errors[field]), errors
        assert not Employment.objects.exists()

    def test_what_other_rows_forbid(
        self, desk: Desk, occupation: Occupation, other_municipality: Municipality
    ) -> None:
        TherapistFactory(hpr_number=HPR, employed_in=other_municipality)
        errors = desk.errors(desk.look_up(), typed=a_post(occupation, fte="0,51"))
        assert "mer enn 1,5 årsverk samtidig" in errors["fte"][0]
        assert desk.send(desk.look_up(), a_post(occupation)).status_code == 302
        errors = desk.errors(desk.look_up(), typed=a_post(occupation, fte="0,1"))
        assert "allerede et arbeidsforhold" in errors["valid_from"][0]

    def test_the_form_sent_twice_is_saved_once_and_says_so(self, desk: Desk, occupation: Occupation) -> None:
        TherapistFactory(hpr_number=HPR)
        path = desk.look_up()
        for _time in range(2):
            assert desk.send(path, a_post(occupation)).url == desk.list
        assert Employment.objects.count() == 1
        assert "allerede lagret" in markup(desk.get())


class TestOtherRows:
    def test_a_leave(self, desk: Desk, post: Employment) -> None:
        path = f"ansettelse/{post.pk}/permisjon/"
        errors = desk.errors(path, valid_from=written(LONG_AGO - DAY))
        assert list(errors) == ["valid_from"] and "før arbeidsforholdet begynner" in errors["valid_from"][0]
        assert desk.send(path, valid_from=written(TODAY), valid_to="").url == desk.list
        errors = desk.errors(path, valid_from=written(TODAY + DAY))
        assert "allerede en permisjon" in errors["valid_from"][0]
        away = Leave.objects.get()
        assert away.employment == post and away.valid_to is None
        assert desk.send(f"permisjon/{away.pk}/avslutt/", on=written(TODAY + DAY)).status_code == 302
        away.refresh_from_db()
        assert away.valid_to == TODAY + DAY

    def test_a_vacant_post(self, desk: Desk, occupation: Occupation) -> None:
        support = OccupationFactory(support=True)
        typed = {"occupation": occupation.pk, "fte": "0.8", "valid_from": written(TODAY)}
        both = desk.errors("ledig-stilling/ny/", **typed | {"fte": "-1", "valid_from": "01.01.2090"})
        assert list(both) == ["fte", "valid_from"], "both are told at once"
        assert "kan ikke være etter" in both["valid_from"][0]
        errors = desk.errors("ledig-stilling/ny/", **typed | {"occupation": support.pk})
        assert "gyldig valg" in errors["occupation"][0]
        assert "høyst 1,5" in desk.errors("ledig-stilling/ny/", **typed | {"fte": "2"})["fte"][0]
        assert desk.send("ledig-stilling/ny/", **typed).url == desk.list
        assert Vacancy.objects.get().fte == Decimal("0.80")

    def test_a_statement(self, desk: Desk) -> None:
        typed = {"source": "Kommunedirektøren", "valid_from": written(TODAY)}
        assert "source" in desk.errors("erklaring/ny/", **typed | {"source": " "})
        assert desk.send("erklaring/ny/", **typed).url == desk.list
        errors = desk.errors("erklaring/ny/", **typed)
        assert "allerede en erklæring" in errors["valid_from"][0]
        row = CoverageStatement.objects.get()
        errors = desk.errors(f"erklaring/{row.pk}/avslutt/", on=written(TODAY))
        assert "kan ikke være før" in errors["on"][0]

    def test_an_agreement_given_and_received(self, desk: Desk, other_municipality: Municipality) -> None:
        typed = {"direction": "received", "other": other_municipality.pk, "valid_from": written(TODAY)}
        assert desk.send("avtale/ny/", **typed).url == desk.list
        row = CoverageAgreement.objects.get()
        assert (row.provider, row.recipient, row.fte) == (other_municipality, desk.place, None)
        errors = desk.errors("avtale/ny/", **typed | {"direction": "given"})
        assert "gå i ring: Prøvdal → Annesvik → Prøvdal" in errors["other"][0]
        errors = desk.errors("avtale/ny/", **typed)
        assert "allerede en avtale" in errors["valid_from"][0]

    @pytest.mark.parametrize(
        ("typed", "field", "said"),
        [
            ({"direction": ""}, "direction", "Velg et svar"),
            ({"other": ""}, "other", "Velg et svar"),
            ({"other": "own"}, "other", "annen kommune enn deres egen"),
            ({"other": "987654321"}, "other", "fra listen"),
            ({"fte": "-1"}, "fte", "mer enn 0 og høyst 10"),
            ({"fte": "20"}, "fte", "mer enn 0 og høyst 10"),
            ({"fte": "20 %"}, "fte", "opptil to desimaler"),
            ({"reference": "x" * 101}, "reference", "1 tegn for lang"),
            ({"valid_to": written(TODAY)}, "valid_to", "slutter før den begynner"),
        ],
        ids=lambda value: str(value)[:30] if isinstance(value, dict) else "",
    )
    def test_an_agreement_that_cannot_be(
        self,
        desk: Desk,
        other_municipality: Municipality,
        typed: dict[str, str],
        field: str,
        said: str,
    ) -> None:
        usual = {"direction": "given", "other": other_municipality.pk, "valid_from": written(TODAY)}
        if typed.get("other") == "own":
            typed = {"other": str(desk.place.pk)}
        errors = desk.errors("avtale/ny/", **usual | typed)
        assert said in " ".join(errors[field]), errors
        assert not CoverageAgreement.objects.exists()

    def test_a_longer_circle_is_said_at_the_other_municipality(
        self, desk: Desk, other_municipality: Municipality
    ) -> None:
        between = MunicipalityFactory(name="Mellomby")
        CoverageAgreementFactory(provider=desk.place, recipient=between)
        CoverageAgreementFactory(provider=between, recipient=other_municipality)
        typed = {"direction": "received", "other": other_municipality.pk, "valid_from": written(TODAY)}
        errors = desk.errors("avtale/ny/", **typed)
        assert "Annesvik → Prøvdal → Mellomby → Annesvik" in errors["other"][0]

    def test_a_form_sent_twice_is_saved_once(self, desk: Desk) -> None:
        typed = desk.begun("erklaring/ny/") | {"source": "Ordføreren", "valid_from": written(TODAY)}
        assert desk.send("erklaring/ny/", typed).url == desk.send("erklaring/ny/", typed).url
        assert CoverageStatement.objects.count() == 1


class TestChange:
    def test_a_form_begins_with_what_stands_there(self, desk: Desk, post: Employment) -> None:
        begun = desk.begun(f"ansettelse/{post.pk}/")
        assert begun["fte"] == "1" and begun["valid_from"] == written(LONG_AGO)
        assert "Kari Prøve" in markup(desk.get(f"ansettelse/{post.pk}/"))

    def test_a_correction_and_a_change_from_a_day_on(self, desk: Desk, post: Employment) -> None:
        path = f"ansettelse/{post.pk}/"
        assert "Ingenting ble endret" in desk.errors(path)["__all__"][0]
        assert desk.send(path, fte="0,8").url == desk.list
        assert desk.send(path, fte="0,4", since=written(TODAY)).url == desk.list
        rows = Employment.objects.order_by("valid_from").values_list("fte", "valid_from", "valid_to")
        assert list(rows) == [(Decimal("0.80"), LONG_AGO, TODAY), (Decimal("0.40"), TODAY, None)]
        errors = desk.errors(path, fte="0,2", since=written(LONG_AGO))
        assert "kan ikke være før" in errors["since"][0]

    def test_the_second_of_two_sees_both_versions_and_decides(
        self, desk: Desk, colleague: Desk, post: Employment
    ) -> None:
        path = f"ansettelse/{post.pk}/"
        mine = desk.begun(path)
        assert colleague.send(path, fte="0,8", valid_to="01.01.2030").status_code == 302
        told = desk.send(path, mine, fte="0,6")
        post.refresh_from_db()
        assert told.status_code == 409 and post.fte == Decimal("0.80")
        page = markup(told)
        assert "Ola Ås har endret dette etter at du åpnet siden" in page
        assert "Nå: 0,8" in page and "Nå: 01.01.2030" in page and "Ingenting av ditt er lagret ennå" in page
        again = {b.name: b.value() for b in told.context["form"] if b.value() not in (None, False)}
        assert again["fte"] == "0,6"
        assert desk.send(path, again).status_code == 302
        post.refresh_from_db()
        assert (post.fte, post.valid_to) == (Decimal("0.60"), None)

    def test_ending_what_somebody_else_changed(self, desk: Desk, colleague: Desk, post: Employment) -> None:
        path = f"ansettelse/{post.pk}/"
        mine = desk.begun(f"{path}avslutt/")
        colleague.send(path, fte="0,8")
        told = desk.send(f"{path}avslutt/", mine)
        assert told.status_code == 409 and "Ola Ås" in markup(told)
        post.refresh_from_db()
        assert post.valid_to is None

    @pytest.mark.parametrize("seen", ["", "x", "0" * 64])
    def test_a_made_up_state_writes_nothing(self, desk: Desk, post: Employment, seen: str) -> None:
        assert desk.send(f"ansettelse/{post.pk}/", fte="0,8", seen=seen).status_code == 409
        post.refresh_from_db()
        assert post.fte == 1

    def test_what_ended_is_not_ended_again(self, desk: Desk, post: Employment) -> None:
        Employment.objects.filter(pk=post.pk).update(valid_to=TODAY)
        assert (
            "allerede avsluttet"
            in desk.errors(f"ansettelse/{post.pk}/avslutt/", on="01.01.2027")["__all__"][0]
        )
        assert "Avslutt i stedet" not in markup(desk.get(f"ansettelse/{post.pk}/"))

    def test_the_therapist(self, desk: Desk, post: Employment) -> None:
        path = f"ergoterapeut/{post.therapist_id}/"
        assert desk.begun(path)["approval"] == "authorised"
        assert desk.send(path, approval="student").url == desk.list
        post.therapist.refresh_from_db()
        assert post.therapist.is_student and post.therapist.is_licence
        errors = desk.errors(path, authorised_to=written(LONG_AGO))
        assert "slutter før den begynner" in errors["authorised_to"][0]

    def test_two_who_change_the_therapist(self, desk: Desk, colleague: Desk, post: Employment) -> None:
        path = f"ergoterapeut/{post.therapist_id}/"
        mine = desk.begun(path)
        colleague.send(path, authorised_to="01.01.2030", approval="licence")
        told = markup(desk.send(path, mine, name="Kari Ny"))
        assert "Nå: Lisens" in told and "Nå: 01.01.2030" in told and "Nå: Kari Prøve" in told

    def test_every_kind_of_row_is_changed_and_ended(self, desk: Desk, post: Employment) -> None:
        rows = {
            "permisjon": LeaveFactory(employment=post, valid_from=days_ago(9)),
            "ledig-stilling": VacancyFactory(municipality=desk.place),
            "avtale": CoverageAgreementFactory(recipient=desk.place),
            "erklaring": CoverageStatementFactory(municipality=desk.place),
        }
        for slug, row in rows.items():
            changed = desk.send(f"{slug}/{row.pk}/", valid_to=written(TODAY + 9 * DAY))
            assert changed.url == desk.list, slug
            assert desk.send(f"{slug}/{row.pk}/avslutt/", on=written(TODAY)).url == desk.list, slug
            row.refresh_from_db()
            assert row.valid_to == TODAY
