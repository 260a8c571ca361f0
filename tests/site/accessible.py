"""The screens of tests, and what axe finds on a page, but for what is the theme's own."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
# What axe finds in the theme itself and no small override mends: rule -> selectors that it may concern.
THEME = {
    "scrollable-region-focusable": (".bd-sidebar-primary", ".bd-toc"),  # they take the focus once they do scroll
    "empty-table-header": ("<math",),  # axe hears no formula
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands."""
    rules = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = []
    for violation in Axe().run(page, options=rules).response["violations"]:
        for node in violation["nodes"]:
            target = str(node["target"])
            if not any(part in target + node["html"] for part in THEME.get(violation["id"], ())):
                found.append(
                    f"{violation['id']} at {target}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
                )
    return found
