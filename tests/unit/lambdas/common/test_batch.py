from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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
def test_only_what_failed_is_delivered_again_and_its_reason_is_logged(
    records: list[Record], second: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert each_alone({"Records": records}, refusing(1)) == {"batchItemFailures": [{"itemIdentifier": second}]}
    [line] = caplog.records
    assert vars(line)["record"] == second
    assert "no. 1" in caplog.text


def test_those_after_a_failure_are_still_dealt_with_and_failures_keep_their_order() -> None:
    answer = each_alone({"Records": CHANGES}, refusing(0, 2))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}, {"itemIdentifier": "300"}]}


def test_a_batch_without_failures_says_so() -> None:
    assert each_alone({"Records": MESSAGES}, refusing()) == {"batchItemFailures": []}


def test_a_batch_that_fails_as_a_whole_is_a_failure_of_the_function() -> None:
    with pytest.raises(ExceptionGroup) as failed:
        each_alone({"Records": MESSAGES}, refusing(0, 1, 2))
    assert [str(error) for error in failed.value.exceptions] == ["no. 0", "no. 1", "no. 2"]
