"""`homeward-edge replay`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.edge.support.command_line import homeward_edge

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


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("mqtt.port", "write KEY=VALUE"),
        ("mqtt.port=high", "mqtt.port: Input should be a valid integer"),
        ("faces.min_confidence=0.5", "faces.min_confidence: Input should be greater than or equal to 0.8"),
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
