"""The deployed console in Chromium, with people who sign in as real people do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from homeward.reviewers import open_reviewers
from lambdas.console.person import Role
from local_cloud.demo.one_time_code import one_time_code
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page, StorageState

    from tests.end_to_end.deployed_agency import DeployedAgency

PASSWORD = "A-long-enough-pass-1"


@dataclass
class ConsoleSite:
    """The console of an agency.

    Attributes:
        url: Its address, without a path.
        foreign: The requests of all pages to anywhere but this machine.
        complaints: What the browser wrote to its console about the content security policy.
    """

    agency: DeployedAgency
    browser: Browser
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _sign_ins: dict[str, StorageState] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.agency.deployment["ConsoleUrl"]

    def visitor(self, **options: Any) -> Page:
        """Open a browser window in which nobody is signed in. `options` are Playwright's, such as viewport."""
        context = self.browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(20_000)
        context.on("request", lambda request: self._note(request.url))
        context.on("console", lambda message: self._note_complaint(message.text))
        self._contexts.append(context)
        return context.new_page()

    def signed_in(self, *groups: str, name: str = "", **options: Any) -> Page:
        """Open a browser window of somebody with these groups, who signs in only once for all tests.

        `name` tells two people with the same groups apart.
        """
        email = f"{'-'.join((*groups, name)).strip('-')}@agency.example"
        if email not in self._sign_ins:
            password = open_reviewers(self.agency.deployment).add(email, [Role(group) for group in groups])
            page = self.visitor()
            page.goto("/signed-out")
            page.get_by_role("button", name="Sign in").click()
            first_sign_in(page, email, str(password))
            page.wait_for_url(f"{self.url}/**")
            self._sign_ins[email] = page.context.storage_state()
        return self.visitor(storage_state=self._sign_ins[email], **options)

    def encounter(self, picture: Path, camera: str) -> str:
        """Have a person walk past a camera. Return the id of the encounter once its alert is out."""
        self.agency.send(jpeg(picture), camera=camera)
        wait_until("the alert", lambda: self.agency.alerts_at(camera))
        [found] = self.agency.encounters_at(camera)
        return str(found["encounter_id"])

    def close(self) -> None:
        """Close the windows of a test."""
        while self._contexts:
            self._contexts.pop().close()

    def _note(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        if url.startswith("http") and host != "127.0.0.1" and not host.endswith("localhost"):
            self.foreign.append(url)

    def _note_complaint(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.complaints.append(text)


def loaded_pictures(page: Page, selector: str) -> list[int]:
    """Return the widths of the pictures once all are loaded. One that cannot be shown is 0 wide."""
    complete = "all => all.every((each) => each.complete)"
    wait_until("the pictures", lambda: page.eval_on_selector_all(selector, complete))
    widths: list[int] = page.eval_on_selector_all(selector, "all => all.map((each) => each.naturalWidth)")
    return widths


def record_verdict(page: Page, key: str, reason: str) -> None:
    """Give a verdict by keyboard: `key` opens its form."""
    page.keyboard.press(key)
    page.get_by_label("Reason").locator("visible=true").select_option(label=reason)
    page.get_by_role("button", name="Record").locator("visible=true").click()


def first_sign_in(page: Page, email: str, temporary_password: str) -> str:
    """Go through the managed login for the first time. Return the key for the authenticator app."""
    enter_password(page, email, temporary_password)
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("Confirm new password").fill(PASSWORD)
    page.get_by_role("button").click()
    key = page.locator("#secret").inner_text()
    enter_code(page, key)
    return key


def enter_password(page: Page, email: str, password: str) -> None:
    page.get_by_label("Username").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button").click()


def enter_code(page: Page, key: str) -> None:
    page.get_by_label("One-time code").fill(one_time_code(key))
    page.get_by_role("button").click()
