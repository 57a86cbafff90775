"""The browser of the tests, and the check of a page's accessibility."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 AA, which includes what Section 508 asks for.
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "section508", "best-practice"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the Chromium of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for name in names if (path := shutil.which(name))), None)
    assert program, "No Chromium found. Install it with: sudo apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@cache
def _axe() -> str:
    return _AXE.read_text()


def accessibility_problems(page: Page) -> list[str]:
    """Return what axe finds on the page: rule, target and what to do, a line each."""
    page.evaluate(_axe())
    found = page.evaluate("rules => axe.run({runOnly: rules})", _RULES)
    return [
        f"{violation['id']}: {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
