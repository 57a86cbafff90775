"""`homeward-edge replay`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from tests.edge.conftest import FACES
from tests.edge.support.command_line import homeward_edge
from tests.edge.support.recordings import cut, move_index_to_the_front, record
from tests.support.rekognition_client import group_photo

if TYPE_CHECKING:
    from pathlib import Path


def test_replay_lists_the_captures_and_writes_their_crops(two_passers_by: Path, tmp_path: Path) -> None:
    result = homeward_edge("replay", str(two_passers_by), "--crops", str(tmp_path / "crops"), "--json")
    rows = json.loads(result.stdout)
    assert len({row["track"] for row in rows}) == 2
    assert sorted(path.name for path in (tmp_path / "crops").iterdir()) == sorted(
        f"{row['track']}-{row['shot']}.jpg" for row in rows
    )
    fewer = json.loads(homeward_edge("replay", str(two_passers_by), "--set", "faces.min_px=400", "--json").stdout)
    assert fewer == []


def test_small_faces_of_a_large_recording_are_captured(tmp_path: Path) -> None:
    portrait = np.asarray(cv2.imread(str(FACES / "male" / "1.jpg")), np.uint8)
    frame = group_photo(portrait, size=(3840, 2160), count=3, side=100)
    recording = record(tmp_path / "hall.mp4", [frame] * 4, codec="mp4v")
    rows = json.loads(homeward_edge("replay", str(recording), "--json").stdout)
    assert len({row["track"] for row in rows}) == 3


def test_recording_that_is_cut_off_is_replayed_and_named(two_passers_by: Path, tmp_path: Path) -> None:
    copy = tmp_path / "walk.mp4"
    copy.write_bytes(two_passers_by.read_bytes())
    move_index_to_the_front(copy)
    cut(copy, 0.5)
    result = homeward_edge("replay", str(copy), "--crops", str(tmp_path / "crops"), "--json")
    assert result.exit_code == 6
    assert json.loads(result.stdout)
    assert f"homeward-edge: {copy}: the recording cannot be read beyond" in result.stderr
    assert {file.stat().st_mode & 0o077 for file in (tmp_path / "crops").iterdir()} == {0}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_settings_file_is_read_as_editors_save_it(two_passers_by: Path, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "camera.toml"
    file.write_bytes("[faces] # für die Tür\nmin_px = 400\n".encode(encoding))
    result = homeward_edge("replay", str(two_passers_by), "--config", str(file), "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_settings_file_in_another_encoding_is_refused_in_one_line(two_passers_by: Path, tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    file.write_bytes("# für die Tür".encode("cp1252"))
    result = homeward_edge("replay", str(two_passers_by), "--config", str(file))
    assert (result.exit_code, result.stderr) == (
        2,
        f"homeward-edge: {file} is not UTF-8 (invalid start byte at byte 3)\n",
    )


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("mqtt.port", "write KEY=VALUE"),
        ("rtsp://admin:secret@10.0.0.7/s", "--set rtsp://10.0.0.7/s: write KEY=VALUE"),
        ("pace=" + "9" * 5_000, "pace: '999"),
        ("pace=" + "[" * 5_000, "pace: '[[["),
        ("mqtt.port=high", "mqtt.port: 'high' is not allowed: must be a whole number"),
        ("faces.min_confidence=0.5", "faces.min_confidence: 0.5 is not allowed: must be greater than or equal to 0.8"),
        ("camera.x=1", "camera.x: camera is not a table of settings"),
        ("outbox.most_mb=5", "outbox.most_mb: renamed to outbox.max_mb"),
        ("outbox.oldest_h=5", "outbox.oldest_h: renamed to outbox.max_age_h"),
        ("shots.most=5", "shots.most: renamed to shots.max_per_track"),
        ("detection.kind=no.such:Thing", "neither 'yunet' nor 'package.module:Class'"),
    ],
)
def test_invalid_setting_is_reported_in_one_line(two_passers_by: Path, assignment: str, said: str) -> None:
    result = homeward_edge("replay", str(two_passers_by), "--set", assignment)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_name_of_a_file_reaches_the_terminal_without_controls(tmp_path: Path) -> None:
    recording = tmp_path / "walk\x1b[2J\u202e\nhomeward-edge: all is well.mp4"
    recording.write_bytes(b"no recording")
    result = homeward_edge("replay", str(recording))
    assert result.exit_code != 0
    assert result.stderr.rstrip("\n").isprintable()
