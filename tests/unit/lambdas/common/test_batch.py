"""Partial batch responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.batch import process_batch

if TYPE_CHECKING:
    from lambdas.common.batch import EventRecord

MESSAGES = [{"messageId": name, "body": name, "eventSource": "aws:sqs"} for name in ("m1", "m2", "m3")]
CHANGES = [{"eventID": name, "dynamodb": {"SequenceNumber": name}} for name in ("100", "200", "300")]


def refusing(*numbers: int) -> Any:
    """A handler that fails on the records at these positions."""
    seen: list[EventRecord] = []

    def handle(record: EventRecord) -> None:
        seen.append(record)
        if len(seen) - 1 in numbers:
            raise ValueError(f"no. {len(seen) - 1}")

    return handle


@pytest.mark.parametrize(("records", "second"), [(MESSAGES, "m2"), (CHANGES, "200")])
def test_only_failed_records_are_reported_and_logged(
    records: list[EventRecord], second: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert process_batch({"Records": records}, refusing(1)) == {"batchItemFailures": [{"itemIdentifier": second}]}
    [line] = caplog.records
    assert vars(line)["record"] == second
    assert "no. 1" in caplog.text


def test_records_after_a_failure_are_handled() -> None:
    answer = process_batch({"Records": CHANGES}, refusing(0, 2))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}, {"itemIdentifier": "300"}]}


def test_success_reports_no_failures() -> None:
    assert process_batch({"Records": MESSAGES}, refusing()) == {"batchItemFailures": []}


def test_failure_of_all_records_fails_the_invocation() -> None:
    with pytest.raises(ExceptionGroup) as failed:
        process_batch({"Records": MESSAGES}, refusing(0, 1, 2))
    assert [str(error) for error in failed.value.exceptions] == ["no. 0", "no. 1", "no. 2"]
