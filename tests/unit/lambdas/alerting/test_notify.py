from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from lambdas.alerting.alert_state import AlertStates
from lambdas.alerting.backoff import pause_after
from lambdas.alerting.publish import AlertOutcome
from lambdas.cases.case import CaseStatus
from tests.support.due_alerts import put_due
from tests.support.stories import encounters_in, put_case

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.alerting.notify import Notifier
    from tests.support.clock import Clock
    from tests.support.topic import Published, Topic


@pytest.fixture
def due(dynamodb: DynamoDBClient, clock: Clock) -> str:
    put_due(dynamodb, "e1", clock())
    return "e1"


def failing(error: Exception, after: Any = None) -> Any:
    def publish(*_: Any, **message: Any) -> None:
        if after is not None:
            after(**message)
        raise error

    return publish


def client_error(status: int) -> ClientError:
    answer: Any = {"Error": {"Code": "X", "Message": "x"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PublishBatch")


def confirm(notifier: Notifier, receipt: Published, clock: Clock) -> bool:
    return notifier.states.confirm(receipt.alert_id, receipt.channel, of=receipt.channels, now=clock())


def test_due_encounter_is_alerted_once(notifier: Notifier, topic: Topic, due: str, dynamodb: DynamoDBClient) -> None:
    assert notifier.notify(due) is AlertOutcome.SENT
    assert notifier.notify(due) is AlertOutcome.NOT_OURS
    [message] = topic.messages()
    assert message["encounter_id"] == "e1"
    assert message["verified"] is False
    [encounter] = encounters_in(dynamodb)
    assert encounter["alert"] == "sent"
    assert encounter["alerted_at"] == "2026-11-23T03:00:00.000Z"
    assert "alert_due_at" not in encounter
    assert list(notifier.states.overdue(now=notifier.now() + timedelta(days=1))) == ["notice#e1#digest#1"]


def test_claimed_alert_is_not_sent_by_another_notifier(notifier: Notifier, topic: Topic, due: str) -> None:
    assert notifier.states.claim(due, now=notifier.now()) is not None
    assert notifier.notify(due) is AlertOutcome.NOT_OURS
    assert topic.messages() == []


@pytest.mark.parametrize("error", [client_error(400), EndpointConnectionError(endpoint_url="http://sns")])
def test_refused_alert_is_sent_later(
    notifier: Notifier,
    topic: Topic,
    due: str,
    clock: Clock,
    dynamodb: DynamoDBClient,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(topic.sns, "publish_batch", failing(error))
        assert notifier.notify(due) is AlertOutcome.POSTPONED
    [encounter] = encounters_in(dynamodb)
    assert encounter["alert_error"] == str(error)
    assert list(notifier.states.overdue(now=clock())) == []
    clock.advance(seconds=31)
    assert list(notifier.states.overdue(now=clock())) == [due]
    assert notifier.notify(due) is AlertOutcome.SENT
    assert len(topic.messages()) == 1


LOST_ANSWERS = [client_error(503), ReadTimeoutError(endpoint_url="http://sns")]


@pytest.mark.parametrize("error", LOST_ANSWERS)
def test_receipt_after_a_lost_answer_prevents_a_second_alert(
    notifier: Notifier, topic: Topic, due: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(topic.sns, "publish_batch", failing(error, after=topic.sns.publish_batch))
        assert notifier.notify(due) is AlertOutcome.UNCONFIRMED
    assert [confirm(notifier, receipt, clock) for receipt in topic.published()] == [False, True]
    clock.advance(minutes=5)
    assert list(notifier.states.overdue(now=clock())) == []
    assert notifier.notify(due) is AlertOutcome.NOT_OURS
    assert len(topic.messages()) == 1


@pytest.mark.parametrize("error", LOST_ANSWERS)
def test_alert_without_receipt_is_resent_after_the_claim(
    notifier: Notifier, topic: Topic, due: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(topic.sns, "publish_batch", failing(error))
        assert notifier.notify(due) is AlertOutcome.UNCONFIRMED
    clock.advance(seconds=59)
    assert notifier.notify(due) is AlertOutcome.NOT_OURS
    clock.advance(seconds=1)
    assert list(notifier.states.overdue(now=clock())) == [due]
    assert notifier.notify(due) is AlertOutcome.SENT


def test_crash_after_publishing_does_not_double_the_alert(
    notifier: Notifier, topic: Topic, due: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(AlertStates, "mark_sent", failing(SystemError("killed")))
        with pytest.raises(SystemError):
            notifier.notify(due)
    assert [confirm(notifier, receipt, clock) for receipt in topic.published()] == [False, True]
    clock.advance(minutes=5)
    assert notifier.notify(due) is AlertOutcome.NOT_OURS
    assert len(topic.messages()) == 1


@pytest.mark.parametrize("status", [CaseStatus.RESOLVED, CaseStatus.REMOVED])
def test_alert_of_a_closed_case_is_withdrawn(
    notifier: Notifier, topic: Topic, due: str, dynamodb: DynamoDBClient, status: CaseStatus
) -> None:
    put_case(dynamodb, status=status)
    assert notifier.notify(due) is AlertOutcome.WITHDRAWN
    assert notifier.notify(due) is AlertOutcome.NOT_OURS
    assert topic.messages() == []


def test_backoff_grows_from_30_seconds_to_15_minutes(
    notifier: Notifier, topic: Topic, due: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic.sns, "publish_batch", failing(client_error(400)))
    waits = []
    for _ in range(8):
        assert notifier.notify(due) is AlertOutcome.POSTPONED
        started = clock()
        while notifier.notify(due) is AlertOutcome.NOT_OURS:
            clock.advance(seconds=30)
        waits.append((clock() - started).total_seconds())
        clock.advance(hours=1)
    assert waits[0] == 30
    assert max(waits) == 900


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 30), (1, 30), (2, 60), (6, 900), (100_000, 900)])
def test_pause_stays_15_minutes_however_often_it_failed(attempts: int, seconds: int) -> None:
    assert pause_after(attempts).total_seconds() == seconds
