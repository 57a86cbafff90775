"""Bound what one camera can make Homeward search, so that none uses up the searches, the money or the others' time.

A container lets the first captures of each minute pass without asking, because a camera that does not flood sends only
a few. It counts the others of all containers in DynamoDB.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import transact, update_if
from lambdas.encounters.flood_counts import captures_key, count_capture, flood_notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

_UNCOUNTED = 5  # captures of a camera in a minute that a container lets pass on its own
_SAME_PICTURE_S = 300
_MAX_PICTURES = 2000  # remembered; a flood must not fill the memory


@dataclass
class _Minute:
    """What this container knows of a camera's captures in one minute."""

    key: str
    seen: int = 0
    is_full: bool = False


@dataclass(kw_only=True)
class SearchLimit:
    """Admits up to `per_minute` captures of each camera in a minute of the clock, and each picture once in 5 minutes.

    A few more pass while several containers run: each lets `_UNCOUNTED` pass on its own.
    """

    dynamodb: DynamoDBClient
    table: str
    per_minute: int
    now: Callable[[], datetime]
    _minutes: dict[str, _Minute] = field(default_factory=dict)
    _pictures: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)

    def is_repeated(self, camera: str, sha256: str) -> bool:
        """Whether the camera's picture with this digest was stored a moment ago."""
        stored_s = self._pictures.get((camera, sha256))
        return stored_s is not None and self.now().timestamp() - stored_s < _SAME_PICTURE_S

    def remember(self, camera: str, sha256: str) -> None:
        """Remember the picture of a capture that was stored. One that could not be stored is tried again."""
        self._pictures[camera, sha256] = self.now().timestamp()
        if len(self._pictures) > _MAX_PICTURES:
            self._pictures.popitem(last=False)

    def admits(self, camera: str) -> bool:
        """Count a message of the camera; False if the camera has used up this minute.

        A message that is delivered again may count again.

        Raises:
            ClientError: DynamoDB did not answer.
        """
        now = self.now()
        key = captures_key(camera, now)
        known = self._minutes.get(camera)
        if known is None or known.key != key:
            known = self._minutes[camera] = _Minute(key)
        if known.is_full:
            return False
        known.seen += 1
        if known.seen <= min(_UNCOUNTED, self.per_minute):
            return True
        counted = update_if(self.dynamodb, **count_capture(self.table, camera, limit=self.per_minute, now=now))
        if counted is None:
            known.is_full = True
            transact(self.dynamodb, {"Put": flood_notice(self.table, camera, now=now)})
        return counted is not None
