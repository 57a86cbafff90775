"""`homeward-edge run`, from a video to acknowledged messages, with a real broker."""

import base64
import json
import re
from pathlib import Path

import cv2
import numpy as np

from edge_device.detector import YuNet
from tests.edge.support.broker import Broker, Observer, free_port, wait_until
from tests.edge.support.command_line import homeward_edge
from tests.support.certificates import Authority


def run_options(video: Path, authority: Authority, *, port: int, outbox: Path, camera: str = "cam-01") -> list[str]:
    identity = authority.issue(camera)
    return [
        *("run", "--source", str(video), "--camera", camera, "--pace", "fast", "--json", "--outbox", str(outbox)),
        *("--endpoint", "127.0.0.1", "--port", str(port), "--ca", str(authority.ca)),
        *("--cert", str(identity.certificate), "--key", str(identity.key)),
    ]


def test_each_passer_by_gives_one_to_three_messages(
    two_passers_by: Path, broker: Broker, authority: Authority, tmp_path: Path
) -> None:
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    result = homeward_edge(*run_options(two_passers_by, authority, port=broker.port, outbox=tmp_path / "outbox.db"))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    wait_until(lambda: len(observer.messages) >= report["published"])
    observer.close()

    assert sorted(observer.capture_ids()) == sorted(capture["capture_id"] for capture in report["captures"])
    assert report["waiting"] == 0
    shots_of_track: dict[str, int] = {}
    for _, message in observer.messages:
        shots_of_track[message["track"]["id"]] = shots_of_track.get(message["track"]["id"], 0) + 1
    assert len(shots_of_track) == 2
    assert all(1 <= shots <= 3 for shots in shots_of_track.values())
    sequences = [message["sequence"] for _, message in observer.messages]
    assert sequences == list(range(1, len(sequences) + 1))


def test_each_crop_shows_one_face_where_the_message_says(
    two_passers_by: Path, broker: Broker, authority: Authority, tmp_path: Path
) -> None:
    observer = Observer(broker, "homeward/v1/cam-01/faces")
    options = run_options(two_passers_by, authority, port=broker.port, outbox=tmp_path / "outbox.db")
    assert homeward_edge(*options).exit_code == 0
    observer.close()
    assert observer.messages
    for _, message in observer.messages:
        jpeg = np.frombuffer(base64.b64decode(message["image"]["data"]), np.uint8)
        picture = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
        assert picture is not None
        (face,) = YuNet().detect(np.asarray(picture, np.uint8))
        x, y, width, height = message["detection"]["face_in_crop_px"]
        assert abs(face.box.x + face.box.width / 2 - x - width / 2) < width / 4
        assert abs(face.box.y + face.box.height / 2 - y - height / 2) < height / 4


def test_captures_wait_in_the_outbox_without_a_broker(
    two_passers_by: Path, authority: Authority, tmp_path: Path
) -> None:
    options = run_options(two_passers_by, authority, port=free_port(), outbox=tmp_path / "outbox.db")
    result = homeward_edge(*options, "--drain-timeout", "0.1")
    assert result.exit_code == 3
    assert "homeward-edge outbox flush" in result.stderr
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["waiting"] == len(report["captures"]) > 0


def test_invalid_settings_are_named_with_what_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    file.write_text('camera = "cam 01"\nsource = "0"\nspeed = 3\n')
    result = homeward_edge("run", "--config", str(file))
    assert result.exit_code == 2
    allowed = "must be letters, digits, '-', '_' and ':', at most 128; did you mean cam-01?"
    assert f"{file}: camera: 'cam 01' is not allowed: {allowed}" in result.stderr
    assert f"{file}: speed: unknown setting; the known keys are camera, " in result.stderr


def test_missing_video_is_named(tmp_path: Path) -> None:
    options = ["--camera", "cam-01", "--publisher", "stdout", "--outbox", str(tmp_path / "outbox.db")]
    result = homeward_edge("run", "--source", "/nowhere/walk.mp4", *options)
    assert result.exit_code == 1
    assert "/nowhere/walk.mp4 does not exist" in result.stderr


def test_run_ends_with_a_summary(two_passers_by: Path, broker: Broker, authority: Authority, tmp_path: Path) -> None:
    options = run_options(two_passers_by, authority, port=broker.port, outbox=tmp_path / "outbox.db")
    view = ("--live-view", "0", "--set", f"live_view.token_file={tmp_path}/token")
    result = homeward_edge(*(option for option in options if option != "--json"), *view)
    assert re.search(r"(?m)^cam-01: \d+ frames, 2 people, (\d+) captures: \1 acknowledged, 0 waiting$", result.stdout)
    assert re.search(r"(?m)^Live view: http://127\.0\.0\.1:\d+/\?token=[\w-]{32}$", result.stderr)
