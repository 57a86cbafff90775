from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from homeward.fleet.coordinates import Coordinates, parse_coordinates
from tests.unit.homeward.commands.camera.conftest import listed, register

if TYPE_CHECKING:
    from pathlib import Path

    from homeward.deployment.outputs import Deployment
    from tests.support.town import Town


def test_place_of_a_camera_is_set_and_changed(fleet: Deployment, town: Town, tmp_path: Path) -> None:
    add = ("camera", "add", "cam-01", "--site", "Dock", "--folder", str(tmp_path), "--coordinates", "45.5,-122.6")
    assert town.run(*add).exit_code == 0
    row = listed(town)["cam-01"]
    assert (row["site"], row["latitude"], row["longitude"]) == ("Dock", 45.5, -122.6)
    assert town.run("camera", "set", "cam-01", "--site", "East dock").exit_code == 0
    changed = town.run("camera", "set", "cam-01", "--coordinates", "-33.86, 151.2")
    assert (changed.exit_code, changed.stdout) == (0, "changed the coordinates of cam-01\n")
    row = listed(town)["cam-01"]
    assert (row["site"], row["latitude"], row["longitude"]) == ("East dock", -33.86, 151.2)


def test_dry_run_changes_no_place(fleet: Deployment, town: Town, tmp_path: Path) -> None:
    register(fleet, tmp_path)
    assert town.run("camera", "set", "cam-01", "--site", "Elsewhere", "--dry-run").exit_code == 0
    assert listed(town)["cam-01"]["site"] != "Elsewhere"


def test_unknown_camera_and_missing_options_are_refused(town: Town) -> None:
    for options in ((), ("--dry-run",)):
        assert town.run("camera", "set", "cam-09", "--site", "Dock", *options).exit_code == 3
    assert town.run("camera", "set", "cam-09").exit_code == 2
    assert town.run("camera", "set", "cam-09", "--site", " ").exit_code == 2
    refused = town.run("camera", "set", "cam-09", "--coordinates", "here")
    assert (refused.exit_code, "LATITUDE,LONGITUDE" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45.5231,-122.6765", Coordinates(45.5231, -122.6765)),
        (" 90 , 180 ", Coordinates(90, 180)),
        ("-122.6765,45.5231", "did you mean 45.5231,-122.6765"),
        ("91,181", "no place on Earth"),
        ("nan,0", "degrees"),
        ("45.5", "degrees"),
        ("1e1,2", "degrees"),
        ("45,5,10", "degrees"),
    ],
)
def test_coordinates_are_degrees_north_and_east(text: str, expected: Coordinates | str) -> None:
    if isinstance(expected, Coordinates):
        assert parse_coordinates(text) == expected
        return
    with pytest.raises(ValueError, match=expected):
        parse_coordinates(text)
