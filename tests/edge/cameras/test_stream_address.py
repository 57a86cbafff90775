"""Any password works in the address of a network camera, and none is shown."""

from __future__ import annotations

import string
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge_device.cameras.stream_address import playable, redacted

passwords = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "[]#/?@:&=+ é\\'\"<>{}|^`~!$()*,;"), min_size=8
)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://admin:pass@10.0.0.1:554/h264", "rtsp://10.0.0.1:554/h264"),
        ("rtsp://admin:p[w@10.0.0.7/s", "rtsp://10.0.0.7/s"),
        ("rtsp://admin:pa#ss1@10.0.0.7:554/Streaming/Channels/101", "rtsp://10.0.0.7:554/Streaming/Channels/101"),
        ("rtsp://admin:p/a?s@10.0.0.7/stream", "rtsp://10.0.0.7/stream"),
        ("rtsp://:secret@10.0.0.7/s", "rtsp://10.0.0.7/s"),
        ("rtsp://10.0.0.7/user=admin&password=secret1&channel=1&stream=0.sdp", "rtsp://10.0.0.7/user..."),
        ("http://10.0.0.7/cgi-bin/snapshot.cgi?user=admin&pwd=secret1", "http://10.0.0.7/cgi-bin/snapshot.cgi..."),
        ("rtsp:/admin:secret@10.0.0.7/s", "rtsp://10.0.0.7/s"),  # mistyped
        ("admin:secret@10.0.0.7/s", "10.0.0.7/s"),
        ("0", "0"),
        ("walk.mp4", "walk.mp4"),
        ("/media/walk@2.mp4", "/media/walk@2.mp4"),
    ],
)
def test_user_password_and_parameters_are_not_shown(source: str, shown: str) -> None:
    assert redacted(source) == shown


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://10.0.0.7/stream@2",
        "rtsp://cam/stream@2",
        "rtsp://cam-7.local:8554/live",
        "rtsp://admin:p%40ss@10.0.0.7/s",
        "rtsp://admin:pass@10.0.0.7/s@1",
        "http://[fe80::1]:80/video",
        "rtsp://10.0.0.7/user=admin&password=secret1",
    ],
)
def test_address_that_ffmpeg_understands_is_not_changed(source: str) -> None:
    assert playable(source) == source


@given(passwords, st.sampled_from(["10.0.0.7", "10.0.0.7:554", "[fe80::1]:554", "cam-7.lan", "localhost:8554"]))
@example("12#secret", "10.0.0.7")
@example("secret@1/x", "cam-7.lan")
def test_any_password_is_encoded_and_never_shown(password: str, host: str) -> None:
    source = f"rtsp://admin:{password}@{host}/s"
    parts = urlsplit(playable(source))
    assert (parts.username, unquote(parts.password or "")) == ("admin", password)
    assert parts.netloc.rpartition("@")[2] == host
    assert redacted(source) == f"rtsp://{host}/s"


def test_percent_sign_that_encodes_nothing_is_a_character_of_the_password() -> None:
    assert playable("rtsp://admin:100%@10.0.0.7/s") == "rtsp://admin:100%25@10.0.0.7/s"
