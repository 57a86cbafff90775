from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.times import to_text
from lambdas.encounters.camera_reports import CameraReport, CameraReports, report_key, report_of
from lambdas.encounters.table import read_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.clock import Clock


def test_report_says_when_captures_were_last_dropped(dynamodb: DynamoDBClient, clock: Clock) -> None:
    reports = CameraReports(dynamodb=dynamodb, table="encounters")
    for dropped in (4, 4, 6, 6):
        clock.advance(minutes=1)
        report = CameraReport(received_at=to_text(clock()), clock_offset_s=0.1, clock_synced=True, dropped=dropped)
        assert reports.note("cam-01", report, at=clock())
    kept = report_of(read_item(dynamodb, table="encounters", key=report_key("cam-01")))
    assert (kept.dropped, kept.dropped_at) == (6, "2026-11-23T03:03:00.000Z")


def test_report_without_a_time_forgets_the_offset_of_before(dynamodb: DynamoDBClient, clock: Clock) -> None:
    reports = CameraReports(dynamodb=dynamodb, table="encounters")
    for offset in (3.5, None):
        clock.advance(minutes=1)
        reports.note("cam-01", CameraReport(received_at=to_text(clock()), clock_offset_s=offset), at=clock())
    assert report_of(read_item(dynamodb, table="encounters", key=report_key("cam-01"))).clock_offset_s is None


def test_older_and_too_frequent_reports_write_nothing(dynamodb: DynamoDBClient, clock: Clock) -> None:
    reports = CameraReports(dynamodb=dynamodb, table="encounters")
    assert reports.note("cam-01", CameraReport(received_at=to_text(clock()), waiting=1), at=clock())
    clock.advance(seconds=19)
    assert not reports.note("cam-01", CameraReport(received_at=to_text(clock()), waiting=2), at=clock())
    clock.advance(seconds=1)
    assert not reports.note("cam-01", CameraReport(received_at=to_text(clock()), waiting=3), at=clock())
    clock.advance(seconds=1)
    assert reports.note("cam-01", CameraReport(received_at=to_text(clock()), waiting=4), at=clock())
    assert report_of(read_item(dynamodb, table="encounters", key=report_key("cam-01"))).waiting == 4
