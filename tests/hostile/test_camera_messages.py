"""Tests that a camera's message is a capture that S3 can store, or is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.common.keys import checked_capture_id
from lambdas.detection.message import BadMessageError, ReceivedCapture, RoutedMessage, decode_message
from tests.hostile.camera_messages import INPUTS, JPEG, message
from tests.hostile.corpus import check, outcome

_RECEIVED_MS = 1_795_402_801_000  # 2026-11-23T03:00:01Z
_PATHS = ["capture_id", "captured_at", "clock_synced", "track", "track.id", "track.shot", "detection.confidence"]
_VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


def receive(payload: bytes) -> ReceivedCapture:
    """Decode a message, and check that S3 can store the capture."""
    routed = RoutedMessage(payload=payload, thing="t", client_id="t", received_ms=_RECEIVED_MS)
    received = decode_message(routed, camera="cam-01")
    metadata = received.capture.to_metadata()
    checked_capture_id(received.capture.capture_id)
    assert all(value.isascii() and value.isprintable() for value in metadata.values())
    assert sum(map(len, [*metadata, *metadata.values()])) < 2_000
    return received


@pytest.mark.parametrize("name", INPUTS)
def test_message_has_its_outcome(name: str) -> None:
    check(INPUTS[name], receive, errors=BadMessageError)


@settings(max_examples=200, deadline=None)
@given(path=st.sampled_from(_PATHS), value=_VALUES)
def test_any_member_is_a_capture_or_refused(path: str, value: Any) -> None:
    found = outcome(receive, message(path, value), errors=BadMessageError)
    assert isinstance(found, BadMessageError) or found.jpeg == JPEG


@settings(max_examples=100, deadline=None)
@given(
    payload=st.binary(max_size=300) | st.dictionaries(st.text(), st.text()).map(lambda each: json.dumps(each).encode())
)
def test_any_payload_is_refused(payload: bytes) -> None:
    assert isinstance(outcome(receive, payload, errors=BadMessageError), BadMessageError)
