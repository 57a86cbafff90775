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
# The address bar of each window would be a page of its own, which takes a third of what our pages take.
_ADDRESS_BAR = "WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"
# What Playwright 1.65 turns off. Chromium obeys the last list only.
_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the Chromium of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for name in names if (path := shutil.which(name))), None)
    assert program, "No Chromium found. Install it with: sudo apt-get install chromium"
    options = ["--no-sandbox", f"--disable-features={_OFF},{_ADDRESS_BAR}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
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
