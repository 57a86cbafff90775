"""The feeds stack, which only agencies with feeds have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import assertions

from agencies.files import load_agency
from lambdas.feeds.settings import read_feeds
from stacks.environment import AgencyEnvironment
from tests.infrastructure.templates import AGENCY_FILE, new_app

if TYPE_CHECKING:
    from pathlib import Path

FEEDS = """
[[feeds]]
name = "shelter"
url = "https://shelter.everytown.example/feed.xml"
permission = "Letter of 2026-10-01 from the shelter"
image_origins = ["https://pictures.everytown.example"]

[[feeds]]
name = "hospital"
url = "https://hospital.everytown.example/unidentified.json"
permission = "Agreement of 2026-09-01, ref. 17"
interval_minutes = 15
"""


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> assertions.Template:
    """Return the template of the stack."""
    file = agency_with(FEEDS, tmp_path_factory.mktemp("agency"))
    app = new_app()
    agency = AgencyEnvironment(app, "everytown-dev", settings=load_agency(file)[0])
    app.synth()
    stack = agency.node.find_child("Feeds")
    assert isinstance(stack, cdk.Stack)
    return assertions.Template.from_stack(stack)


def agency_with(feeds: str, folder: Path) -> Path:
    file = folder / "agency.toml"
    file.write_text(AGENCY_FILE.read_text() + feeds)
    return file


def one(template: assertions.Template, kind: str) -> dict[str, Any]:
    [resource] = template.find_resources(kind).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def test_agency_without_feeds_has_no_feeds_stack() -> None:
    agency = AgencyEnvironment(new_app(), "everytown-dev", settings=load_agency(AGENCY_FILE)[0])
    assert agency.node.try_find_child("Feeds") is None


def test_each_feed_has_its_own_schedule(feeds: assertions.Template) -> None:
    rules = [rule["Properties"] for rule in feeds.find_resources("AWS::Events::Rule").values()]
    assert {(rule["ScheduleExpression"], rule["Targets"][0]["Input"]) for rule in rules} == {
        ("rate(1 hour)", '{"feed":"shelter"}'),
        ("rate(15 minutes)", '{"feed":"hospital"}'),
    }


def test_function_gets_the_feeds_of_the_agency_file(feeds: assertions.Template, tmp_path: Path) -> None:
    assert one(feeds, "AWS::Lambda::Function")["Environment"]["Variables"]["FEEDS_FILE"] == "feeds.json"
    written = load_agency(agency_with(FEEDS, tmp_path))[0].feeds_document
    read = read_feeds(written)
    assert read.contact == "homeward@police.everytown.example"
    shelter = read.of_name("shelter")
    assert (shelter.camera, shelter.image_origins) == ("feed-shelter", ("https://pictures.everytown.example",))
    assert "interval_minutes" not in json.loads(written)["feeds"][0]


def test_seen_entries_expire(feeds: assertions.Template) -> None:
    seen = one(feeds, "AWS::DynamoDB::Table")
    assert seen["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert [key["AttributeName"] for key in seen["KeySchema"]] == ["feed", "record"]


def test_run_that_fails_twice_goes_to_a_failure_queue(feeds: assertions.Template) -> None:
    config = one(feeds, "AWS::Lambda::EventInvokeConfig")
    assert config["MaximumRetryAttempts"] == 1
    [queue] = feeds.find_resources("AWS::SQS::Queue")
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert any(output.endswith("FeedFailuresUrl") for output in feeds.find_outputs("*"))


def test_function_may_put_only_captures_of_feeds(feeds: assertions.Template, tmp_path: Path) -> None:
    actions = {
        action
        for policy in feeds.find_resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    assert not {action for action in actions if action.startswith(("s3:", "rekognition:", "sns:"))}
    agency = AgencyEnvironment(new_app(), "everytown-dev", settings=load_agency(agency_with(FEEDS, tmp_path))[0])
    detection = agency.synth().get_stack_by_name("everytown-dev-Detection").template["Resources"]
    [policy] = [
        resource["Properties"]["PolicyDocument"]["Statement"]
        for name, resource in detection.items()
        if name.startswith("MayPutFeedPictures")
    ]
    [put] = [statement for statement in policy if statement["Action"] == "s3:PutObject"]
    assert put["Resource"]["Fn::Join"][1][-1] == "/captures/feed-*"
