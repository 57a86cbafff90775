"""The console of the deployed agency. Its browser and its people are shared by all tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.console.console_site import ConsoleSite
from tests.support.chromium import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.end_to_end.deployed_agency import DeployedAgency


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def console_site(agency: DeployedAgency, browser: Browser) -> ConsoleSite:
    return ConsoleSite(agency, browser)


@pytest.fixture
def console(console_site: ConsoleSite) -> Iterator[ConsoleSite]:
    """The console. Afterwards: no page asked another host, or did what the content security policy forbids."""
    yield console_site
    console_site.close()
    assert (console_site.foreign, console_site.complaints) == ([], [])
