from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.encounters.policy import Policy
from tests.support.due_alerts import put_due
from tests.support.stories import encounters_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.clock import Clock


def receipt(channel: str) -> dict[str, Any]:
    """Return a receipt as Lambda gets it from the queue: the text of any channel, and the message's attributes."""
    attributes = {"alert_id": "e1", "channel": channel, "channels": '["sms","document"]', "recipients": '["desk"]'}
    return {
        "messageId": channel,
        "body": "any text",
        "messageAttributes": {
            name: {"stringValue": value, "dataType": "String.Array" if "[" in value else "String"}
            for name, value in attributes.items()
        },
    }


@pytest.fixture
def handler(dynamodb: DynamoDBClient, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The handler's module, with an alert that is due."""
    put_due(dynamodb, "e1", clock())
    monkeypatch.setenv("ENCOUNTERS_TABLE", "encounters")
    monkeypatch.setenv("POLICY", msgspec.json.encode(Policy()).decode())
    monkeypatch.delitem(sys.modules, "lambdas.alerting.receipt_handler", raising=False)
    return importlib.import_module("lambdas.alerting.receipt_handler")


def test_alert_is_sent_after_the_receipt_of_its_last_channel(dynamodb: DynamoDBClient, handler: Any) -> None:
    states = []
    for channel in ("sms", "sms", "document", "document"):
        assert handler.process_batch({"Records": [receipt(channel)]}, handler.confirm) == {"batchItemFailures": []}
        states.append(encounters_in(dynamodb)[0]["alert"])
    assert states == ["due", "due", "sent", "sent"]


def test_receipt_from_before_the_channels_confirms_the_whole_alert(dynamodb: DynamoDBClient, handler: Any) -> None:
    """It waits in the queue during an upgrade, or comes back from the dead letters."""
    former = {
        "messageId": "1",
        "body": '{"alert_id": "e1", "headline": "Possible match", "text": "Possible match"}',
        "messageAttributes": {"recipients": {"stringValue": '["desk"]', "dataType": "String.Array"}},
    }
    for _ in range(2):
        assert handler.process_batch({"Records": [former]}, handler.confirm) == {"batchItemFailures": []}
        assert encounters_in(dynamodb)[0]["alert"] == "sent"
