"""A batch of queue messages or stream records, each of which may fail alone.

Powertools' BatchProcessor does this too (docs/decisions/0020-telemetry-without-powertools.md says why it is not used).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

Record = dict[str, Any]
"""One member of an event's `Records`."""


def each_alone(event: dict[str, Any], deal_with: Callable[[Record], None]) -> dict[str, Any]:
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
            logger.exception("a record failed and is delivered again", extra={"record": name})
            failures[name] = error
    if failures and len(failures) == len(event["Records"]):
        raise ExceptionGroup("every record of the batch failed", list(failures.values()))
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failures]}


def _identifier(record: Record) -> str:
    """What Lambda knows the record by: a message's id, or the place of a change in a table's stream."""
    return str(record["dynamodb"]["SequenceNumber"] if "dynamodb" in record else record["messageId"])
