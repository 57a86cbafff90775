"""The daily SMS budget: how many text messages go out in a day of the agency, and the warning when it is used up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.dynamodb import from_attributes, is_condition_failure, retry_conflicts
from lambdas.common.times import to_text
from lambdas.encounters.notice import Notice, NoticeKind, notice_key
from lambdas.encounters.sms_budget import take_from_budget

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
    """The item `budget#YYYY-MM-DD` of the encounters table, one for each day in the agency's time zone.

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
        update = self.take_request(alert_id, texts, camera=camera, now=now)
        try:
            retry_conflicts(self.dynamodb.update_item, **update, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            answer: Any = error.response
            used = from_attributes(answer["Item"])
            if alert_id in used["alerts"]:
                return BudgetAnswer.TAKEN
            is_day = used["texts"] + texts > self.limit
            return BudgetAnswer.DAY_USED_UP if is_day else BudgetAnswer.SHARE_USED_UP
        return BudgetAnswer.TAKEN

    def take_request(self, alert_id: str, texts: int, *, camera: str, now: datetime) -> dict[str, Any]:
        """Build the update of `take`. Its condition fails if too few are left or this alert has taken its own."""
        return take_from_budget(
            self.table,
            self._day(now),
            alert_id,
            count=texts,
            limit=self.limit,
            share=self.share if camera else self.limit,
            camera=camera,
            now=now,
        )

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

    def _day(self, now: datetime) -> str:
        return now.astimezone(self.zone).date().isoformat()
