from __future__ import annotations

import importlib
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.common.keys import reply_code
from lambdas.common.times import now, to_text
from lambdas.encounters.encounter import Review
from lambdas.review.audit import Via
from lambdas.review.replies import Heard, Replies, Reply

if TYPE_CHECKING:
    from tests.unit.lambdas.review.conftest import Desk

LOPEZ, STRANGER = "+15035550143", "+15035550199"
ENCOUNTER = "3f9a2c0123456789"
# As AWS End User Messaging documents it.
MESSAGE = {
    "originationNumber": LOPEZ,
    "destinationNumber": "+15035550100",
    "messageKeyword": "KEYWORD_000000000000",
    "messageBody": "Ack 3f9a2c",
    "previousPublishedMessageId": "a",
    "inboundMessageId": "b",
}


@pytest.fixture
def replies(desk: Desk) -> Replies:
    return Replies(verdicts=desk.verdicts, names={LOPEZ: "lopez"}, good_for=timedelta(hours=72), now=desk.clock)


def said(text: str, number: str = LOPEZ) -> Reply:
    return Reply(origination_number=number, message_body=text)


def test_a_reply_acknowledges_the_encounter_that_it_names(desk: Desk, replies: Replies) -> None:
    desk.meet(ENCOUNTER)
    desk.meet("0123456789abcdef")
    assert replies.hear(msgspec.json.decode(json.dumps(MESSAGE), type=Reply)) is Heard.ACKNOWLEDGED
    acknowledged = desk.encounter(ENCOUNTER)
    assert (acknowledged.acknowledged_by, acknowledged.acknowledged_at) == ("lopez", to_text(desk.clock()))
    assert desk.encounter("0123456789abcdef").acknowledged_at is None
    [record] = desk.audit.of(ENCOUNTER)
    assert (record.by, record.via) == ("lopez", Via.TEXT_MESSAGE)


@pytest.mark.parametrize(
    "text",
    ["ACK 3F9A2C", "ack 3f9a2c", " Ok: 3F9A2C.", "SI 3F9A2C", "Sí 3f9a2c", "OUI 3F9A2C", '"ACK 3F9A2C"', "ACK3F9A2C"],
)
def test_what_people_type_is_understood(desk: Desk, replies: Replies, text: str) -> None:
    desk.meet(ENCOUNTER)
    assert replies.hear(said(text)) is Heard.ACKNOWLEDGED


@pytest.mark.parametrize(
    "text", ["", "ACK", "3F9A2C", "NO 3F9A2C", "ACK 3F9A2", "ACK 3F9A2C0", "do not ACK 3F9A2C", "ACK 3F9A2G"]
)
def test_anything_else_acknowledges_nothing(desk: Desk, replies: Replies, text: str) -> None:
    desk.meet(ENCOUNTER)
    assert replies.hear(said(text)) is Heard.NOT_UNDERSTOOD
    assert desk.encounter(ENCOUNTER).acknowledged_at is None


def test_only_a_recipients_telephone_acknowledges(desk: Desk, replies: Replies) -> None:
    desk.meet(ENCOUNTER)
    assert replies.hear(said("ACK 3F9A2C", STRANGER)) is Heard.STRANGER
    assert desk.encounter(ENCOUNTER).acknowledged_at is None


def test_the_first_to_reply_is_the_one(desk: Desk, replies: Replies) -> None:
    desk.meet(ENCOUNTER, acknowledged_at=to_text(desk.clock()), acknowledged_by="chief")
    assert replies.hear(said("ACK 3F9A2C")) is Heard.KNOWN
    assert desk.encounter(ENCOUNTER).acknowledged_by == "chief"


@pytest.mark.parametrize(
    "members", [{"review": Review.DISMISSED}, {"review": Review.WITHDRAWN}, {"started_at": "2026-11-20T02:59:59.000Z"}]
)
def test_what_is_over_or_long_ago_is_not_acknowledged(desk: Desk, replies: Replies, members: dict[str, Any]) -> None:
    desk.meet(ENCOUNTER, **members)
    assert replies.hear(said("ACK 3F9A2C")) is Heard.NOT_FOUND
    assert desk.encounter(ENCOUNTER).acknowledged_at is None


def test_of_two_with_one_code_the_newest_is_meant(desk: Desk, replies: Replies) -> None:
    other = "3f9a2cffffffffff"
    assert reply_code(other) == reply_code(ENCOUNTER)
    desk.meet(other, started_at="2026-11-22T03:00:00.000Z")
    desk.meet(ENCOUNTER)
    assert replies.hear(said("ACK 3F9A2C")) is Heard.ACKNOWLEDGED
    assert desk.encounter(other).acknowledged_at is None


def test_the_function_hears_what_the_queue_brings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.meet(ENCOUNTER, started_at=to_text(now()))
    environment = {
        "ENCOUNTERS_TABLE": "encounters",
        "AUDIT_TABLE": "audit",
        "DETECTION_BUCKET": "detection",
        "ENCOUNTER_DAYS": "30",
        "LINK_VALID_HOURS": "72",
        "SERVICE_NAME": "replies",
        "METRICS_NAMESPACE": "Homeward",
        "NAMES": json.dumps({LOPEZ: "lopez"}),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    handler = importlib.import_module("lambdas.review.replies_handler").handler
    context = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r")
    event = {"Records": [{"messageId": "m", "body": json.dumps(MESSAGE)}]}
    assert handler(event, context) == {"batchItemFailures": []}
    assert desk.encounter(ENCOUNTER).acknowledged_by == "lopez"
