"""What came back, as one line: white space of any kind is one space."""

import html

from django.http import HttpResponse


def markup(page: HttpResponse) -> str:
    """The page as it was sent."""
    return " ".join(page.content.decode().split())


def text(page: HttpResponse) -> str:
    """The page with the characters that its entities stand for, so that names and addresses read as they are."""
    return html.unescape(markup(page))
