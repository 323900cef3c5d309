"""What several journeys do: type over a field, print a page, count days back from today."""

from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import Page

COUNT_KEYS = """addEventListener("keydown", (event) => {
    if (!event.repeat) sessionStorage.setItem("keys", 1 + Number(sessionStorage.getItem("keys")));
}, true)"""


def before_now(days: int) -> date:
    """So many days before the day on which the browser looks."""
    return timezone.localdate() - timedelta(days=days)


def write(page: Page, label: str, text: str) -> None:
    """Types over what stands in a field, reached by its name."""
    field = page.get_by_label(label)
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def printed_pages(page: Page, *, as_laid: bool = False) -> int:
    """How many sheets of A4 the page takes; `as_laid`: turned as the page asks for."""
    paper = {"prefer_css_page_size": True} if as_laid else {"format": "A4"}
    return page.pdf(**paper).count(b"/Type /Page\n")


def count_keys(page: Page) -> None:
    """Counts keys on whatever pages the tab comes to from here on; `keys_pressed` says how many."""
    page.add_init_script(COUNT_KEYS)


def keys_pressed(page: Page) -> int:
    """How many keys have been pressed since they are counted; one that repeats itself is one."""
    return int(page.evaluate("sessionStorage.getItem('keys')") or 0)
