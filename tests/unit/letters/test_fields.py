"""The fields of a letter's text: a closed list, looked up once, and nothing that could run."""

import re

import pytest

from referrals.choices import LetterField, LetterKind, WrittenForm
from referrals.errors import MalformedLetterField, UnknownLetterField
from referrals.letters.fields import check_fields, fields_for, fields_in, filled_in, lacking
from referrals.letters.ready import ready_text

WAITLIST = LetterKind.WAITLIST


@pytest.mark.parametrize("language", WrittenForm)
@pytest.mark.parametrize("kind", LetterKind)
def test_every_kind_has_a_ready_text_in_both_forms_with_fields_of_its_own(
    kind: LetterKind, language: WrittenForm
) -> None:
    text = ready_text(kind, language)
    for words in (text.subject, text.body):
        check_fields(words, kind, field="body")
        assert words == words.strip() and len(words) > 10
    assert {"saksnummer", "telefon"} <= set(fields_in(text.body))


def test_the_two_forms_ask_for_the_same_fields() -> None:
    for kind in LetterKind:
        nb, nn = (fields_in(ready_text(kind, language).body) for language in WrittenForm)
        assert sorted(nb) == sorted(nn), kind


def test_nynorsk_is_nynorsk() -> None:
    words = " ".join(ready_text(kind, WrittenForm.NN).body for kind in LetterKind)
    assert not re.search(r"\b(ikke|jeg|hva|hvis|også|henvisning\w*|en|fra|fikk)\b", words, re.IGNORECASE)


@pytest.mark.parametrize(
    "written", ["{fødselsnummer}", "{}", "{navn.__class__}", "{0}", "{navn!r}", "{navn:>9}"]
)
def test_an_unknown_field_is_named(written: str) -> None:
    with pytest.raises(UnknownLetterField) as refused:
        check_fields(f"Hei {{navn}}, {written}.", WAITLIST, field="body")
    assert written in str(refused.value) and refused.value.field == "body"


def test_every_unknown_field_is_named_at_once() -> None:
    with pytest.raises(UnknownLetterField) as refused:
        check_fields("{alder} {navn} {yrke}", WAITLIST, field="body")
    assert "{alder}, {yrke}" in str(refused.value)


@pytest.mark.parametrize("text", ["Hei {navn", "Hei navn}", "{{navn}}", "{na\nvn}", "{"])
def test_a_brace_that_stands_alone_is_shown_with_what_is_around_it(text: str) -> None:
    with pytest.raises(MalformedLetterField) as refused:
        check_fields(text, WAITLIST, field="body")
    assert "{" in str(refused.value) or "}" in str(refused.value)


def test_a_field_of_another_kind_is_unknown() -> None:
    """A letter of receipt has no target: the case is not assessed."""
    check_fields("{frist}", WAITLIST, field="body")
    with pytest.raises(UnknownLetterField):
        check_fields("{frist}", LetterKind.RECEIVED, field="body")


def test_what_is_filled_in_is_not_read_again() -> None:
    values = {"navn": "{telefon} %s $navn", "telefon": "12"}
    assert filled_in("{Navn} { telefon }", values) == "{telefon} %s $navn 12"


def test_what_is_lacking_keeps_its_name() -> None:
    values = {"navn": "Kari", "frist": ""}
    assert filled_in("{navn}: {frist}", values) == "Kari: {frist}"
    assert lacking("{navn}: {frist} {avtale}", values) == ["frist", "avtale"]


def test_every_field_belongs_to_some_kind() -> None:
    assert {field for kind in LetterKind for field in fields_for(kind)} == set(LetterField)
