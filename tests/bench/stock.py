"""The waitlist as the libraries make it out of the box: what ours is measured against.

The same rows, columns and filters, for the same user under the same middlewares and policies. Nothing is logged here.
"""

from functools import cache
from typing import Any

import django_filters
import django_tables2
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django_filters.views import FilterView

from referrals.choices import Source, Status
from referrals.models import Category, Municipality, Referral
from referrals.models.referral import ReferralQuerySet
from referrals.views.clock import today

ROWS = 50
PAGE = """{% load django_tables2 %}<!doctype html><html lang="nb"><body>
<form method="get">{{ filter.form.as_p }}<button>Vis</button></form>{% render_table table %}</body></html>"""
LOOP = """<!doctype html><html lang="nb"><body>
<form method="get">{{ form.as_p }}<button>Vis</button></form><table><tbody>{% for referral in rows %}<tr>
<td><a href="/k/{{ code }}/henvisninger/{{ referral.number }}/">{{ referral.number }}</a></td>
<td>{{ referral.person }}</td>
<td>{{ referral.received_on|date:"d.m.Y" }}</td><td>{{ referral.category }}</td>
<td>{{ referral.priority|default:"–" }}</td>
<td>{{ referral.due_on|date:"d.m.Y" }}</td><td>{{ referral.gross_days }}</td><td>{{ referral.get_status_display }}</td>
<td>{{ referral.therapist|default:"–" }}</td></tr>{% endfor %}</tbody></table>
{{ count }}</body></html>"""


@cache
def compiled(text: str) -> Any:
    """The template, compiled once, as those in files are."""
    return engines["django"].from_string(text)


def waiting(code: str) -> ReferralQuerySet:
    """Those who wait in the municipality, read as our list reads them, in its order."""
    rows = Referral.objects.in_municipality(Municipality.objects.present().get(code=code)).waiting(on=today())
    return rows.with_wait(on=today()).with_pause(on=today()).for_list().order_by_urgency()


class StockTable(django_tables2.Table):
    """Our nine columns, each the library's own."""

    number = django_tables2.TemplateColumn('<a href="/k/3103/henvisninger/{{ value }}/">{{ value }}</a>')
    person = django_tables2.Column()
    received_on = django_tables2.DateColumn(format="d.m.Y")
    category = django_tables2.Column()
    priority = django_tables2.Column()
    due_on = django_tables2.DateColumn(format="d.m.Y")
    gross_days = django_tables2.Column()
    status = django_tables2.Column()
    therapist = django_tables2.Column()

    class Meta:
        template_name = "django_tables2/bootstrap5.html"


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
        return waiting(self.kwargs["code"])

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return HttpResponse(compiled(PAGE).render(context, self.request))


def loop(request: HttpRequest, code: str) -> HttpResponse:
    """A plain template loop over model instances, with the same filter form and one count."""
    found = StockFilter(request.GET, waiting(code))
    context = {"form": found.form, "rows": found.qs[:ROWS], "count": found.qs.count(), "code": code}
    return HttpResponse(compiled(LOOP).render(context, request))
