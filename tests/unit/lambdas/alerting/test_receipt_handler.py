from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.encounters.policy import Policy
from tests.support.due_alerts import put_due
from tests.support.stories import encounters_in

if TYPE_CHECKING:
    import pytest
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


def test_alert_is_sent_after_the_receipt_of_its_last_channel(
    dynamodb: DynamoDBClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_due(dynamodb, "e1", clock())
    monkeypatch.setenv("ENCOUNTERS_TABLE", "encounters")
    monkeypatch.setenv("POLICY", msgspec.json.encode(Policy()).decode())
    monkeypatch.delitem(sys.modules, "lambdas.alerting.receipt_handler", raising=False)
    handler: Any = importlib.import_module("lambdas.alerting.receipt_handler")
    states = []
    for channel in ("sms", "sms", "document", "document"):
        assert handler.process_batch({"Records": [receipt(channel)]}, handler.confirm) == {"batchItemFailures": []}
        states.append(encounters_in(dynamodb)[0]["alert"])
    assert states == ["due", "due", "sent", "sent"]
