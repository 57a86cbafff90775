"""What a camera last said of itself: the item `health#CAMERA` of the encounters table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from lambdas.common.dynamodb import update_if
from lambdas.common.times import to_text
from lambdas.encounters.table import update_request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT = timedelta(days=90)
# A camera that sends more often writes no more than this.
_LEAST_PERIOD = timedelta(seconds=20)


class CameraReport(msgspec.Struct, frozen=True, kw_only=True):
    """One report.

    Attributes:
        received_at: When it arrived, by our clock.
        clock_offset_s: How far the camera's clock was ahead, None if its time cannot be read. The way here counts too.
        clock_synced: Whether a time service keeps the clock.
        dropped: The number of captures that the camera has dropped since its outbox was made.
        dropped_at: When a report last had a higher number than the one before.
        waiting: The number of captures that wait in the camera.
    """

    received_at: str
    clock_offset_s: float | None = None
    clock_synced: bool = False
    dropped: int = 0
    dropped_at: str | None = None
    waiting: int = 0


def report_key(camera: str) -> str:
    """Return the key of a camera's last report."""
    return f"health#{camera}"


def report_of(item: Mapping[str, Any]) -> CameraReport:
    """Read the item."""
    return msgspec.convert(item, type=CameraReport)


@dataclass(frozen=True, kw_only=True)
class CameraReports:
    """Writes reports to the encounters table."""

    dynamodb: DynamoDBClient
    table: str

    def note(self, camera: str, report: CameraReport, *, at: datetime) -> bool:
        """Keep the report, unless a newer one is there or the last one is only seconds old."""
        written = {"kind": "health", "camera": camera, "expires_at": int((at + _KEPT).timestamp())}
        written |= {name: each for name, each in msgspec.to_builtins(report).items() if each is not None}
        before = update_if(
            self.dynamodb,
            **update_request(
                self.table,
                report_key(camera),
                "SET "
                + ", ".join(f"#{name} = :{name}" for name in written)
                + ("" if "clock_offset_s" in written else " REMOVE clock_offset_s"),
                condition="attribute_not_exists(received_at) OR received_at < :since",
                values={":since": to_text(at - _LEAST_PERIOD)} | {f":{name}": each for name, each in written.items()},
                names={f"#{name}": name for name in written},
            ),
            ReturnValues="ALL_OLD",
        )
        if before and report.dropped > before.get("dropped", 0):
            self._note_drop(camera, at)
        return before is not None

    def _note_drop(self, camera: str, at: datetime) -> None:
        update = update_request(
            self.table, report_key(camera), "SET dropped_at = :at", condition=None, values={":at": to_text(at)}
        )
        update_if(self.dynamodb, **update)
