"""Batches of which SNS takes only some entries, and the limits of a batch."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.messages import batches
from lambdas.alerting.publish import AlertOutcome
from lambdas.alerting.recipients import Channel, Recipient
from tests.support.due_alerts import put_due
from tests.support.notifiers import with_settings
from tests.support.stories import encounters_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns.type_defs import PublishBatchRequestEntryTypeDef

    from lambdas.alerting.notify import Notifier
    from tests.support.clock import Clock
    from tests.support.topic import Topic

DESK = Recipient(name="desk", channel=Channel.SMS)
MAIL = Recipient(name="mail", channel=Channel.EMAIL)


@pytest.fixture
def agency(notifier: Notifier, clock: Clock, dynamodb: DynamoDBClient) -> Notifier:
    put_due(dynamodb, "e1", clock())
    return with_settings(notifier, recipients=(DESK, MAIL))


@pytest.fixture
def failing_entry(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes SNS fail one entry, and accept the others."""
    publish_batch = topic.sns.publish_batch

    def fail_entry(channel: str, **failure: Any) -> None:
        def publish(*, TopicArn: str, PublishBatchRequestEntries: list[Any]) -> Any:  # noqa: N803 - as boto3
            taken = [entry for entry in PublishBatchRequestEntries if entry["Id"] != channel]
            answer: Any = (
                publish_batch(TopicArn=TopicArn, PublishBatchRequestEntries=taken) if taken else {"Successful": []}
            )
            if len(taken) < len(PublishBatchRequestEntries) and failure:
                answer["Failed"] = [{"Id": channel, **failure}]
            return answer

        monkeypatch.setattr(topic.sns, "publish_batch", publish)

    return fail_entry


def channels(topic: Topic) -> list[str]:
    return [message.channel for message in topic.published()]


def test_only_the_refused_channel_is_sent_again(
    agency: Notifier,
    topic: Topic,
    clock: Clock,
    dynamodb: DynamoDBClient,
    failing_entry: Callable[..., None],
) -> None:
    failing_entry("sms", Code="Throttled", Message="slow down", SenderFault=True)
    for seconds in (30, 60):
        assert agency.notify("e1") is AlertOutcome.POSTPONED
        [encounter] = encounters_in(dynamodb)
        assert encounter["accepted_channels"] == {"email", "document"}
        assert encounter["alert_error"] == "sms: Throttled: slow down"
        clock.advance(seconds=seconds - 1)
        assert agency.notify("e1") is AlertOutcome.NOT_OURS
        clock.advance(seconds=1)
    failing_entry("none")
    assert agency.notify("e1") is AlertOutcome.SENT
    assert channels(topic) == ["email", "document", "sms"]
    [encounter] = encounters_in(dynamodb)
    assert encounter["alert"] == "sent"
    assert "accepted_channels" not in encounter
    assert list(agency.states.overdue(now=clock() + timedelta(days=1))) == ["notice#e1#digest#1"]


@pytest.mark.parametrize("failure", [{}, {"Code": "InternalError", "Message": "x", "SenderFault": False}])
def test_channel_without_a_clear_answer_keeps_the_claim(
    agency: Notifier, topic: Topic, clock: Clock, failing_entry: Callable[..., None], failure: dict[str, Any]
) -> None:
    failing_entry("email", **failure)
    assert agency.notify("e1") is AlertOutcome.UNCONFIRMED
    clock.advance(seconds=59)
    assert agency.notify("e1") is AlertOutcome.NOT_OURS
    clock.advance(seconds=1)
    failing_entry("none")
    assert agency.notify("e1") is AlertOutcome.SENT
    assert channels(topic) == ["sms", "document", "email"]


def test_receipts_of_some_channels_leave_the_others_to_the_sweep(
    agency: Notifier,
    topic: Topic,
    clock: Clock,
    failing_entry: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The function crashed, and SNS had taken all but the e-mail: only its two receipts know."""
    failing_entry("email")
    with monkeypatch.context() as crash:
        crash.setattr(AlertStates, "accept", lambda *_: sys.exit("killed"))
        with pytest.raises(SystemExit):
            agency.notify("e1")
    for receipt in topic.published() * 2:  # SQS delivers at least once
        assert not agency.states.confirm(receipt.alert_id, receipt.channel, of=receipt.channels, now=clock())
    failing_entry("none")
    clock.advance(seconds=60)
    assert agency.notify("e1") is AlertOutcome.SENT
    assert channels(topic) == ["sms", "document", "email"]


def entry(number: int, size: int = 1) -> PublishBatchRequestEntryTypeDef:
    return {"Id": str(number), "Message": "x" * size}


def test_a_batch_has_at_most_10_entries() -> None:
    assert [len(batch) for batch in batches(map(entry, range(21)))] == [10, 10, 1]


def test_a_batch_has_at_most_256_kib() -> None:
    entries = [entry(0, 1000), entry(1, 300_000), entry(2, 200_000), entry(3, 60_000), entry(4, 10_000)]
    assert [[each["Id"] for each in batch] for batch in batches(entries)] == [["0"], ["1"], ["2", "3"], ["4"]]


def test_text_outside_ascii_counts_in_bytes() -> None:
    wide: list[PublishBatchRequestEntryTypeDef] = [{"Id": str(n), "Message": "é" * 70_000} for n in range(2)]
    assert len(list(batches(wide))) == 2
