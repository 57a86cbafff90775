"""What decisions in the deployed console do to alerts and pictures, and what two reviewers see of each other."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import now, to_text
from local_cloud.demo.watch import wait_until
from tests.end_to_end.console.console_site import loaded_pictures, record_verdict
from tests.end_to_end.deployed_agency import jpeg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.console.conftest import OwnCases
    from tests.end_to_end.console.console_site import ConsoleSite
    from tests.end_to_end.deployed_agency import DeployedAgency


def settle(agency: DeployedAgency) -> None:
    """Run what the review stack runs every five minutes."""
    function, event = agency.deployment["DailyFunction"], json.dumps({"only": "due"})
    answer = agency.deployment.client("lambda").invoke(FunctionName=function, Payload=event)
    assert "FunctionError" not in answer, answer["Payload"].read()


def end_time_to_undo(agency: DeployedAgency, encounter_id: str) -> None:
    """Move the verdict back, as if the ten minutes and the minute that an undo may take were over."""
    past = to_attributes({":past": to_text(now() - timedelta(seconds=61))})
    for key, attribute in ((encounter_id, "undo_until"), (f"settle#{encounter_id}", "alert_due_at")):
        agency.deployment.client("dynamodb").update_item(
            TableName=agency.deployment["EncountersTable"],
            Key=to_attributes({"encounter_id": key}),
            UpdateExpression=f"SET {attribute} = :past",
            ConditionExpression=f"attribute_exists({attribute})",
            ExpressionAttributeValues=past,
        )


def test_confirmation_keeps_the_pictures(console: ConsoleSite, own_cases: OwnCases) -> None:
    encounter = console.encounter(own_cases.person, "confirm")
    page = console.signed_in("reviewer")
    page.goto(f"/encounters/{encounter}")
    record_verdict(page, "c", "Met in person")
    expect(page.get_by_role("status")).to_contain_text("confirmed: reviewer@agency.example")
    settle(console.agency)
    [kept] = console.agency.watch.keys("DetectionBucket", f"confirmed/{encounter}/")
    assert console.agency.watch.keys("DetectionBucket", f"encounters/{encounter}/") == []
    assert console.agency.encounters_at("confirm")[0]["sightings"].popitem()[1]["key"] == kept
    page.reload()
    assert loaded_pictures(page, ".pictures img") == [480, 480]


def test_dismissal_stands_down_once_and_deletes_after_ten_minutes(console: ConsoleSite, own_cases: OwnCases) -> None:
    agency, camera = console.agency, "dismiss"
    encounter = console.encounter(own_cases.person, camera)
    page = console.signed_in("reviewer")
    page.goto(f"/encounters/{encounter}")
    page.keyboard.press("a")
    expect(page.get_by_text("Acknowledged by reviewer@agency.example")).to_be_visible()
    record_verdict(page, "d", "Too young or too old")
    wait_until("the stand-down", lambda: len(agency.alerts_at(camera)) == 2)
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    record_verdict(page, "d", "Too young or too old")
    expect(page.get_by_role("status")).to_contain_text("dismissed: reviewer@agency.example")
    settle(agency)
    assert agency.watch.keys("DetectionBucket", f"encounters/{encounter}/")

    again = agency.send(jpeg(own_cases.person, quality=70), camera=camera)
    wait_until("the next sighting", lambda: again in agency.encounters_at(camera)[0]["sightings"])
    wait_until("its picture", lambda: len(agency.watch.keys("DetectionBucket", f"encounters/{encounter}/")) == 2)

    end_time_to_undo(agency, encounter)
    assert page.get_by_role("button", name="Undo").is_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("A verdict can be undone for 10 minutes; give another verdict instead.")).to_be_visible()
    settle(agency)
    assert agency.watch.keys("DetectionBucket", f"encounters/{encounter}/") == []
    page.goto(f"/encounters/{encounter}")
    expect(page.get_by_text("The pictures are deleted.").first).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    # The second dismissal stood nobody down again, and the next sighting alerted nobody.
    assert ["stand down" in text.casefold() for text in agency.alerts_at(camera)] == [False, True]


@pytest.fixture
def four_eyes(agency: DeployedAgency) -> Iterator[None]:
    """The agency's setting, in the deployed function."""
    functions = agency.deployment.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    [console] = [each for page in pages for each in page["Functions"] if "-Console-Console" in each["FunctionName"]]
    given = console["Environment"]["Variables"]
    for variables in ({**given, "FOUR_EYES": "true"}, given):
        functions.update_function_configuration(
            FunctionName=console["FunctionName"], Environment={"Variables": variables}
        )
        if variables is not given:
            yield


@pytest.mark.usefixtures("four_eyes")
def test_two_reviewers_decide_blind_and_a_supervisor_settles(console: ConsoleSite, own_cases: OwnCases) -> None:
    encounter = console.encounter(own_cases.person, "four-eyes")
    path = f"/encounters/{encounter}"
    ada, bob = console.signed_in("reviewer"), console.signed_in("reviewer", name="bob")
    supervisor = console.signed_in("supervisor")
    ada.goto(path)
    record_verdict(ada, "c", "Marks and features agree")
    expect(ada.get_by_role("status")).to_have_text("You said: confirmed. A second reviewer must confirm it too.")

    bob.goto(path)
    for trace in ("You said", "opinion", "Marks and features agree:", "disagree"):
        expect(bob.get_by_text(trace)).to_have_count(0)
    expect(bob.locator("header .stage")).to_have_text("alerted")
    record_verdict(bob, "d", "Marks or features differ")
    expect(bob.get_by_role("status")).to_contain_text("Another reviewer disagrees; a supervisor decides.")

    supervisor.goto("/encounters?status=disputed&camera=four-eyes")
    supervisor.locator(f'a[href="{path}"]').click()
    expect(supervisor.get_by_role("status")).to_contain_text("Two reviewers disagree.")
    record_verdict(supervisor, "c", "Met in person")
    confirmed = "confirmed: reviewer@agency.example, supervisor@agency.example"
    expect(supervisor.get_by_role("status")).to_contain_text(confirmed)
