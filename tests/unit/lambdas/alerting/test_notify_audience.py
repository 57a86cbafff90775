"""The notifier and the agency's recipients: who gets which text, when, and what is put off."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from lambdas.alerting.notify import Outcome
from lambdas.alerting.recipients import Channel, Filter, Recipient
from lambdas.common.dynamodb import from_attributes, to_attributes
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Encounter, Sighting, Timeline

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.alerting.notify import Notifier
    from tests.unit.conftest import Clock, Topic

DESK = Recipient(name="desk", channel=Channel.SMS)
MAIL = Recipient(name="mail", channel=Channel.EMAIL)
LOPEZ = Recipient(name="lopez", channel=Channel.SMS, language="es")
SLEEPER = Recipient(name="sleeper", channel=Channel.SMS, quiet_hours=("22:00", "07:00"))
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def agency(notifier: Notifier, clock: Clock, dynamodb: DynamoDBClient) -> Any:
    """A notifier for these recipients; it is 03:00 at the agency. `e1`, `e2`... are due."""

    def with_recipients(*recipients: Recipient, **members: Any) -> Notifier:
        for number in (1, 2, 3):
            put_due(dynamodb, f"e{number}", clock())
        return dataclasses.replace(notifier, recipients=recipients, zone=ZoneInfo("UTC"), **members)

    return with_recipients


def put_due(dynamodb: DynamoDBClient, encounter_id: str, at: datetime) -> None:
    text = to_text(at)
    encounter = Encounter(
        encounter_id=encounter_id,
        case_id="namus:MP900101",
        camera="cam-01",
        started_at=text,
        sightings={"c-1": Sighting(similarity=97.5, captured_at=text, key="k", photo_id="910101")},
        timeline=Timeline(captured_at=text, received_at=text, searched_at=text, encountered_at=text),
    )
    item = {"kind": "encounter", **msgspec.to_builtins(encounter), "alert": "due", "alert_due_at": text}
    dynamodb.put_item(TableName="encounters", Item=to_attributes(item))


def sent(topic: Topic) -> list[tuple[str, list[str], str]]:
    """Key, recipients and first sentence of what was published since the last look."""
    found = []
    while received := topic.sqs.receive_message(QueueUrl=topic.queue, MaxNumberOfMessages=10).get("Messages", []):
        for message in received:
            body = json.loads(message["Body"])
            document = json.loads(body["Message"])
            names = json.loads(body["MessageAttributes"]["recipients"]["Value"])
            found.append((document["alert_id"], names, document["text"].split(". ")[0]))
            topic.sqs.delete_message(QueueUrl=topic.queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def sweep(notifier: Notifier, at: datetime) -> None:
    for key in list(notifier.states.overdue(now=at)):
        notifier.notify(key)


def test_each_language_gets_its_own_text_once(agency: Any, topic: Topic, clock: Clock) -> None:
    notifier = agency(DESK, LOPEZ, MAIL)
    assert notifier.notify("e1") is Outcome.SENT
    sweep(notifier, clock())
    sweep(notifier, clock())
    of_e1 = [message for message in sent(topic) if "e1" in message[0]]
    assert of_e1 == [
        ("e1", ["desk", "mail"], "POSSIBLE MATCH, NOT VERIFIED"),
        ("notice#e1#first#es", ["lopez"], "POSIBLE COINCIDENCIA, SIN VERIFICAR"),
    ]


def test_whoever_sleeps_hears_of_it_in_the_morning(agency: Any, topic: Topic, clock: Clock) -> None:
    notifier = agency(SLEEPER, DESK)
    notifier.notify("e1")
    assert sent(topic) == [("e1", ["desk"], "POSSIBLE MATCH, NOT VERIFIED")]
    clock.instant = MORNING - timedelta(minutes=1)
    assert notifier.notify("notice#e1#first#to-sleeper") is Outcome.NOT_OURS
    clock.instant = MORNING
    assert notifier.notify("notice#e1#first#to-sleeper") is Outcome.SENT
    assert sent(topic) == [("notice#e1#first#to-sleeper", ["sleeper"], "POSSIBLE MATCH, NOT VERIFIED")]


def test_where_everybody_sleeps_the_alert_counts_as_sent_and_nobody_is_woken(agency: Any, topic: Topic) -> None:
    assert agency(SLEEPER).notify("e1") is Outcome.SENT
    assert sent(topic) == [("e1", ["-"], "POSSIBLE MATCH, NOT VERIFIED")]


def test_whoever_wants_nothing_of_the_kind_gets_nothing(agency: Any, topic: Topic) -> None:
    picky = Recipient(name="picky", channel=Channel.SMS, filter=Filter(sources=("fbi",)))
    agency(picky, MAIL).notify("e1")
    assert sent(topic) == [("e1", ["mail"], "POSSIBLE MATCH, NOT VERIFIED")]


def test_with_the_days_text_messages_used_up_the_others_go_on_and_one_warning_says_so(
    agency: Any, topic: Topic, clock: Clock, dynamodb: DynamoDBClient
) -> None:
    notifier = agency(DESK, MAIL, sms_per_day=1)
    for encounter_id in ("e1", "e2", "e3"):
        assert notifier.notify(encounter_id) is Outcome.SENT
    assert [(key, names) for key, names, _ in sent(topic)] == [
        ("e1", ["desk", "mail"]),
        ("e2", ["mail"]),
        ("e3", ["mail"]),
    ]
    sweep(notifier, clock())
    [(key, names, text)] = sent(topic)
    assert (key, names) == ("notice#2026-11-23#budget#1", ["desk", "mail"])
    assert text == "Homeward: the 1 text messages of 2026-11-23 are used up"
    item = dynamodb.get_item(TableName="encounters", Key={"encounter_id": {"S": "budget#2026-11-23"}})["Item"]
    assert from_attributes(item)["alerts"] == {"e1"}


def test_what_takes_no_text_message_costs_none(agency: Any, dynamodb: DynamoDBClient) -> None:
    agency(MAIL).notify("e1")
    assert "Item" not in dynamodb.get_item(TableName="encounters", Key={"encounter_id": {"S": "budget#2026-11-23"}})


def test_an_alert_names_the_code_that_a_reply_takes(agency: Any, topic: Topic) -> None:
    agency(DESK, takes_replies=True).notify("e1")
    [message] = topic.messages()
    assert message["code"] == "E1"
    assert "Reply ACK E1." in message["text"]


@pytest.mark.parametrize(("recipients", "is_mail"), [((DESK,), False), ((DESK, MAIL), True), ((MAIL,), True)])
def test_an_email_is_written_where_somebody_gets_one(
    recipients: tuple[Recipient, ...], is_mail: bool, agency: Any, topic: Topic
) -> None:
    published: list[dict[str, Any]] = []
    topic.sns.meta.events.register("before-parameter-build.sns.Publish", lambda params, **_: published.append(params))
    agency(*recipients).notify("e1")
    [message] = [json.loads(params["Message"]) for params in published]
    beginning = "Possible match, not verified." if is_mail else "POSSIBLE MATCH, NOT VERIFIED."
    assert message["default"].startswith(beginning)
    assert ("sms" in message) is is_mail
    assert json.loads(message["sqs"])["alert_id"] == "e1"
