"""Takes pictures of every page that can be reached by links in the demo: `make gallery`.

Each demo user follows all links from the start page. Of each page one picture is taken in light, in dark and 400 pixels
wide, as the first user who gets there sees it; a form that a case leads to counts as a page of its own. What no link
leads to, such as a page behind a form that is sent, is named at the end.
"""

import html
import os
import shutil
import sys
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser import CHROMIUM, CHROMIUM_FLAGS
from tests.harness.addresses import all_addresses
from tests.pictures import BASE, demo

FOLDER = BASE / "gallery"
USERS = ("koordinator", "terapeut", "leder", "personvern", "fylke", "nasjonal", "admin")
WIDE, NARROW, HEIGHT = 1280, 400, 900
MOST_ALIKE = 3  # pages under one name whose links are followed: another case leads to other forms
TOLD_APART_BY = "slug"  # the value of an address that names another page
NEVER_FOLLOWED = {"sign_out"}
OK = 200
PATIENCE = 120_000  # milliseconds


@dataclass
class Gallery:
    """What has been seen so far: names of pages with whom each was shown to, and what did not answer well."""

    taken: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def walk(self, browser: Browser, address: str, user: str) -> None:
        """All pages that links lead this user to, breadth first."""
        context = browser.new_context(base_url=address, viewport={"width": WIDE, "height": HEIGHT})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/inn/")
        page.locator(f"button[name=username][value={user}]").click()
        waiting, found, alike = deque([urlsplit(page.url).path]), {urlsplit(page.url).path}, Counter[str]()
        while waiting:
            path = waiting.popleft()
            name = name_of(path)
            if name is None or alike[name] >= MOST_ALIKE:
                continue
            alike[name] += 1
            if fault := fault_of(page, path):
                self.broken.append(f"{user} {path}: {fault}")
                continue
            if name not in self.taken:
                self.taken[name] = user
                take(page, name)
            links = [path for path in links_of(page, address) if path not in found]
            found.update(links)
            waiting.extend(links)
        context.close()

    def written(self) -> None:
        """One page with all pictures."""
        rows = "\n".join(
            f"<h2>{html.escape(name)} <small>{user}</small></h2>"
            + "".join(
                f'<img src="{name}-{kind}.png" alt="" loading="lazy">' for kind in ("light", "dark", "400")
            )
            for name, user in sorted(self.taken.items())
        )
        style = "body{font-family:sans-serif}img{max-block-size:40rem;margin:.25rem;border:1px solid #999}"
        (FOLDER / "index.html").write_text(
            f'<!doctype html><meta charset="utf-8"><title>Ergo</title><style>{style}</style>\n{rows}\n'
        )


def fault_of(page: Page, path: str) -> str:
    """Opens the page; what is wrong with its answer, or empty."""
    try:
        answer = page.goto(path, wait_until="load")
    except PlaywrightError as error:
        return error.message.partition("\n")[0]
    if answer is None:
        return "no answer"
    return "" if answer.status == OK else str(answer.status)


def name_of(path: str) -> str | None:
    """What a page is called in the table of addresses, and which form of a case it is; None: no page of ours."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    if not match.url_name or match.url_name in NEVER_FOLLOWED:
        return None
    told_apart = match.kwargs.get(TOLD_APART_BY)
    return ".".join(filter(None, (*match.namespaces, match.url_name, told_apart)))


def links_of(page: Page, address: str) -> list[str]:
    """The paths on this site that the page's links lead to, but for files."""
    links = page.locator("a[href]:not([download])").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    whole = (urlsplit(urljoin(page.url, link)) for link in links)
    ours = urlsplit(address).netloc
    return list(dict.fromkeys(one.path for one in whole if one.netloc == ours and not is_file(one.path)))


def is_file(path: str) -> bool:
    """Whether the last part of a path has an ending."""
    return "." in path.rpartition("/")[2]


def take(page: Page, name: str) -> None:
    """The whole page three times: light, dark, and narrow."""
    for kind, width, scheme in (("light", WIDE, "light"), ("dark", WIDE, "dark"), ("400", NARROW, "light")):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=FOLDER / f"{name}-{kind}.png", full_page=True)
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})


def main() -> None:
    """Take them all; ends with an error where a link leads to a page that does not answer well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ergo.settings")
    django.setup()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    gallery = Gallery()
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        for user in USERS:
            gallery.walk(browser, address, user)
            print(f"{user}: {len(gallery.taken)} pages so far", flush=True)
    gallery.written()
    reached = {name.partition(".")[0] for name in gallery.taken} | set(gallery.taken)
    missing = {page.name for page in all_addresses() if page.name} - reached
    print(f"gallery/index.html: {len(gallery.taken)} pages, each in light, in dark and {NARROW} pixels wide")
    print("No link leads to: " + ", ".join(sorted(missing)))
    if gallery.broken:
        sys.exit("ergo: these did not answer well:\n" + "\n".join(gallery.broken))


if __name__ == "__main__":
    main()
