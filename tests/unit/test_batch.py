from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools import Logger

from lambdas.common.batch import each_alone

if TYPE_CHECKING:
    from lambdas.common.batch import Record

MESSAGES = [{"messageId": name, "body": name, "eventSource": "aws:sqs"} for name in ("m1", "m2", "m3")]
CHANGES = [{"eventID": name, "dynamodb": {"SequenceNumber": name}} for name in ("100", "200", "300")]


def refusing(*numbers: int) -> Any:
    """Refuses the records of these places in the batch."""
    seen: list[Record] = []

    def deal_with(record: Record) -> None:
        seen.append(record)
        if len(seen) - 1 in numbers:
            raise ValueError(f"no. {len(seen) - 1}")

    return deal_with


@pytest.mark.parametrize(("records", "second"), [(MESSAGES, "m2"), (CHANGES, "200")])
def test_only_what_failed_is_delivered_again_and_its_reason_is_logged(records: list[Record], second: str) -> None:
    log = io.StringIO()
    answer = each_alone({"Records": records}, refusing(1), Logger(service=second, stream=log))
    assert answer == {"batchItemFailures": [{"itemIdentifier": second}]}
    [line] = map(json.loads, log.getvalue().splitlines())
    assert line["record"] == second
    assert "no. 1" in line["exception"]


def test_a_batch_without_failures_says_so() -> None:
    assert each_alone({"Records": MESSAGES}, refusing(), Logger()) == {"batchItemFailures": []}


def test_a_batch_that_fails_as_a_whole_is_a_failure_of_the_function() -> None:
    with pytest.raises(ExceptionGroup) as failed:
        each_alone({"Records": MESSAGES}, refusing(0, 1, 2), Logger())
    assert [str(error) for error in failed.value.exceptions] == ["no. 0", "no. 1", "no. 2"]
