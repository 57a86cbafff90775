"""How many text messages go out in a day of the agency, and the one warning when they are used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from lambdas.alerting.texts.gsm7 import to_gsm7
from lambdas.alerting.texts.languages import PHRASES
from lambdas.alerting.texts.sms import subject_text
from lambdas.common.dynamodb import despite_conflicts, from_attributes, is_condition_failure, to_attributes
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Notice, NoticeKind, notice_key

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from mypy_boto3_dynamodb import DynamoDBClient

# Long enough to look back at a week, and beyond every attempt to send something of the day.
_KEPT = timedelta(days=8)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The item `budget#YYYY-MM-DD` of the encounters table, a day of the agency's time zone.

    `limit` is how many text messages it has; one to one telephone counts as one, however long.
    """

    dynamodb: DynamoDBClient
    table: str
    limit: int
    zone: tzinfo

    def take(self, alert_id: str, texts: int, *, now: datetime) -> bool:
        """Whether the day has so many text messages left; they are then taken, for one alert once."""
        if texts > self.limit:
            return False
        update = self.taking(alert_id, texts, now=now)
        try:
            despite_conflicts(self.dynamodb.update_item, **update, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            answer: Any = error.response
            return alert_id in from_attributes(answer["Item"])["alerts"]
        return True

    def taking(self, alert_id: str, texts: int, *, now: datetime) -> dict[str, Any]:
        """The update that takes them, on condition that the day has them, and has not given them to this alert."""
        values: dict[str, Any] = {
            ":kind": "budget",
            ":alert": alert_id,
            ":alerts": {alert_id},
            ":texts": texts,
            ":most": self.limit - texts,
            ":expiry": int((now + _KEPT).timestamp()),
        }
        return {
            "TableName": self.table,
            "Key": {"encounter_id": {"S": f"budget#{self._day(now)}"}},
            "UpdateExpression": "SET kind = :kind, expires_at = :expiry ADD alerts :alerts, texts :texts",
            "ConditionExpression": "attribute_not_exists(texts) OR texts <= :most AND NOT contains(alerts, :alert)",
            "ExpressionAttributeValues": to_attributes(values),
        }

    def warning(self, *, now: datetime, expires_at: int) -> Notice:
        """The notice that the day's text messages are used up: the same one, however often it is asked for."""
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


@dataclass(frozen=True, kw_only=True)
class BudgetWarning:
    """The text of that notice, in the form that each channel takes. It is the day's last text message."""

    day: str
    limit: int

    def headline(self, language: str = "en") -> str:
        """All of it."""
        return PHRASES[language].headlines[NoticeKind.BUDGET].format(limit=self.limit, day=self.day)

    def subject(self, language: str = "en") -> str:
        """The subject of an e-mail."""
        return subject_text(self.headline(language))

    def sms(self, language: str = "en") -> str:
        """One segment, or two."""
        return to_gsm7(f"{self.headline(language)}.")

    def email(self, language: str = "en") -> str:
        """The same."""
        return f"{self.headline(language)}.\n"

    def document(self, alert_id: str, language: str = "en") -> str:
        """The same as JSON, with the members that an alert's document has too."""
        facts = {"kind": NoticeKind.BUDGET, "day": self.day, "limit": self.limit}
        headline, text = self.headline(language), self.sms(language)
        return msgspec.json.encode({"alert_id": alert_id, "headline": headline, **facts, "text": text}).decode()
