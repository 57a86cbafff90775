"""A reviewer's desk: encounters with pictures, and the verdicts on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas.common.dynamodb import from_attributes
from lambdas.encounters.encounter import Encounter, Sighting, Timeline
from lambdas.encounters.table import encounter_item, encounter_key, read_encounter
from lambdas.encounters.window import window_key
from lambdas.review.audit import Audit
from lambdas.review.pictures import Pictures
from lambdas.review.verdicts import Verdicts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

CASE, CAMERA = "namus:MP900101", "cam-01"
WINDOW = window_key(CASE, CAMERA)
STARTED = "2026-11-23T02:59:00.000Z"


@dataclass
class Desk:
    """The tables and the bucket, and what a reviewer does with them."""

    s3: S3Client
    dynamodb: DynamoDBClient
    clock: Any
    audit: Audit = field(init=False)
    pictures: Pictures = field(init=False)
    verdicts: Verdicts = field(init=False)

    def __post_init__(self) -> None:
        self.audit = Audit(dynamodb=self.dynamodb, table="audit")
        self.pictures = Pictures(
            s3=self.s3, dynamodb=self.dynamodb, bucket="detection", table="encounters", now=self.clock
        )
        self.verdicts = Verdicts(
            dynamodb=self.dynamodb,
            table="encounters",
            audit=self.audit,
            pictures=self.pictures,
            kept_for=timedelta(days=30),
            pause=lambda _: None,
        )

    def add_encounter(
        self, encounter_id: str = "e1", *, shots: int = 2, camera: str = CAMERA, **members: Any
    ) -> Encounter:
        """Store an encounter with one picture for each shot. `started_at` is also when its pictures were taken."""
        at = members.get("started_at", STARTED)
        timeline = Timeline(captured_at=at, received_at=at, searched_at=at, encountered_at=at)
        given = {"sightings": {f"c{shot}": self.add_sighting(encounter_id, shot) for shot in range(shots)}, **members}
        encounter = Encounter(
            encounter_id=encounter_id,
            camera=camera,
            **{
                "case_id": CASE,
                "timeline": timeline,
                "started_at": at,
                "expires_at": 1_900_000_000,
                "link_token": "secret",
                **given,
            },
        )
        self.dynamodb.put_item(TableName="encounters", Item=encounter_item(encounter))
        return encounter

    def add_sighting(self, encounter_id: str, shot: int) -> Sighting:
        """Store a picture, and return its sighting without adding it to the encounter."""
        key = f"encounters/{encounter_id}/c{shot}.jpg"
        self.s3.put_object(Bucket="detection", Key=key, Body=f"picture {shot}".encode())
        return Sighting(
            similarity=90.5 + shot, captured_at=STARTED, key=key, photo_id="910101", track=f"{encounter_id}-t{shot}"
        )

    def encounter(self, encounter_id: str = "e1") -> Encounter:
        found = read_encounter(self.dynamodb, table="encounters", encounter_id=encounter_id)
        assert found
        return found

    def item(self, key: str) -> dict[str, Any]:
        answer = self.dynamodb.get_item(TableName="encounters", Key=encounter_key(key))
        return from_attributes(answer.get("Item", {}))

    def picture_keys(self) -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket="detection").get("Contents", [])]

    def audited(self, encounter_id: str = "e1") -> list[tuple[str, str]]:
        """Return kind and person of each audit record."""
        return [(record.kind.value, record.by) for record in self.audit.of(encounter_id)]
