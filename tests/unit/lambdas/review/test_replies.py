from __future__ import annotations

import importlib
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
import pytest

from lambdas.common.dynamodb import from_attributes
from lambdas.common.times import now, to_text
from lambdas.encounters.attempts import attempts_key
from lambdas.encounters.encounter import Review, Timeline, reply_code
from lambdas.review.audit import AuditKind, Via
from lambdas.review.replies import Replies, Reply, ReplyOutcome

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

LOPEZ, STRANGER = "+15035550143", "+15035550199"
ENCOUNTER = "3f9a2c0123456789"
# The format that AWS End User Messaging documents.
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
    return Replies(verdicts=desk.verdicts, names={LOPEZ: "lopez"}, valid_for=timedelta(hours=72), now=desk.clock)


def reply(text: str, number: str = LOPEZ) -> Reply:
    return Reply(origination_number=number, message_body=text)


def test_reply_acknowledges_the_encounter_of_its_code(desk: Desk, replies: Replies) -> None:
    desk.add_encounter(ENCOUNTER)
    desk.add_encounter("0123456789abcdef")
    assert replies.handle(msgspec.json.decode(json.dumps(MESSAGE), type=Reply)) is ReplyOutcome.ACKNOWLEDGED
    acknowledged = desk.encounter(ENCOUNTER)
    assert (acknowledged.acknowledged_by, acknowledged.acknowledged_at) == ("lopez", to_text(desk.clock()))
    assert desk.encounter("0123456789abcdef").acknowledged_at is None
    [record] = desk.audit.of(ENCOUNTER)
    assert (record.by, record.via) == ("lopez", Via.TEXT_MESSAGE)


def test_reply_of_several_codes_acknowledges_each(desk: Desk, replies: Replies) -> None:
    other = "4b00110123456789"
    for encounter_id in (ENCOUNTER, other):
        desk.add_encounter(encounter_id)
    assert replies.handle(reply("Ok 3f9a2c and 4b0011, FFFFFF")) is ReplyOutcome.ACKNOWLEDGED
    assert {desk.encounter(each).acknowledged_by for each in (ENCOUNTER, other)} == {"lopez"}
    assert answers(desk) == []


def answers(desk: Desk) -> list[dict[str, Any]]:
    items = map(from_attributes, desk.dynamodb.scan(TableName="encounters")["Items"])
    return [item for item in items if item["kind"] == "notice"]


@pytest.mark.parametrize("text", ["", "ACK", "what is this?", "do not ACK 3F9A2C", "ACK 4B0011"])
def test_text_that_acknowledges_nothing_is_answered(desk: Desk, replies: Replies, text: str) -> None:
    desk.add_encounter(ENCOUNTER)
    outcome = ReplyOutcome.NO_ENCOUNTER if "4B" in text else ReplyOutcome.NOT_UNDERSTOOD
    assert replies.handle(reply(text)) is outcome
    assert desk.encounter(ENCOUNTER).acknowledged_at is None
    [answer] = answers(desk)
    assert (answer["notice"], answer["audience"], answer["alert"]) == ("answer", ["lopez"], "due")
    assert answer["expires_at"] > desk.clock().timestamp()


def test_machine_that_answers_answers_is_answered_once_an_hour(desk: Desk, replies: Replies) -> None:
    for _ in range(5):
        assert replies.handle(reply("I am driving and will see your message later")) is ReplyOutcome.NOT_UNDERSTOOD
    assert len(answers(desk)) == 1
    desk.clock.advance(seconds=3600)
    replies.handle(reply("I am driving"))
    assert len(answers(desk)) == 2


@pytest.mark.parametrize("text", ["STOP", "Help.", "stop all"])
def test_keyword_of_carriers_is_not_answered(desk: Desk, replies: Replies, text: str) -> None:
    assert replies.handle(reply(text)) is ReplyOutcome.FOR_THE_CARRIER
    assert answers(desk) == []


def test_reply_from_an_unknown_phone_is_ignored(desk: Desk, replies: Replies) -> None:
    desk.add_encounter(ENCOUNTER)
    assert replies.handle(reply("ACK 3F9A2C", STRANGER)) is ReplyOutcome.UNKNOWN_SENDER
    assert replies.handle(reply("hello", STRANGER)) is ReplyOutcome.UNKNOWN_SENDER
    assert answers(desk) == []
    assert desk.encounter(ENCOUNTER).acknowledged_at is None


def test_first_acknowledgment_wins(desk: Desk, replies: Replies) -> None:
    desk.add_encounter(ENCOUNTER, acknowledged_at=to_text(desk.clock()), acknowledged_by="chief")
    assert replies.handle(reply("ACK 3F9A2C")) is ReplyOutcome.ALREADY_ACKNOWLEDGED
    assert desk.encounter(ENCOUNTER).acknowledged_by == "chief"


@pytest.mark.parametrize(
    "members", [{"review": Review.DISMISSED}, {"review": Review.WITHDRAWN}, {"started_at": "2026-11-20T02:59:59.000Z"}]
)
def test_decided_or_old_encounter_is_not_acknowledged(desk: Desk, replies: Replies, members: dict[str, Any]) -> None:
    desk.add_encounter(ENCOUNTER, **members)
    assert replies.handle(reply("ACK 3F9A2C")) is ReplyOutcome.NO_ENCOUNTER
    assert desk.encounter(ENCOUNTER).acknowledged_at is None


def test_old_picture_is_acknowledged_while_its_encounter_is_new(desk: Desk, replies: Replies) -> None:
    here, taken = to_text(desk.clock()), "2026-09-01T10:00:00.000Z"
    line = Timeline(captured_at=taken, received_at=here, searched_at=here, encountered_at=here)
    desk.add_encounter(ENCOUNTER, started_at=here, timeline=line)
    assert replies.handle(reply("ACK 3F9A2C")) is ReplyOutcome.ACKNOWLEDGED


def test_newest_encounter_with_the_code_is_acknowledged(desk: Desk, replies: Replies) -> None:
    other = "3f9a2cffffffffff"
    assert reply_code(other) == reply_code(ENCOUNTER)
    desk.add_encounter(other, started_at="2026-11-22T03:00:00.000Z")
    desk.add_encounter(ENCOUNTER)
    assert replies.handle(reply("ACK 3F9A2C")) is ReplyOutcome.ACKNOWLEDGED
    assert desk.encounter(other).acknowledged_at is None


def test_handler_acknowledges_from_a_queue_message(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_encounter(ENCOUNTER, started_at=to_text(now()))
    environment = {
        "ENCOUNTERS_TABLE": "encounters",
        "AUDIT_TABLE": "audit",
        "FOUR_EYES": "false",
        "DETECTION_BUCKET": "detection",
        "ENCOUNTER_DAYS": "30",
        "LINK_VALID_HOURS": "72",
        "SERVICE_NAME": "replies",
        "METRICS_NAMESPACE": "Homeward",
        "PHONES_SECRET": "phones",
    }
    boto3.client("secretsmanager").create_secret(Name="phones", SecretString=json.dumps({LOPEZ: "lopez"}))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    handler = importlib.import_module("lambdas.review.replies_handler").handler
    context = SimpleNamespace(function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r")
    event = {"Records": [{"messageId": "m", "body": json.dumps(MESSAGE)}]}
    assert handler(event, context) == {"batchItemFailures": []}
    assert desk.encounter(ENCOUNTER).acknowledged_by == "lopez"


@pytest.fixture
def two(desk: Desk) -> Replies:
    """Two recipients, LOPEZ and the desk."""
    names = {LOPEZ: "lopez", STRANGER: "desk"}
    return Replies(verdicts=desk.verdicts, names=names, valid_for=timedelta(hours=72), now=desk.clock)


def test_wrong_codes_lock_their_sender_for_a_while(desk: Desk, two: Replies) -> None:
    desk.add_encounter(ENCOUNTER)
    for guess in range(5):
        assert two.handle(reply(f"ACK 00000{guess}")) is ReplyOutcome.NO_ENCOUNTER
    assert two.handle(reply("ACK 3F9A2C")) is ReplyOutcome.LOCKED
    assert desk.encounter(ENCOUNTER).acknowledged_at is None
    [record] = desk.audit.of(attempts_key("reply", "lopez"))
    assert (record.kind, record.by) == (AuditKind.LOCKED, "lopez")
    desk.clock.advance(minutes=16)
    assert two.handle(reply("ACK 3F9A2C")) is ReplyOutcome.ACKNOWLEDGED


def test_guesses_of_one_recipient_lock_no_other(desk: Desk, two: Replies) -> None:
    desk.add_encounter(ENCOUNTER)
    for guess in range(6):
        two.handle(reply(f"ACK 00000{guess}"))
    assert two.handle(reply("ACK 3F9A2C", STRANGER)) is ReplyOutcome.ACKNOWLEDGED


def test_list_of_guesses_is_not_tried(desk: Desk, replies: Replies) -> None:
    desk.add_encounter(ENCOUNTER)
    guesses = ", ".join(f"0000{guess:02}" for guess in range(20))
    assert replies.handle(reply(f"ACK 3F9A2C, {guesses}")) is ReplyOutcome.LOCKED
    assert desk.encounter(ENCOUNTER).acknowledged_at is None
