"""Takes the pictures of the README from the demo: `make pictures`."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import CHROMIUM, CHROMIUM_FLAGS

BASE = Path(__file__).resolve().parent.parent
FOLDER = BASE / "docs" / "pictures"
SIZE = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Picture:
    """What a demo user sees at the start, or at a path."""

    name: str
    username: str
    path: str = "/"


PICTURES = (
    Picture("waitlist", "koordinator"),
    Picture("dashboard", "leder"),
    Picture("coverage", "nasjonal"),
)


@contextmanager
def demo() -> Iterator[str]:
    """The demo, made if need be, on a free port; its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=BASE,
        env=os.environ | {"ERGO_DEMO": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        if not any("Ergo is ready" in line for line in server.stdout):
            sys.exit("ergo: the demo did not start, so there are no pictures.")
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.communicate()


def take(picture: Picture, browser: Browser, address: str) -> None:
    """Sign in as the user would, and keep what is seen."""
    page = browser.new_page(base_url=address, viewport=SIZE, color_scheme="light")
    page.goto("/inn/")
    page.locator(f"button[name=username][value={picture.username}]").click()
    answer = page.goto(picture.path, wait_until="networkidle")
    if answer is None or not answer.ok:
        sys.exit(f"ergo: {page.url} did not answer well, so there is no picture {picture.name}.")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    page.close()
    print(f"docs/pictures/{picture.name}.png")


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        for picture in PICTURES:
            take(picture, browser, address)


if __name__ == "__main__":
    main()
