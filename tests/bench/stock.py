"""The waitlist as the libraries make it out of the box: what ours is measured against.

The same rows, columns, texts and filters, for the same user under the same middlewares and policies. The frame of our
pages, the numbers above the list, the search and the read log are not here: they are what ours does besides.
"""

from functools import cache
from typing import Any

import django_filters
import django_tables2
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils.html import format_html, format_html_join
from django_filters.views import FilterView

from referrals.choices import Source, Status
from referrals.filters import STILL_WAITING
from referrals.models import Category, Municipality, Referral
from referrals.models.referral import ReferralQuerySet
from referrals.tables.waitlist import days_left, days_over
from referrals.templatetags.ergo import day_month_year, number, wait
from referrals.views.clock import today

ROWS = 50
PAGE = """{% load django_tables2 %}<!doctype html><html lang="nb"><body>
<form method="get">{{ filter.form.as_p }}<button>Vis</button></form>{% render_table table %}</body></html>"""
LOOP = """{% load ergo %}<!doctype html><html lang="nb"><body>
<form method="get">{{ form.as_p }}<button>Vis</button></form><table><tbody>{% for referral in rows %}<tr>
<td><a href="/k/{{ code }}/henvisninger/{{ referral.number }}/">{{ referral.number }}</a></td>
<td>{% if referral.is_shielded %}Skjermet{% else %}{{ referral.person }}{% endif %}</td>
<td>{{ referral.received_on|date:"d.m.Y" }}</td><td>{{ referral.category }}</td>
<td>{{ referral.priority|default:"Ikke vurdert" }}</td>
<td>{{ referral.due_on|date:"d.m.Y"|default:"–" }}{% if referral.is_over_target %}
<small>{% with over=referral.days_left|cut:"-" %}{{ over }} dag{{ over|pluralize:"er" }} over{% endwith %}</small>
{% elif referral.is_due_soon %}
<small>{{ referral.days_left }} dag{{ referral.days_left|pluralize:"er" }} igjen</small>{% endif %}</td>
<td>{{ referral.gross_days|number }} ({{ referral.gross_days|wait }})</td>
<td>{{ referral.get_status_display }}{% if referral.is_paused %} <b>Satt på vent</b>{% endif %}
{% if referral.therapist_id %}<b>Fordelt</b>{% endif %}</td>
<td>{{ referral.therapist|default:"Ikke fordelt" }}</td></tr>{% endfor %}</tbody></table>
{{ count }}</body></html>"""


@cache
def compiled(text: str) -> Any:
    """The template, compiled once, as those in files are."""
    return engines["django"].from_string(text)


def waiting(request: HttpRequest, code: str) -> ReferralQuerySet:
    """Those who wait in the municipality, read as our list reads them, in its order."""
    place, access = Municipality.objects.present().get(code=code), request.access
    rows = Referral.objects.visible_to(access).in_municipality(place).filter(STILL_WAITING)
    rows = rows.with_wait(on=today(), municipality=place).with_pause(on=today()).with_shield(access)
    return rows.for_list().order_by_urgency()


class StockTable(django_tables2.Table):
    """Our nine columns with our texts, each made as the library's documentation makes it."""

    number = django_tables2.TemplateColumn('<a href="/k/3103/henvisninger/{{ value }}/">{{ value }}</a>')
    person = django_tables2.Column()
    received_on = django_tables2.DateColumn(format="d.m.Y")
    category = django_tables2.Column()
    priority = django_tables2.Column(default="Ikke vurdert")
    due_on = django_tables2.DateColumn(format="d.m.Y", default="–")
    gross_days = django_tables2.Column()
    status = django_tables2.Column()
    therapist = django_tables2.Column(default="Ikke fordelt")

    class Meta:
        template_name = "django_tables2/bootstrap5.html"

    def render_person(self, value: Any, record: Referral) -> str:
        return "Skjermet" if record.is_shielded else str(value)

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
        return format_html("{}{}", record.get_status_display(), format_html_join("", " <b>{}</b>", marks))


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
