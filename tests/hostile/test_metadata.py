"""Tests that metadata of an object is a capture that S3 can store again, or is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.detection.capture import Capture, capture_of_object
from tests.hostile.corpus import check, outcome
from tests.hostile.metadata import INPUTS, KEY

_AT = datetime(2026, 11, 23, 3, 0, 1, tzinfo=UTC)
_NAMES = [
    "capture-id",
    "camera",
    "captured-at",
    "time-doubt",
    "received-at",
    "stored-at",
    "confidence",
    "track",
    "shot",
    "dwell-s",
]


def read(given_object: tuple[str, dict[str, str]]) -> Capture:
    """Read a capture, and check that its record fits into the metadata of the sighting's picture."""
    key, metadata = given_object
    capture = capture_of_object(key, etag='"e"', last_modified=_AT, metadata=metadata)
    written = capture.to_metadata()
    assert sum(map(len, [*written, *written.values()])) < 2_000
    return capture


@pytest.mark.parametrize("name", INPUTS)
def test_metadata_has_its_outcome(name: str) -> None:
    check(INPUTS[name], read, errors=ValueError)


# S3 delivers metadata as ASCII.
@settings(max_examples=300, deadline=None)
@given(
    key=st.sampled_from([KEY, "captures/", ""]) | st.text(max_size=60).map(lambda text: f"captures/{text}"),
    metadata=st.dictionaries(
        st.sampled_from([*_NAMES, "known-cases", "sha256"]),
        st.text(alphabet=st.characters(codec="ascii"), max_size=80)
        | st.sampled_from(["1", "0.5", "nan", "9999-12-31"]),
    ),
)
def test_any_metadata_is_a_capture_or_refused(key: str, metadata: dict[str, str]) -> None:
    found = outcome(read, (key, metadata), errors=ValueError)
    assert isinstance(found, ValueError) or key.startswith(f"captures/{found.camera}/")
