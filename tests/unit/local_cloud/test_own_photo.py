"""What the demo says about the user's own picture."""

from __future__ import annotations

import pytest

from local_cloud.demo.own_photo import OwnPhoto


@pytest.mark.parametrize(
    ("indexed", "reason", "similarity", "said"),
    [
        (False, "NO_FACE_FOUND", None, "not indexed: NO_FACE_FOUND"),
        (False, None, None, "not indexed: not known"),
        (True, None, 98.76, "indexed, and matched with similarity 98.8"),
        (True, None, None, "indexed. Nobody who passed resembles it."),
    ],
)
def test_outcome_is_said_in_words(*, indexed: bool, reason: str | None, similarity: float | None, said: str) -> None:
    outcome = OwnPhoto(case_id="namus:MP990001", indexed=indexed, reason=reason, similarity=similarity)
    assert outcome.lines()[0].startswith(f"namus:MP990001: {said}")
