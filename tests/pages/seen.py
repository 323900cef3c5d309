"""What came back, as one line: white space of any kind is one space."""

import html

from django.http import HttpResponse

from referrals.views.context import Link


def markup(page: HttpResponse) -> str:
    """The page as it was sent."""
    return " ".join(page.content.decode().split())


def text(page: HttpResponse) -> str:
    """The page with the characters that its entities stand for, so that names and addresses read as they are."""
    return html.unescape(markup(page))


def links_of(page: HttpResponse) -> list[Link]:
    """The links to files on a board: those of all that it shows, then one for each of its JSON-stat tables."""
    downloads = page.context["downloads"]
    return [*downloads.files, *downloads.tables]
