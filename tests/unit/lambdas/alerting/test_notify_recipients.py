"""Which recipients the notifier sends which text, now or later."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.alerting.publish import AlertOutcome
from lambdas.alerting.recipients import Channel, Filter, Recipient
from lambdas.common.dynamodb import from_attributes
from lambdas.common.times import to_text
from lambdas.encounters.notice import Notice, NoticeKind, notice_key
from lambdas.encounters.sms_budget import budget_key
from lambdas.encounters.table import encounter_key
from tests.support.due_alerts import put_due
from tests.support.notifiers import with_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.alerting.notify import Notifier
    from tests.support.clock import Clock
    from tests.support.topic import Topic

DESK = Recipient(name="desk", channel=Channel.SMS)
MAIL = Recipient(name="mail", channel=Channel.EMAIL)
LOPEZ = Recipient(name="lopez", channel=Channel.SMS, language="es")
SLEEPER = Recipient(name="sleeper", channel=Channel.SMS, quiet_hours=("22:00", "07:00"))
HOOK = Recipient(name="hook", channel=Channel.WEBHOOK)
CHAT = Recipient(name="chat", channel=Channel.CHAT)
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def agency(notifier: Notifier, clock: Clock, dynamodb: DynamoDBClient) -> Any:
    """Return a notifier for these recipients. It is 03:00 at the agency; `e1`, `e2` and `e3` are due."""

    def with_recipients(*recipients: Recipient, **members: Any) -> Notifier:
        for number in (1, 2, 3):
            put_due(dynamodb, f"e{number}", clock())
        return with_settings(notifier, recipients=recipients, **members)

    return with_recipients


def sent(topic: Topic) -> list[tuple[str, list[str], str]]:
    """Return key, recipients and first sentence of each alert published since the last call."""
    found: dict[str, tuple[str, list[str], str]] = {}
    for message in topic.published():
        key, names, text = found.get(message.alert_id, (message.alert_id, [], ""))
        if message.channel == "document":
            text = json.loads(message.text)["text"].split(". ")[0]
        found[key] = (key, [*names, *(name for name in message.recipients if name != "-")], text)
    topic.published().clear()
    return list(found.values())


def sweep(notifier: Notifier, at: datetime) -> None:
    for key in list(notifier.states.overdue(now=at)):
        notifier.notify(key)


def test_each_language_gets_its_own_text_once(agency: Any, topic: Topic, clock: Clock) -> None:
    notifier = agency(DESK, LOPEZ, MAIL)
    assert notifier.notify("e1") is AlertOutcome.SENT
    sweep(notifier, clock())
    sweep(notifier, clock())
    of_e1 = [message for message in sent(topic) if "e1" in message[0]]
    assert of_e1 == [
        ("e1", ["desk", "mail"], "POSSIBLE MATCH, NOT VERIFIED"),
        ("notice#e1#first#es", ["lopez"], "POSIBLE COINCIDENCIA, SIN VERIFICAR"),
    ]


def test_alert_in_quiet_hours_is_sent_when_they_end(agency: Any, topic: Topic, clock: Clock) -> None:
    notifier = agency(SLEEPER, DESK)
    notifier.notify("e1")
    assert sent(topic) == [("e1", ["desk"], "POSSIBLE MATCH, NOT VERIFIED")]
    clock.instant = MORNING - timedelta(minutes=1)
    assert notifier.notify("notice#e1#first#to-sleeper") is AlertOutcome.NOT_OURS
    clock.instant = MORNING
    assert notifier.notify("notice#e1#first#to-sleeper") is AlertOutcome.SENT
    assert sent(topic) == [("notice#e1#first#to-sleeper", ["sleeper"], "POSSIBLE MATCH, NOT VERIFIED")]


def test_alert_is_sent_to_nobody_if_all_have_quiet_hours(agency: Any, topic: Topic) -> None:
    assert agency(SLEEPER).notify("e1") is AlertOutcome.SENT
    assert sent(topic) == [("e1", [], "POSSIBLE MATCH, NOT VERIFIED")]


def test_recipient_whose_filter_fails_gets_nothing(agency: Any, topic: Topic) -> None:
    picky = Recipient(name="picky", channel=Channel.SMS, filter=Filter(sources=("fbi",)))
    agency(picky, MAIL).notify("e1")
    assert sent(topic) == [("e1", ["mail"], "POSSIBLE MATCH, NOT VERIFIED")]


def test_used_up_budget_drops_sms_and_sends_one_warning(
    agency: Any, topic: Topic, clock: Clock, dynamodb: DynamoDBClient
) -> None:
    notifier = agency(DESK, MAIL, sms_per_day=1)
    for encounter_id in ("e1", "e2", "e3"):
        assert notifier.notify(encounter_id) is AlertOutcome.SENT
    assert [(key, names) for key, names, _ in sent(topic)] == [
        ("e1", ["desk", "mail"]),
        ("e2", ["mail"]),
        ("e3", ["mail"]),
    ]
    sweep(notifier, clock())
    [(key, names, text)] = sent(topic)
    assert (key, names) == ("notice#2026-11-23#budget#1", ["desk", "mail"])
    assert text == "Homeward: the 1 text messages of Nov 23, 2026 are used up"
    item = dynamodb.get_item(TableName="encounters", Key=encounter_key(budget_key("2026-11-23")))["Item"]
    assert from_attributes(item)["alerts"] == {"e1"}


def test_alert_without_sms_takes_nothing_from_the_budget(agency: Any, dynamodb: DynamoDBClient) -> None:
    agency(MAIL).notify("e1")
    assert "Item" not in dynamodb.get_item(TableName="encounters", Key=encounter_key(budget_key("2026-11-23")))


def test_alert_contains_the_reply_code(agency: Any, topic: Topic) -> None:
    agency(DESK, takes_replies=True).notify("e1")
    [message] = topic.messages()
    assert message["code"] == "E1"
    assert "Reply ACK E1." in message["text"]


def test_each_channel_gets_a_plain_text_in_one_batch(agency: Any, topic: Topic) -> None:
    requests: list[dict[str, Any]] = []
    topic.sns.meta.events.register(
        "before-parameter-build.sns.PublishBatch", lambda params, **_: requests.append(params)
    )
    agency(DESK, MAIL, HOOK, CHAT).notify("e1")
    assert len(requests) == 1
    assert not any("MessageStructure" in entry for entry in requests[0]["PublishBatchRequestEntries"])
    sms, email, document = topic.published()
    assert (sms.channel, sms.recipients, sms.subject) == ("sms", ["desk"], None)
    assert sms.text.startswith("POSSIBLE MATCH, NOT VERIFIED.")
    assert (email.channel, email.recipients) == ("email", ["mail"])
    assert email.text.startswith("Possible match, not verified.")
    assert email.subject == "Possible match, not verified: namus:MP900101"
    assert (document.channel, document.recipients, document.subject) == ("document", ["hook", "chat"], None)
    assert json.loads(document.text)["alert_id"] == "e1"
    assert {tuple(each.channels) for each in (sms, email, document)} == {("sms", "email", "document")}


def test_answer_to_a_reply_goes_to_its_sender_within_the_budget(agency: Any, topic: Topic, clock: Clock) -> None:
    notifier = agency(DESK, LOPEZ, MAIL, sms_per_day=1)
    for part in ("1", "2"):
        notifier.states.add(
            Notice(
                encounter_id=notice_key("lopez", NoticeKind.ANSWER, part),
                about="lopez",
                notice=NoticeKind.ANSWER,
                created_at=to_text(clock()),
                audience=("lopez",),
                alert_due_at=to_text(clock()),
            )
        )
        assert notifier.notify(notice_key("lopez", NoticeKind.ANSWER, part)) is AlertOutcome.SENT
    texts = [(each.channel, each.recipients) for each in topic.published()]
    assert texts == [("sms", ["lopez"]), ("document", ["-"]), ("document", ["-"])]
    assert topic.published()[0].text.startswith("Homeward: no se ha confirmado nada. Responda ACK")
