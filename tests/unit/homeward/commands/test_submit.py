from __future__ import annotations

import io
import json
import os
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import cv2
import numpy as np
import pytest
from botocore.exceptions import ClientError
from PIL import Image

from homeward.submission.run import new_detector
from lambdas.common.times import from_text, now
from local_cloud.paths import ROOT
from local_cloud.video import render_walk_past
from tests.edge.support.recordings import cut, move_index_to_the_front, noise, pause_after, record
from tests.support.rekognition_client import group_photo, jpeg, pixels, side_by_side
from tests.support.tiff import tiff
from tests.unit.pictures.bombs import webp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mypy_boto3_s3 import S3Client
    from typer.testing import Result

    from tests.support.town import Town

STILLS = ROOT / "node_modules" / "tabler-ui" / "src" / "demo" / "faces"
ONE, OTHER = STILLS / "male" / "1.jpg", STILLS / "female" / "1.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.fixture
def submit(town: Town, folder: Path, tmp_path: Path) -> Callable[..., Result]:
    def run(*options: str, files: Path = folder) -> Result:
        journal = ("--journal", str(tmp_path / "journal.txt"))
        return town.run("submit", str(files), "--camera", "tips", *journal, *options)

    return run


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of two people who walk past, one after the other."""
    path = tmp_path_factory.mktemp("video") / "walk.mp4"
    render_walk_past([ONE, OTHER], path, seconds_each=2.0, size=(640, 360))
    return path


def captures(s3: S3Client) -> dict[str, dict[str, str]]:
    """Return the metadata of the objects in the detection bucket, by key."""
    listed = s3.list_objects_v2(Bucket="detection").get("Contents", [])
    return {each["Key"]: s3.head_object(Bucket="detection", Key=each["Key"])["Metadata"] for each in listed}


def answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    facts: dict[str, Any] = json.loads(result.stdout)
    return facts


def test_each_face_of_a_picture_is_a_capture_with_others_blurred(
    submit: Callable[..., Result], folder: Path, s3: S3Client
) -> None:
    (folder / "two.png").write_bytes(bytes(cv2.imencode(".png", side_by_side(pixels(ONE), pixels(OTHER)))[1]))
    [file] = answer(submit("--json"))["files"]
    assert file["outcome"] == "submitted"
    assert len(file["captures"]) == len({each["capture_id"] for each in file["captures"]}) == 2
    assert {metadata["track"][-2:] for metadata in captures(s3).values()} == {"-1", "-2"}
    for key in captures(s3):
        crop = cv2.imdecode(np.frombuffer(s3.get_object(Bucket="detection", Key=key)["Body"].read(), np.uint8), 1)
        assert crop is not None
        assert len(new_detector().detect(np.asarray(crop, np.uint8))) == 1


def test_small_faces_of_a_large_picture_are_captures(submit: Callable[..., Result], folder: Path, s3: S3Client) -> None:
    group = group_photo(pixels(ONE), size=(8000, 1000), count=4, side=90)
    (folder / "group.jpg").write_bytes(jpeg(group))
    [file] = answer(submit("--json"))["files"]
    assert len(file["captures"]) == 4
    for key in captures(s3):
        crop = Image.open(io.BytesIO(s3.get_object(Bucket="detection", Key=key)["Body"].read()))
        assert min(crop.size) >= 80, "Rekognition refuses smaller pictures"


def test_scan_of_16_bits_and_jpeg_without_an_end_are_submitted(
    submit: Callable[..., Result], folder: Path, s3: S3Client
) -> None:
    portrait = np.asarray(cv2.resize(pixels(ONE), (400, 400)), np.uint8)
    (folder / "scan.tif").write_bytes(tiff(portrait[..., 1].astype(np.uint16) * 257, order=">"))
    (folder / "camera.jpg").write_bytes(jpeg(portrait)[:-2])
    files = answer(submit("--json"))["files"]
    assert [len(file["captures"]) for file in files] == [1, 1]
    for key in captures(s3):
        crop = Image.open(io.BytesIO(s3.get_object(Bucket="detection", Key=key)["Body"].read()))
        assert crop.convert("L").entropy() > 5, "neither white nor black"


def test_bomb_is_refused_and_the_others_are_submitted(submit: Callable[..., Result], folder: Path) -> None:
    (folder / "bomb.webp").write_bytes(webp(16_383))
    (folder / "one.jpg").write_bytes(ONE.read_bytes())
    result = submit("--json")
    assert result.exit_code == 6
    assert "bomb.webp: too large: to decode its 16383x16383 px takes 4,29" in result.stderr
    assert [file["outcome"] for file in json.loads(result.stdout)["files"]] == ["unusable", "submitted"]


def test_capture_has_metadata_and_the_pictures_time(submit: Callable[..., Result], folder: Path, s3: S3Client) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2026:11:20 21:30:00", 0x9011: "-05:00"})
    Image.open(ONE).save(folder / "dated.jpg", exif=exif)
    (folder / "undated.jpg").write_bytes(OTHER.read_bytes())
    os.utime(folder / "undated.jpg", (1763700000, 1763700000))
    answer(submit("--json"))
    found = {metadata["captured-at"]: (key, metadata) for key, metadata in captures(s3).items()}
    assert found.keys() == {"2026-11-21T02:30:00.000Z", "2025-11-21T04:40:00.000Z"}
    key, metadata = found["2026-11-21T02:30:00.000Z"]
    assert key == f"captures/tips/2026-11-21/{metadata['capture-id']}.jpg"
    assert metadata.keys() == {
        "capture-id", "camera", "captured-at", "received-at", "stored-at", "confidence", "track", "shot", "final"
    }  # fmt: skip
    assert float(metadata["confidence"]) > 0.8


@pytest.mark.parametrize(
    ("exif", "modified", "doubt"),
    [
        ("2000:01:01 00:03:11", None, "too-early"),
        ("2099:01:01 00:00:00", None, "future"),
        ("9000:12:31 23:59:59", None, "future"),
        ("0001:01:01 00:00:00", None, "unreadable"),
        ("0000:00:00 00:00:00", None, "unreadable"),
        ("last summer", None, "unreadable"),
        (None, 0, "too-early"),
        (None, -86400, "too-early"),
        (None, 4102444800, "future"),
    ],
)
def test_impossible_time_of_a_picture_is_the_time_of_arrival(
    submit: Callable[..., Result], folder: Path, s3: S3Client, exif: str | None, modified: int | None, doubt: str
) -> None:
    picture = folder / "one.jpg"
    metadata = Image.Exif()
    metadata.get_ifd(0x8769).update({0x9003: exif} if exif else {})
    Image.open(ONE).save(picture, exif=metadata)
    if modified is not None:
        os.utime(picture, (modified, modified))
    result = submit("--json")
    [capture] = answer(result)["files"][0]["captures"]
    assert capture["time_doubt"] == doubt
    assert now() - from_text(capture["captured_at"]) < timedelta(minutes=5)
    assert "one.jpg: the time of arrival is used, because the sender's time" in result.stderr
    [stored] = captures(s3).values()
    assert stored["time-doubt"] == doubt


@pytest.mark.parametrize("starts_at", ["2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_impossible_start_of_a_recording_is_not_believed(
    submit: Callable[..., Result], video: Path, starts_at: str
) -> None:
    [file] = answer(submit("--starts-at", starts_at, "--dry-run", "--json", files=video))["files"]
    assert file["captures"]
    assert {each["time_doubt"] for each in file["captures"]} <= {"future", "too-early", "unreadable"}


def test_submitted_files_are_skipped(submit: Callable[..., Result], folder: Path, s3: S3Client) -> None:
    (folder / "one.jpg").write_bytes(ONE.read_bytes())
    (folder / "the same.jpg").write_bytes(ONE.read_bytes())
    first = answer(submit("--json"))["files"]
    assert [file["outcome"] for file in first] == ["submitted", "submitted before"]
    sent = captures(s3)
    s3.delete_object(Bucket="detection", Key=next(iter(sent)))  # as its search does if nobody matches
    (folder / "one.jpg").rename(folder / "renamed.jpg")
    assert {file["outcome"] for file in answer(submit("--json"))["files"]} == {"submitted before"}
    assert captures(s3) == {}
    answer(submit("--again", "--json"))
    assert captures(s3).keys() == sent.keys()


def test_dry_run_sends_and_records_nothing(submit: Callable[..., Result], folder: Path, s3: S3Client) -> None:
    (folder / "one.jpg").write_bytes(ONE.read_bytes())
    assert "would send 1 capture;" in submit("--dry-run").stdout
    assert captures(s3) == {}
    assert "sent 1 capture;" in submit().stdout


def test_unusable_file_is_reported_and_others_are_submitted(
    submit: Callable[..., Result], folder: Path, s3: S3Client
) -> None:
    crowd = np.full((1200, 1200, 3), 90, np.uint8)
    crowd[600:664, 600:664] = cv2.resize(pixels(ONE), (64, 64))
    (folder / "a-crowd.jpg").write_bytes(jpeg(crowd))
    (folder / "b-broken.jpg").write_bytes(ONE.read_bytes()[:900])
    (folder / "c-broken.mp4").write_bytes(b"no video")
    (folder / "d-one.jpg").write_bytes(ONE.read_bytes())
    (folder / "notes.txt").write_text("not to be sent")
    result = submit("--json")
    assert result.exit_code == 6
    facts = json.loads(result.stdout)
    assert f"{folder / 'notes.txt'}: neither picture nor video" in result.stderr
    reasons = {file["file"].rpartition("/")[2]: file["reason"] for file in facts["files"]}
    assert re.match(r"no clear face of at least 48 px; the largest of 1 has \d\d px", reasons["a-crowd.jpg"])
    assert "broken image" in reasons["b-broken.jpg"]
    assert "not a video" in reasons["c-broken.mp4"]
    assert reasons["d-one.jpg"] is None
    assert facts["other_files"] == [str(folder / "notes.txt")]
    assert len(captures(s3)) == 1
    assert "b-broken.jpg: broken image" in result.stderr


def test_picture_without_detected_faces_is_sent_whole(
    submit: Callable[..., Result], folder: Path, s3: S3Client
) -> None:
    Image.linear_gradient("L").resize((3000, 2000)).save(folder / "sky.jpg")
    answer(submit("--json"))
    [(key, metadata)] = captures(s3).items()
    assert "confidence" not in metadata
    stored = Image.open(io.BytesIO(s3.get_object(Bucket="detection", Key=key)["Body"].read()))
    assert stored.size == (1920, 1280)


def test_video_gives_the_shots_of_a_camera(submit: Callable[..., Result], video: Path, s3: S3Client) -> None:
    [file] = answer(submit("--starts-at", "2026-11-20T10:00:00+01:00", "--json", files=video))["files"]
    tracks = [each["track"][-2:] for each in file["captures"]]
    assert set(tracks) == {"-1", "-2"}
    assert max(tracks.count(track) for track in tracks) <= 3
    times = {
        track: [each["captured_at"] for each in file["captures"] if each["track"].endswith(track)] for track in tracks
    }
    assert all("2026-11-20T09:00:00" < at < "2026-11-20T09:00:03" for at in times["-1"])
    assert all("2026-11-20T09:00:02" < at < "2026-11-20T09:00:05" for at in times["-2"])
    assert len(captures(s3)) == len(file["captures"])


def test_interrupted_video_resumes_and_sends_nothing_twice(
    submit: Callable[..., Result],
    deploy: Callable[..., Town],
    video: Path,
    s3: S3Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class OnceOnly:
        """An S3 client that stores one object and then fails."""

        puts = 0

        def put_object(self, **request: Any) -> Any:
            self.puts += 1
            if self.puts > 1:
                raise ClientError({"Error": {"Code": "SlowDown", "Message": "later"}}, "PutObject")
            return s3.put_object(**request)

    real: Any = boto3.client
    with monkeypatch.context() as failing:
        failing.setattr(boto3, "client", lambda service, **_: OnceOnly() if service == "s3" else real(service))
        with pytest.raises(ClientError, match="SlowDown"):
            submit(files=video)
    [first] = captures(s3)
    s3.delete_object(Bucket="detection", Key=first)
    [file] = answer(submit("--json", files=video))["files"]
    assert file["submitted_before"] == 1
    assert first not in captures(s3)
    assert len(captures(s3)) == len(file["captures"]) > 0


def test_wait_lists_the_encounters(
    submit: Callable[..., Result], folder: Path, s3: S3Client, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "one.jpg").write_bytes(ONE.read_bytes())

    def searched(_: float) -> None:
        """Do what the match function would do during the wait."""
        [(key, metadata)] = captures(s3).items()
        sighting = {"M": {metadata["capture-id"]: {"M": {"similarity": {"N": "96.5"}}}}}
        item = {"encounter_id": {"S": "e-1"}, "kind": {"S": "encounter"}, "camera": {"S": "tips"}}
        foreign = {"encounter_id": {"S": "e-2"}, "sightings": {"M": {"another": {"M": {"similarity": {"N": "99"}}}}}}
        dynamodb.put_item(
            TableName="encounters", Item={**item, "case_id": {"S": "namus:MP900101"}, "sightings": sighting}
        )
        dynamodb.put_item(TableName="encounters", Item={**item, **foreign})
        s3.delete_object(Bucket="detection", Key=key)

    monkeypatch.setattr("homeward.submission.encounters.time.sleep", searched)
    result = submit("--wait")
    assert "encounter e-1: namus:MP900101, similarity 96.50, possible match, not verified" in result.stdout
    assert "e-2" not in result.stdout
    again = submit("--wait")
    assert "encounter e-1: namus:MP900101, similarity 96.50, possible match, not verified, submitted before" in (
        again.stdout
    )


def test_file_of_an_earlier_version_asks_for_again(submit: Callable[..., Result], folder: Path, tmp_path: Path) -> None:
    (folder / "one.jpg").write_bytes(ONE.read_bytes())
    submit()
    journal = tmp_path / "journal.txt"
    journal.write_text("\n".join(journal.read_text().split()))
    assert "To see their encounters, add --again" in submit("--wait").stderr


def test_files_of_other_types_are_reported(submit: Callable[..., Result], folder: Path) -> None:
    (folder / "phone.HEIC").write_bytes(b"heic")
    empty = submit()
    assert (empty.exit_code, "1 .heic" in empty.stderr) == (3, True)
    (folder / "one.jpg").write_bytes(ONE.read_bytes())
    result = submit()
    assert "neither picture nor video: 1 .heic" in result.stdout
    assert f"{folder / 'phone.HEIC'}: neither picture nor video" in result.stderr
    assert result.exit_code == 6


def test_files_are_told_apart_by_their_content(submit: Callable[..., Result], folder: Path, tmp_path: Path) -> None:
    for name, codec, container in (
        ("cam1", "WMV2", "wmv"),
        ("cam2.dav", "mp4v", "mp4"),
        ("cam3.bin", "FLV1", "flv"),
        ("cam4.jpg", "mp4v", "ts"),
        ("cam5.rec", "MPG1", "mpg"),
    ):
        record(tmp_path / f"recording.{container}", noise(5), codec=codec, fps=25).rename(folder / name)
    (folder / "photo").write_bytes(ONE.read_bytes())
    (folder / "photo.mp4").write_bytes(OTHER.read_bytes())
    Image.open(ONE).save(folder / "phone.dat", "AVIF")
    (folder / "phone.jpg").write_bytes(b"\x00\x00\x00\x18ftypheic" + bytes(100))
    (folder / "to the free world.txt").write_text("The free world.")
    (folder / "Thumbs.db").write_bytes(b"what Windows leaves in folders")
    result = submit("--json")
    facts = json.loads(result.stdout)
    outcomes = {file["file"].rpartition("/")[2]: file["outcome"] for file in facts["files"]}
    assert outcomes.pop("phone.jpg") == "unusable"
    assert set(outcomes.values()) == {"submitted"}
    assert len(outcomes) == 8
    assert facts["other_files"] == [str(folder / "to the free world.txt")]
    assert result.exit_code == 6


def test_recording_that_is_cut_off_is_named_and_not_recorded_as_done(
    submit: Callable[..., Result], video: Path, folder: Path, s3: S3Client
) -> None:
    copy = folder / "walk.mp4"
    copy.write_bytes(video.read_bytes())
    move_index_to_the_front(copy)
    cut(copy, 0.6)
    for sent in (True, False):  # the second run reports it again, and sends nothing twice
        result = submit("--starts-at", "2026-11-20T10:00:00+01:00", "--json")
        assert result.exit_code == 6
        assert "walk.mp4: the recording cannot be read beyond" in result.stderr.replace(str(copy) + ": ", "walk.mp4: ")
        [file] = json.loads(result.stdout)["files"]
        assert file["outcome"] == "incomplete"
        assert bool(file["captures"]) is sent
    assert captures(s3)


def test_captures_have_the_times_of_the_recording(submit: Callable[..., Result], tmp_path: Path) -> None:
    frame = np.asarray(cv2.resize(pixels(ONE), (320, 320)), np.uint8)
    recording = record(tmp_path / "motion.flv", [frame] * 30, codec="FLV1", fps=10)
    pause_after(recording, 15, pause_s=600)
    [file] = answer(submit("--starts-at", "2026-11-27T08:00:00Z", "--json", files=recording))["files"]
    times = [each["captured_at"] for each in file["captures"]]
    assert {at[:16] for at in times} == {"2026-11-27T08:00", "2026-11-27T08:10"}
    assert len({each["track"] for each in file["captures"]}) == 2
    assert len(times) <= 4


@pytest.mark.parametrize(
    ("options", "code"), [(["--camera", "two words"], 2), (["--starts-at", "2026-11-20T10:00:00Z"], 2), ([], 3)]
)
def test_wrong_usage_and_empty_folder_have_exit_codes(
    submit: Callable[..., Result], folder: Path, options: list[str], code: int
) -> None:
    if options:
        for name in ("one.jpg", "two.jpg"):
            (folder / name).write_bytes(ONE.read_bytes())
    assert submit(*options).exit_code == code
