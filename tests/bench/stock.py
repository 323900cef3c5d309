"""The waitlist as the libraries make it out of the box: what ours is measured against.

The same rows, columns, boxes, links, texts and filters, for the same user under the same middlewares and policies: a
coordinator, who may change everything in a row that is not shielded. The frame of our pages, the numbers above the
list, the search and the read log are not here: they are what ours does besides.
"""

from functools import cache
from typing import Any

import django_filters
import django_tables2
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils.html import format_html, format_html_join
from django_filters.views import FilterView

from referrals.choices import PresentFact, Source, Status
from referrals.demo.users import MOSS
from referrals.filters import STILL_WAITING
from referrals.models import Category, Municipality, Referral
from referrals.models.referral import ReferralQuerySet
from referrals.tables.waitlist import days_left, days_over, next_step
from referrals.templatetags.ergo import day_month_year, number, wait
from referrals.views.clock import today

ROWS = 50
PAGE = """{% load django_tables2 %}<!doctype html><html lang="nb"><body>
<form method="get">{{ filter.form.as_p }}<button>Vis</button></form>{% render_table table %}</body></html>"""
LOOP = """{% load ergo %}<!doctype html><html lang="nb"><body>
<form method="get">{{ form.as_p }}<button>Vis</button></form><table><tbody>
{% for referral in rows %}{% with address="/k/"|add:code|add:"/henvisninger/"|add:referral.number %}<tr>
<td>{% if not referral.is_shielded %}<input type="checkbox" form="chosen" name="valgt"
value="{{ referral.number }}.{{ referral.version }}" aria-label="Velg {{ referral.number }}">{% endif %}</td>
<td><a href="{{ address }}/">{{ referral.number }}</a></td>
<td>{% if referral.is_shielded %}Skjermet{% else %}{{ referral.person }}{% endif %}</td>
<td>{{ referral.received_on|date:"d.m.Y" }}</td><td>{{ referral.category }}</td>
<td>{% if referral.is_shielded %}{{ referral.priority|default:"Ikke vurdert" }}{% else %}
<a href="{{ address }}/prioritet/">{{ referral.priority|default:"Ikke vurdert" }}<span>, endre prioritet</span></a>
{% endif %}</td>
<td>{{ referral.due_on|date:"d.m.Y"|default:"–" }}{% if referral.is_over_target %}
<small>{% with over=referral.days_left|cut:"-" %}{{ over }} dag{{ over|pluralize:"er" }} over{% endwith %}</small>
{% elif referral.is_due_soon %}
<small>{{ referral.days_left }} dag{{ referral.days_left|pluralize:"er" }} igjen</small>{% endif %}</td>
<td>{{ referral.gross_days|number }} ({{ referral.gross_days|wait }})</td>
<td>{{ referral.get_status_display }}{% if referral.is_paused %} <b>Satt på vent</b>{% endif %}
{% if referral.therapist_id %}<b>Fordelt</b>{% endif %}
{% if referral.is_incomplete %}<b>Mangler opplysninger</b>{% endif %}
{% if referral.has_risk %}<b>Risikohendelse</b>{% endif %}</td>
<td>{% if referral.is_shielded %}{{ referral.therapist|default:"Ikke fordelt" }}{% else %}
<a href="{{ address }}/ergoterapeut/">{{ referral.therapist|default:"Ikke fordelt" }}
<span>, endre ergoterapeut</span></a>
{% if referral.next_step or referral.follow_up_on %}<small><a href="{{ address }}/neste-steg/">{{ referral.next_step }}
{% if referral.follow_up_on %}{% if referral.next_step %}, {% endif %}utsatt til
{{ referral.follow_up_on|date:"d.m.Y" }}{% endif %}<span>, endre neste steg</span></a></small>{% else %}
<a href="{{ address }}/neste-steg/" title="Legg til neste steg">+ <span>Legg til neste steg</span></a>{% endif %}
{% endif %}</td></tr>{% endwith %}{% endfor %}</tbody></table>
{{ count }}</body></html>"""


@cache
def compiled(text: str) -> Any:
    """The template, compiled once, as those in files are."""
    return engines["django"].from_string(text)


def waiting(request: HttpRequest, code: str) -> ReferralQuerySet:
    """Those who wait in the municipality, read as our list reads them, in its order."""
    place, access = Municipality.objects.present().get(code=code), request.access
    rows = Referral.objects.visible_to(access).in_municipality(place).filter(STILL_WAITING)
    rows = rows.as_listed(on=today(), municipality=place).for_list().with_shield(access)
    return rows.order_by_urgency()


def case(record: Referral, slug: str = "") -> str:
    """The address of a case, or of one of its moves."""
    return f"/k/{MOSS}/henvisninger/{record.number}/{slug}"


class PickColumn(django_tables2.CheckBoxColumn):
    """The library's boxes, but none for what is shielded: it has no choice of rows that get one."""

    def render(self, value: Any, bound_column: Any, record: Referral) -> str:
        return "" if record.is_shielded else super().render(f"{value}.{record.version}", bound_column, record)


class StockTable(django_tables2.Table):
    """Our ten columns with our texts, each made as the library's documentation makes it.

    Where the documentation has two ways, the faster one: of two links in a cell `format_html` in a `render_` method,
    no template.
    """

    pick = PickColumn(
        accessor="number",
        attrs={
            "td__input": {
                "name": "valgt",
                "form": "chosen",
                "aria-label": lambda record: f"Velg {record.number}",
            }
        },
    )
    number = django_tables2.TemplateColumn(
        f'<a href="/k/{MOSS}/henvisninger/{{{{ value }}}}/">{{{{ value }}}}</a>'
    )
    person = django_tables2.Column()
    received_on = django_tables2.DateColumn(format="d.m.Y")
    category = django_tables2.Column()
    priority = django_tables2.Column(empty_values=())
    due_on = django_tables2.DateColumn(format="d.m.Y", default="–")
    gross_days = django_tables2.Column()
    status = django_tables2.Column()
    therapist = django_tables2.Column(empty_values=())

    class Meta:
        template_name = "django_tables2/bootstrap5.html"

    def render_person(self, value: Any, record: Referral) -> str:
        return "Skjermet" if record.is_shielded else str(value)

    def render_priority(self, value: int | None, record: Referral) -> str:
        text = "Ikke vurdert" if value is None else str(value)
        return text if record.is_shielded else edit(case(record, "prioritet/"), text, "endre prioritet")

    def render_due_on(self, value: Any, record: Referral) -> str:
        if record.is_over_target:
            note = days_over(-record.days_left)
        elif record.is_due_soon:
            note = days_left(record.days_left)
        else:
            return day_month_year(value)
        return format_html("{}<small>{}</small>", day_month_year(value), note)

    def render_gross_days(self, value: int) -> str:
        return f"{number(value)} ({wait(value)})"

    def render_status(self, record: Referral) -> str:
        marks = [("Satt på vent",)] * record.is_paused + [("Fordelt",)] * bool(record.therapist_id)
        marks += [(PresentFact.INCOMPLETE.label,)] * record.is_incomplete
        marks += [(PresentFact.AT_RISK.label,)] * record.has_risk
        return format_html("{}{}", record.get_status_display(), format_html_join("", " <b>{}</b>", marks))

    def render_therapist(self, value: Any, record: Referral) -> str:
        text = "Ikke fordelt" if value is None else str(value)
        if record.is_shielded:
            return text
        name = edit(case(record, "ergoterapeut/"), text, "endre ergoterapeut")
        address = case(record, "neste-steg/")
        if step := next_step(record.next_step, record.follow_up_on):
            return format_html("{}<small>{}</small>", name, edit(address, step, "endre neste steg"))
        return format_html(
            '{} <a href="{}" title="{}">+<span>{}</span></a>', name, address, *["Legg til neste steg"] * 2
        )


def edit(address: str, text: str, what: str) -> str:
    """A value that leads to where it is changed."""
    return format_html('<a href="{}">{}<span>, {}</span></a>', address, text, what)


class StockFilter(django_filters.FilterSet):
    """As many choices as our filter offers."""

    status = django_filters.ChoiceFilter(choices=Status.choices)
    priority = django_filters.ChoiceFilter(choices=[(level, level) for level in range(1, 5)])
    category = django_filters.ModelChoiceFilter(queryset=Category.objects.all())
    source = django_filters.ChoiceFilter(choices=Source.choices)
    received_on = django_filters.DateFromToRangeFilter()

    class Meta:
        model = Referral
        fields: list[str] = []


class StockList(django_tables2.SingleTableMixin, FilterView):
    """Both libraries as their documentation puts them together."""

    table_class, filterset_class, paginate_by = StockTable, StockFilter, ROWS
    template_name = "unused"

    def get_queryset(self) -> ReferralQuerySet:
        return waiting(self.request, self.kwargs["code"])

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return HttpResponse(compiled(PAGE).render(context, self.request))


def loop(request: HttpRequest, code: str) -> HttpResponse:
    """A plain template loop over model instances, with the same filter form and one count."""
    found = StockFilter(request.GET, waiting(request, code))
    context = {"form": found.form, "rows": found.qs[:ROWS], "count": found.qs.count(), "code": code}
    return HttpResponse(compiled(LOOP).render(context, request))
