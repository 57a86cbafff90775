"""A batch of queue messages or stream records, each of which may fail alone.

Powertools' BatchProcessor does this too, but imports the classes of every event that it knows first: a fifth of what a
cold start of the hot path takes (benchmarks/cold_start.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools import Logger

Record = dict[str, Any]
"""One member of an event's `Records`."""


def each_alone(event: dict[str, Any], deal_with: Callable[[Record], None], logger: Logger) -> dict[str, Any]:
    """Deal with each record, and answer which ones failed, so that Lambda delivers only these again.

    Raises:
        ExceptionGroup: all of them failed, which counts as a failure of the function.
    """
    failures: dict[str, Exception] = {}
    for record in event["Records"]:
        name = _identifier(record)
        try:
            deal_with(record)
        except Exception as error:
            logger.exception("a record failed and is delivered again", record=name)
            failures[name] = error
    if failures and len(failures) == len(event["Records"]):
        raise ExceptionGroup("every record of the batch failed", list(failures.values()))
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failures]}


def _identifier(record: Record) -> str:
    """What Lambda knows the record by: a message's id, or the place of a change in a table's stream."""
    return str(record["dynamodb"]["SequenceNumber"] if "dynamodb" in record else record["messageId"])
