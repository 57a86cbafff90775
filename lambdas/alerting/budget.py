"""The daily SMS budget: how many text messages go out in a day of the agency, and the warning when it is used up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import transact
from lambdas.common.times import to_text
from lambdas.encounters.notice import Notice, NoticeKind, notice_key
from lambdas.encounters.sms_budget import budget_key, take_from_budget, take_from_share, take_once
from lambdas.encounters.table import read_item

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from mypy_boto3_dynamodb import DynamoDBClient


class BudgetAnswer(Enum):
    """Whether the text messages of an alert may go out, and if not, why."""

    TAKEN = "taken"
    DAY_USED_UP = "day used up"
    SHARE_USED_UP = "the camera's share used up"


@dataclass(frozen=True, kw_only=True)
class BudgetWarning:
    """The facts of the notice that the day's text messages are used up."""

    day: str
    limit: int


@dataclass(frozen=True, kw_only=True)
class FloodWarning:
    """The facts of the notice that a camera sends or alerts more than one camera may."""

    camera: str
    site: str


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The budget of each day in the agency's time zone, in the encounters table.

    `limit` is the number of text messages a day. A message to one phone counts as one, however long it is. `share` is
    how many of them may be about one camera, so that a camera that floods leaves some to the others. It does not limit
    messages about no camera (`camera` is empty).
    """

    dynamodb: DynamoDBClient
    table: str
    limit: int
    share: int
    zone: tzinfo

    def take(self, alert_id: str, texts: int, *, camera: str, now: datetime) -> BudgetAnswer:
        """Take text messages from the day's budget, once per alert."""
        if texts > self.limit:
            return BudgetAnswer.DAY_USED_UP
        once = take_once(self.table, self._day(now), alert_id, count=texts, limit=self.limit, now=now)
        if transact(self.dynamodb, {"Update": once}, *self._from_share(texts, camera=camera, now=now)):
            return BudgetAnswer.TAKEN
        used = read_item(self.dynamodb, table=self.table, key=budget_key(self._day(now)))
        if alert_id in used.get("alerts", ()):
            return BudgetAnswer.TAKEN
        is_day = used.get("texts", 0) + texts > self.limit
        return BudgetAnswer.DAY_USED_UP if is_day else BudgetAnswer.SHARE_USED_UP

    def take_writes(self, texts: int, *, camera: str, now: datetime) -> list[dict[str, Any]]:
        """Build writes that take text messages, for a transaction that happens once. One fails if too few are left."""
        taken = take_from_budget(self.table, self._day(now), count=texts, limit=self.limit, now=now)
        return [{"Update": taken}, *self._from_share(texts, camera=camera, now=now)]

    def warning(self, *, now: datetime, expires_at: int) -> Notice:
        """Return the notice that the day's budget is used up. Its key is the same all day."""
        day = self._day(now)
        return Notice(
            encounter_id=notice_key(day, NoticeKind.BUDGET),
            about=day,
            notice=NoticeKind.BUDGET,
            created_at=to_text(now),
            alert_due_at=to_text(now),
            expires_at=expires_at,
        )

    def _from_share(self, texts: int, *, camera: str, now: datetime) -> list[dict[str, Any]]:
        if not camera:
            return []
        return [{"Update": take_from_share(self.table, self._day(now), camera, count=texts, share=self.share, now=now)}]

    def _day(self, now: datetime) -> str:
        return now.astimezone(self.zone).date().isoformat()
