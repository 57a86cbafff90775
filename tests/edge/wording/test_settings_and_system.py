"""What an installer reads about a wrong setting, or a file that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edge_device.settings import SettingsError, read_settings
from edge_device.wording.system import os_error_in_words
from tests.edge.support.command_line import homeward_edge

if TYPE_CHECKING:
    from pathlib import Path


def refusal(tmp_path: Path, text: str) -> str:
    file = tmp_path / "camera.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as refused:
        read_settings(file, {})
    return str(refused.value).removeprefix(f"{file}: ")


def test_webcam_number_needs_no_quotation_marks(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    file.write_text('camera = "cam-01"\nsource = 0\n')
    assert read_settings(file, {}).source == "0"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "[faces]\nmin_confidence = 85",
            "85 is not allowed: must be less than 1; did you mean 0.85?",
        ),
        ("[mqtt]\nprot = 8883", "mqtt.prot: unknown setting; did you mean port?"),
        ('endpoint = "x"', "endpoint: unknown setting; it belongs in [mqtt]"),
        ("[mqtt]\nsource = 0", "mqtt.source: unknown setting; it belongs at the top of the file, before the first"),
        (
            'pace = "realtime"',
            "pace: 'realtime' is not allowed: must be 'real-time' or 'fast'; did you mean real",
        ),
        ("[motion]\nenabled = 'maybe'", "motion.enabled: 'maybe' is not allowed: must be true or false"),
        (
            '[mqtt]\nendpoint = "https://a1-ats.iot.us-east-1.amazonaws.com"',
            "must be a host name alone, without https:// and port; the port is mqtt.port",
        ),
        ('[mqtt]\nendpoint = "localhost:8883"', "must be a host name alone"),
        ("[mqtt]\nport = 88830", "mqtt.port: 88830 is not allowed: must be less than or equal to 65535"),
    ],
)
def test_wrong_setting_is_told_in_words(tmp_path: Path, line: str, said: str) -> None:
    assert said in refusal(tmp_path, f'camera = "cam-01"\n{"source = 1" if "source" not in line else ""}\n{line}\n')


def test_password_of_a_wrong_source_is_not_shown(tmp_path: Path) -> None:
    said = refusal(tmp_path, 'camera = "cam-01"\nsource = ["rtsp://admin:secret@10.0.0.7/s"]\n')
    assert said == "source: the value is not allowed: must be text in quotation marks"


def test_forbidden_file_is_told_without_an_error_number() -> None:
    said = os_error_in_words(PermissionError(13, "Permission denied", "/etc/homeward-edge/cam-01.key"))
    assert said.startswith("/etc/homeward-edge/cam-01.key: this user (")
    assert said.endswith("may not use it; use sudo, or run as the user homeward-edge")


def test_live_view_prints_its_link(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret\n")
    options = ("--set", "camera=cam-01", "--set", "source=0", "--set", f"live_view.token_file={token}")
    assert homeward_edge("live-view", *options, "--set", "live_view.port=8090").stdout == (
        "http://127.0.0.1:8090/?token=secret\n"
    )
    assert homeward_edge("live-view", *options).exit_code == 2


def test_version_is_printed() -> None:
    assert homeward_edge("--version").stdout.startswith("homeward-edge 0.")
