"""What every stop of a journey must hold: no finding by axe in light and dark, and no page wider than the window."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# "best-practice" is no law, but finds real things: headings that jump, landmarks that are missing.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}

# What is just being opened lies half under what is below it, until the page has its height.
WHEN_STILL = """async () => {
    for (let before = -1; before !== document.documentElement.scrollHeight;) {
        before = document.documentElement.scrollHeight;
        await new Promise(resolve => setTimeout(resolve, 200));
    }
}"""

# By how many pixels the page is wider than its window, once it has been laid out anew: a busy machine takes its time.
EXCESS = """async width => {
    const excess = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const isSettled = () => innerWidth === width && excess() <= 0;
    for (let waited = 0; waited < 2000 && !isSettled(); waited += 100) {
        await new Promise(resolve => setTimeout(resolve, 100));
    }
    return excess();
}"""


def assert_accessible(page: Page, within: str | None = None) -> None:
    """Asks axe about the page as it stands, with whatever is opened on it, in light and in dark.

    `within` is a selector: give what has just changed where the whole page was asked about before.
    """
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(WHEN_STILL)
        findings = Axe().run(page, context=within, options=RULES).response["violations"]
        assert not findings, f"{page.url} in {scheme}:\n" + "\n".join(map(_told, findings))
    page.emulate_media(color_scheme="light")


def assert_fits(page: Page, width: int = 320) -> None:
    """No sideways scrolling of the page in a window of this width (WCAG 1.4.10); tables scroll in their own region."""
    size = page.viewport_size
    page.set_viewport_size({"width": width, "height": 800})
    excess = page.evaluate(EXCESS, width)
    assert excess <= 0, f"{page.url} is {excess} px too wide in a window of {width} px"
    if size:
        page.set_viewport_size(size)


def _told(finding: dict) -> str:
    """One finding in a few lines: the rule, where it broke first, and what to do."""
    node = finding["nodes"][0]
    return (
        f"{finding['id']} ({len(finding['nodes'])}): {node['html'][:200]}\n  {node['failureSummary'][:400]}"
    )
