from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
import pytest

from homeward.deployment.outputs import Deployment
from homeward.doctor import contents
from homeward.doctor.contents import check_cameras, check_filters, check_gallery, check_syncs
from homeward.fleet.status import CameraStatus
from lambdas.cases.case import Case, LastSeen, SourcePhoto
from lambdas.common.dynamodb import to_attributes
from lambdas.common.photos import PreparedPhoto
from lambdas.common.times import now, to_text
from lambdas.ingest.gallery.wiring import open_gallery
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

    from agencies.settings import Settings

NAMUS = '[sources.namus]\nenabled = true\nbase_url = "https://namus.example"\npermission = "letter of 2026-10-01"\n'


@pytest.fixture
def deployment(s3: S3Client, dynamodb: DynamoDBClient) -> Deployment:
    outputs = {"CasesTable": "cases", "GalleryBucket": "gallery"}
    client: Any = boto3.client
    return Deployment(stage="town-dev", outputs=outputs, client=client)


def test_a_gallery_without_a_face_fails(agency: Callable[..., Settings], deployment: Deployment) -> None:
    found = check_gallery(agency(), deployment)
    assert (found.grade, found.finding) == ("failed", "0 open cases, 0 photos with a face")
    assert found.advice.startswith("homeward import FOLDER -a town-dev"), "no source is enabled"
    photo = SourcePhoto(photo_id="1", url="x")
    gallery = open_gallery(deployment)
    gallery.open_case(Case(**{**_fields(MARLOWE), "photos": (photo,)}), b"{}")
    picture = PreparedPhoto(jpeg=b"x", width_px=200, height_px=240, source_format="JPEG", source_sha256="x")
    gallery.put_photo(MARLOWE.case_id, photo, picture)
    found = check_gallery(agency(), deployment)
    assert (found.grade, found.finding) == ("failed", "1 open case, 0 photos with a face, 1 not indexed yet")
    deployment.client("dynamodb").update_item(
        TableName="cases",
        Key={"case_id": {"S": MARLOWE.case_id}, "record": {"S": "photo#1"}},
        UpdateExpression="SET face_status = :indexed",
        ExpressionAttributeValues={":indexed": {"S": "indexed"}},
    )
    found = check_gallery(agency(), deployment)
    assert (found.grade, found.finding) == ("ok", "1 open case, 1 photo with a face")
    held = {"case_id": MARLOWE.case_id, "record": "photo#2", "face_status": "no_face", "reason": "SEVERAL_FACES"}
    deployment.client("dynamodb").put_item(TableName="cases", Item=to_attributes(held))
    found = check_gallery(agency(), deployment)
    assert found.grade == "warning"
    assert found.finding.endswith("; 1 photo waits for a person to choose the face, of namus:MP900101")
    assert found.advice == "homeward case faces namus:MP900101 -a town-dev --sheet faces.jpg"


def _fields(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in case.__struct_fields__}


class Runs:
    """The last report of a sync."""

    def __init__(self, report: dict[str, Any] | None) -> None:
        self._report = report

    def last_report(self, _: str) -> dict[str, Any] | None:
        return self._report


@pytest.mark.parametrize(
    ("report", "grade", "said"),
    [
        (None, "warning", "namus never ran"),
        ({"error": "too many removals", "hours": 1}, "warning", "namus: too many removals"),
        ({"error": None, "hours": 49}, "warning", "namus last ran at "),
        ({"error": None, "hours": 47}, "ok", "1 scheduled sources"),
    ],
)
def test_a_source_must_have_been_read_within_two_intervals(
    agency: Callable[..., Settings],
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    report: dict[str, Any] | None,
    grade: str,
    said: str,
) -> None:
    """The default interval is 24 hours."""
    if report:
        report["ended_at"] = to_text(now() - timedelta(hours=report.pop("hours")))
    monkeypatch.setattr(contents, "open_runs", lambda _: Runs(report))
    found = check_syncs(agency(NAMUS), deployment)
    assert (found.grade, found.finding.startswith(said)) == (grade, True)


@pytest.mark.parametrize(
    ("filters", "grade", "finding"),
    [
        ('counties = ["Multnomah County"]', "ok", "1 county and 0 sites, each in use"),
        ('counties = ["Multnomh"]', "warning", "no case is of Multnomh"),
        ('sites = ["NORTH STATION"]', "ok", "0 counties and 1 site, each in use"),
        ('sites = ["Nroth Station"]', "warning", "no camera is at Nroth Station"),
        ("minors_only = true", "ok", "no recipient filters by county or site"),
    ],
)
def test_county_and_site_of_a_filter_must_exist(
    agency: Callable[..., Settings],
    deployment: Deployment,
    dynamodb: DynamoDBClient,
    filters: str,
    grade: str,
    finding: str,
) -> None:
    outputs = {**deployment.outputs, "CamerasTable": "cameras"}
    deployment = Deployment(stage=deployment.stage, outputs=outputs, client=deployment.client)
    dynamodb.put_item(TableName="cameras", Item={"camera": {"S": "cam-01"}, "site": {"S": "North Station"}})
    put_case(dynamodb, msgspec.structs.replace(MARLOWE, last_seen=LastSeen(county="MULTNOMAH")))
    recipient = f'[[alerting.recipients]]\nname = "desk"\nsms = "+15035550142"\nfilter.{filters}\n'
    found = check_filters(agency(recipient), deployment)
    assert (found.grade, found.finding) == (grade, finding)


def test_no_scheduled_source_is_no_problem(agency: Callable[..., Settings], deployment: Deployment) -> None:
    assert check_syncs(agency(), deployment).grade == "ok"


def camera(name: str, status: str | None = "online", state: str = "active") -> CameraStatus:
    at = "2026-11-23T03:00:00.000Z" if status else None
    return CameraStatus(camera=name, thing=name, site="Dock", state=state, status=status, status_at=at, added_at=None)


@pytest.mark.parametrize(
    ("cameras", "grade", "finding"),
    [
        ([], "warning", "no cameras"),
        ([camera("a"), camera("b", None, "reserved")], "ok", "1 of 2 online"),
        (
            [camera("b", "offline"), camera("a"), camera("c", None)],
            "warning",
            "1 of 3 online; b offline since 2026-11-23T03:00:00.000Z, c never reported",
        ),
        ([camera("a"), camera("b", state="revoking")], "warning", "1 of 2 online; b is revoking"),
        ([camera("a", None)], "failed", "0 of 1 online; a never reported"),
    ],
)
def test_silent_cameras_are_named(
    agency: Callable[..., Settings],
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    cameras: list[CameraStatus],
    grade: str,
    finding: str,
) -> None:
    monkeypatch.setattr(contents, "camera_statuses", lambda _: cameras)
    found = check_cameras(agency(), deployment)
    assert (found.grade, found.finding) == (grade, finding)


def test_at_most_ten_silent_cameras_are_named(
    agency: Callable[..., Settings], deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "camera_statuses", lambda _: [camera(f"c{each:02}", None) for each in range(13)])
    assert check_cameras(agency(), deployment).finding.endswith("c09 never reported and 3 more")
