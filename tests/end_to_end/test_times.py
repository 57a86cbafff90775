"""Times that cannot be, and old ones: from the sender to the alert, the review and the sweep."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

from PIL import Image

from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import now, to_text
from lambdas.encounters.encounter import AlertState
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import PERSON, jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.deployed_agency import DeployedAgency


def taken_at(picture: bytes, exif_time: str) -> bytes:
    """Write the time into the picture's EXIF data, as a camera does."""
    exif, out = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8769).update({0x9003: exif_time, 0x9011: "+00:00"})
    Image.open(io.BytesIO(picture)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_old_and_impossible_times_are_told_and_expire_like_others(agency: DeployedAgency, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "old.jpg").write_bytes(taken_at(jpeg(PERSON[1]), "2026:09:01 10:00:00"))
    (pictures / "ahead.jpg").write_bytes(taken_at(jpeg(PERSON[2]), "2099:01:01 00:00:00"))
    journal = str(tmp_path / "journal.txt")
    agency.homeward("submit", str(pictures), "--camera", "archive-1", "--journal", journal, "--wait")
    s3, bucket = agency.deployment.client("s3"), agency.deployment["DetectionBucket"]
    metadata = {"captured-at": "1970-01-01T00:00:12Z"}
    s3.put_object(Bucket=bucket, Key="captures/archive-2/a.jpg", Body=jpeg(PERSON[1]), Metadata=metadata)
    agency.send(jpeg(PERSON[1]), camera="archive-3", captured_at="0001-01-01T00:00:00+14:00")
    cameras = ("archive-1", "archive-2", "archive-3")
    wait_until("the alerts", lambda: sum(len(agency.alerts_at(camera)) for camera in cameras) == 4)
    ahead, old = sorted(agency.alerts_at("archive-1"), key=lambda text: "Sep 1, 2026" in text)
    [reset], [poison] = (agency.alerts_at(camera) for camera in cameras[1:])
    assert "Seen at archive-1, Sep 1, 2026" in old
    assert re.search(f"Received from archive-1, [A-Z][a-z]+ [0-9]+, {now():%Y}", ahead)
    assert "(the sender's time is in the future)" in ahead
    assert "(the sender's time is before 2001)" in reset
    assert "(the sender's time cannot be read)" in poison
    assert not [text for text in (ahead, old, reset, poison) if re.search("Now at|2099-|1970-|0001-", text)]

    agency.deployment.client("lambda").invoke(FunctionName=agency.deployment["DailyFunction"])
    rows = json.loads(agency.homeward("encounter", "list", "--json").stdout)
    ours = [row for row in rows if row["camera"].startswith("archive-")]
    assert [row["stage"] for row in ours] == ["alerted"] * 4
    assert {row["time_doubt"] for row in ours} == {None, "future", "too-early", "unreadable"}
    assert not [row for row in ours if row["age"].endswith(("d", "h")) or row["age"].startswith("-")]
    shown = agency.homeward("encounter", "show", ours[0]["encounter"]).stdout
    assert "the sender's time" in shown


def test_sweep_gives_up_an_alert_that_fails_and_an_operator_retries_it(agency: DeployedAgency) -> None:
    at = to_text(now())
    broken = {"encounter_id": "broken", "kind": "encounter", "alert": AlertState.SENDING, "alert_due_at": at}
    dynamodb, table = agency.deployment.client("dynamodb"), agency.deployment["EncountersTable"]
    dynamodb.put_item(TableName=table, Item=to_attributes({**broken, "alert_failures": 9}))
    try:
        answer = agency.deployment.client("lambda").invoke(FunctionName=agency.deployment["SweepFunction"])
        assert "FunctionError" not in answer
        assert json.loads(agency.homeward("queue", "list", "--json").stdout)["FailedAlerts"] == 1
        assert agency.homeward("queue", "redrive", "FailedAlerts").stdout == "1 alert retried\n"
        assert json.loads(agency.homeward("queue", "list", "--json").stdout)["FailedAlerts"] == 0
    finally:
        dynamodb.delete_item(TableName=table, Key={"encounter_id": {"S": "broken"}})
