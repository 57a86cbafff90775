"""Bound what one camera can make Homeward search, so that none uses up the searches, the money or the others' time.

The pace of each camera is kept in DynamoDB, for all containers, by the generic cell rate algorithm (ITU-T I.371). A
camera may run ahead of its pace, so that a group of people is searched at once, but not so far that the others wait.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.dynamodb import transact, update_if
from lambdas.encounters.flood_counts import advance_pace, flood_notice, start_pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from mypy_boto3_dynamodb import DynamoDBClient

_SAME_PICTURE_S = 300
_MAX_PICTURES = 2000  # remembered; a flood must not fill the memory


@dataclass(kw_only=True)
class SearchLimit:
    """Admits at most `per_minute` captures of each camera in any minute, a third of them at once, or two.

    It admits each picture once in 5 minutes.
    """

    dynamodb: DynamoDBClient
    table: str
    per_minute: int
    now: Callable[[], datetime]
    _refused_until: dict[str, datetime] = field(default_factory=dict)
    _told: set[tuple[str, date]] = field(default_factory=set)
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
        """Count a message of the camera; False if it comes too early.

        A message that is delivered again may count again.

        Raises:
            ClientError: DynamoDB did not answer.
        """
        now = self.now()
        if now < self._refused_until.get(camera, now):
            return False
        at_once = min(self.per_minute, max(2, self.per_minute // 3))
        interval = timedelta(minutes=1) / (self.per_minute - at_once + 1)
        if self._takes(camera, now, interval=interval, ahead=(at_once - 1) * interval):
            return True
        self._refused_until[camera] = now + interval
        self._tell(camera, now)
        return False

    def _takes(self, camera: str, now: datetime, *, interval: timedelta, ahead: timedelta) -> bool:
        on_time = start_pace(self.table, camera, now=now, interval=interval)
        if update_if(self.dynamodb, **on_time) is not None:
            return True
        early = advance_pace(self.table, camera, now=now, interval=interval, ahead=ahead)
        return update_if(self.dynamodb, **early) is not None

    def _tell(self, camera: str, now: datetime) -> None:
        """Put the notice that the camera floods, once a day in each container."""
        if (camera, now.date()) not in self._told:
            transact(self.dynamodb, {"Put": flood_notice(self.table, camera, now=now)})
            self._told.add((camera, now.date()))
