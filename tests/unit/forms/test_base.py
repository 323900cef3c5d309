from collections.abc import Iterator

import pytest
from django import forms
from django.utils import translation

from referrals.errors import DomainError, NotAllowed
from referrals.forms.base import ErgoForm, FilterForm, Section
from referrals.forms.fields import LongTextField, NorwegianDateField


class EveryShapeForm(ErgoForm):
    """One field of each shape."""

    sections = [Section("Who", ["name", "born_on"], "As on the letter."), Section("Why", ["need"])]

    need = LongTextField(label="Need", max_length=10)
    name = forms.CharField(label="Name", max_length=5, help_text="As in the register")
    born_on = NorwegianDateField(label="Birth date", required=False)
    source = forms.ChoiceField(
        label="Who refers?", choices=[("gp", "GP"), ("self", "Self")], widget=forms.RadioSelect
    )
    channel = forms.ChoiceField(label="Channel", choices=[("", "Choose"), ("tel", "Phone")])
    consent = forms.BooleanField(label="Has consented")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "twice":
            raise forms.ValidationError("Somebody else saved first.")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


GOOD = {"need": "x", "name": "Kari", "source": "gp", "channel": "tel", "consent": "on", "version": "1"}


def problems(**changes):
    return [(problem.target, problem.text) for problem in EveryShapeForm({**GOOD, **changes}).problems]


def html(**changes):
    return str(EveryShapeForm({**GOOD, **changes} if changes else None))


def test_fields_stand_in_their_sections_and_the_rest_after():
    laid_out = list(EveryShapeForm().laid_out)
    assert [str(section.title) for section in laid_out] == ["Who", "Why", ""]
    assert [field.name for field in laid_out[0].fields] == ["name", "born_on"]
    assert [field.name for field in laid_out[2].fields] == ["source", "channel", "consent"]


def test_problems_come_in_the_order_of_the_page_with_the_form_s_own_first():
    targets = [target for target, _text in problems(name="twice", born_on="x", need="", source="")]
    assert targets == ["", "id_born_on", "id_need", "id_source"]


def test_a_hidden_field_s_problem_is_told_without_a_link():
    assert [target for target, _text in problems(version="x")] == [""]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "Name must be filled in"),
        ("source", "Choose an answer: Who refers?"),
        ("channel", "Choose an answer: Channel"),
        ("consent", "Tick the box: Has consented"),
    ],
)
def test_an_empty_field_is_asked_for_by_its_label(field, text):
    assert [problem.text for problem in EveryShapeForm({**GOOD, field: ""}).problems] == [text]


def test_every_problem_can_be_understood_away_from_its_field():
    ((_target, text),) = problems(born_on="x")
    assert text.startswith("Birth date: ")


@pytest.mark.parametrize(("length", "excess"), [(6, "1 "), (25, "20 ")])
def test_too_long_is_answered_with_how_much(length, excess):
    ((_target, text),) = problems(name="x" * length)
    assert excess in text


def test_the_browser_cuts_nothing_off():
    assert "maxlength" not in html()


def test_text_that_is_too_long_comes_back_whole():
    assert "x" * 50 in html(need="x" * 50)


def test_what_was_typed_is_escaped_when_it_comes_back():
    back = html(name="<b>&", need='"><script>alert(1)</script>', born_on="<i>")
    assert "<b>" not in back and "<script>" not in back and "<i>" not in back
    assert "&lt;b&gt;&amp;" in back


def test_required_and_optional_are_marked_only_where_there_are_both():
    class OnlyRequired(ErgoForm):
        name = forms.CharField()

    class OnlyOptional(FilterForm):
        name = forms.CharField(required=False)
        born_on = NorwegianDateField(required=False)

    class AllRequired(OnlyRequired):
        born_on = NorwegianDateField()

    assert html().count("form-mark") == 6
    assert "form-mark" not in str(OnlyRequired()) + str(OnlyOptional()) + str(AllRequired())
    assert "All fields must be filled in." in str(AllRequired())
    assert "form-note" not in str(OnlyRequired()) + str(OnlyOptional()) + html()


def test_help_and_error_are_bound_to_the_control():
    back = html(name="")
    assert 'aria-describedby="id_name_helptext id_name_error"' in back
    assert 'id="id_name_helptext"' in back and 'id="id_name_error"' in back
    assert 'aria-invalid="true"' in back


def test_the_summary_s_link_to_a_group_has_somewhere_to_go():
    assert '<fieldset class="ds-fieldset" id="id_source"' in html(source="")
    assert html(source="").count('tabindex="-1"') == 1


def test_a_text_area_counts_except_where_another_error_stands():
    assert "<ds-field" in html()
    assert "<ds-field" in html(need="x" * 11)
    assert "<ds-field" not in html(need="")


def test_what_an_action_refused_stands_at_the_field_it_names():
    form = EveryShapeForm(GOOD)
    assert form.is_valid()
    form.refuse(DomainError(field="born_on"))
    form.refuse(NotAllowed())
    assert [(problem.target, problem.text) for problem in form.problems] == [
        ("", "You do not have access to do this."),
        ("id_born_on", "Birth date: This cannot be done."),
    ]
