"""Signing in to the console, and everything that ends or refuses a session."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from playwright.sync_api import expect

from lambdas.console.web.cookies import SESSION
from local_cloud.demo.watch import wait_until
from tests.end_to_end.console.console_site import PASSWORD, enter_code, enter_password, first_sign_in
from tests.end_to_end.deployed_agency import PERSON, jpeg
from tests.support.chromium import accessibility_problems

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.end_to_end.console.console_site import ConsoleSite


def session_of(page: Page) -> str:
    [value] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == SESSION]
    return str(value)


def ask(console: ConsoleSite, path: str, session: str, accept: str = "application/json") -> httpx.Response:
    """Ask as a program does, with a session's cookie. Only the browser resolves the console's host name."""
    host = console.url.partition("//")[2]
    address = console.agency.cloud.settings.endpoints["emulator"] + path
    headers = {"Host": host, "Accept": accept, "Cookie": f"{SESSION}={session}"}
    return httpx.get(address, headers=headers, trust_env=False, timeout=30)


def test_alert_leads_through_the_first_sign_in_to_its_encounter(console: ConsoleSite) -> None:
    console.agency.send(jpeg(PERSON[1]), camera="console-1")
    [text] = wait_until("the alert", lambda: console.agency.alerts_at("console-1"))
    [encounter] = console.agency.encounters_at("console-1")
    email = "ana@agency.example"
    added = json.loads(console.agency.homeward("reviewer", "add", email, "--json").stdout)

    page = console.visitor()
    page.goto(text.split()[-1])
    page.get_by_role("link", name="Sign in to decide").click()
    key = first_sign_in(page, email, added["temporary_password"])
    page.wait_for_url(f"{console.url}/encounters/{encounter['encounter_id']}")
    expect(page.get_by_text(email, exact=True)).to_be_visible()
    assert accessibility_problems(page) == []

    page.goto("/encounters")
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{console.url}/signed-out")
    assert accessibility_problems(page) == []

    page.get_by_role("button", name="Sign in").click()
    enter_password(page, email, PASSWORD)
    page.get_by_label("One-time code").fill("000000")
    page.get_by_role("button").click()
    expect(page.get_by_text("The code is wrong")).to_be_visible()
    enter_code(page, key)
    page.wait_for_url(f"{console.url}/encounters")


def test_stolen_session_is_worth_nothing_after_signing_out(console: ConsoleSite) -> None:
    page = console.signed_in("reviewer", name="leaving")
    page.goto("/encounters")
    stolen = session_of(page)
    assert ask(console, "/encounters", stolen).status_code == 200
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{console.url}/signed-out")
    assert ask(console, "/encounters", stolen).status_code == 401
    assert ask(console, "/encounters", stolen, accept="text/html").headers["location"].startswith("/sign-in?")


def test_idle_session_leads_to_the_sign_in(console: ConsoleSite) -> None:
    page = console.signed_in("reviewer", name="idle")
    page.goto("/encounters")
    dynamodb, table = console.agency.cloud.client("dynamodb"), console.agency.deployment["SessionsTable"]
    for item in dynamodb.scan(TableName=table)["Items"]:
        if item["name"]["S"] == "reviewer-idle@agency.example":
            dynamodb.update_item(
                TableName=table,
                Key={"session": item["session"]},
                UpdateExpression="SET seen_at = seen_at - :idle",
                ExpressionAttributeValues={":idle": {"N": "1800"}},
            )
    page.goto("/encounters?status=open")
    expect(page.get_by_label("Username")).to_be_visible()
    assert quote("/auth/callback", safe="") in page.url


def test_removed_person_is_out_at_once(console: ConsoleSite) -> None:
    page = console.signed_in("reviewer", name="removed")
    page.goto("/encounters")
    done = console.agency.homeward("reviewer", "remove", "reviewer-removed@agency.example")
    assert "sessions ended: 1" in done.stdout
    page.goto("/encounters")
    expect(page.get_by_label("Username")).to_be_visible()


def test_role_is_refused_in_page_and_json(console: ConsoleSite) -> None:
    page = console.signed_in("auditor")
    response = page.goto("/encounters")
    assert response
    assert response.status == 403
    expect(page.get_by_role("heading")).to_have_text("This is not allowed")
    assert accessibility_problems(page) == []
    refused = ask(console, "/encounters", session_of(page))
    assert (refused.status_code, list(refused.json())) == (403, ["error"])
    records = console.agency.watch.scan("AuditTable")
    kinds = [record["kind"] for record in records if record["by"] == "auditor@agency.example"]
    assert kinds.count("refused") == 2
