"""The key and the metadata of objects in the detection bucket, as other systems write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lambdas.common.keys import STORED
from tests.hostile.corpus import Accepted, Outcome, Refused

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

KEY = "captures/tip-line/a.jpg"
OURS = f"captures/cam-01/{STORED}2026-11-23/a.jpg"


def of(key: str = KEY, **metadata: str) -> tuple[str, dict[str, str]]:
    return key, {name.replace("_", "-"): value for name, value in metadata.items()}


def _doubt(doubt: str | None) -> Outcome:
    return Accepted({"time_doubt": doubt, "camera": "tip-line"})


_KEY = Refused("is not a capture's key")
_ID = Refused("capture-id .* is not allowed")
_SEEN_AT_3 = Accepted({"seen_since": datetime(2026, 11, 23, 3, tzinfo=UTC)})
INPUTS: Corpus = {
    "nothing": (of(), _doubt("undated")),
    "a key of another prefix": (of("encounters/e1/a.jpg"), _KEY),
    "a key without a camera": (of("captures/a.jpg"), _KEY),
    "a key with an empty camera": (of("captures//a.jpg"), _KEY),
    "a key that climbs": (of("captures/../encounters/e1/a.jpg"), _KEY),
    "a key in Chinese": (of("captures/\u738b/a.jpg"), _KEY),
    "a camera with a line break": (of("captures/cam\n01/a.jpg"), _KEY),
    "a camera of 200 letters": (of(f"captures/{'x' * 200}/a.jpg"), _KEY),
    "a name in Chinese": (of("captures/tip-line/\u738b \u202e.jpg"), _doubt("undated")),
    "a name that climbs": (of("captures/tip-line/../../a.jpg"), _doubt("undated")),
    "another camera": (of(camera="cam-01"), Accepted({"camera": "tip-line"})),
    "an id": (of(capture_id="my-1"), Accepted({"capture_id": "my-1"})),
    "an empty id": (of(capture_id=""), _doubt("undated")),
    "an id that is a path": (of(capture_id="../../confirmed/e1/c0"), _ID),
    "an id with a line break": (of(capture_id="a\n"), _ID),
    "an id with a space": (of(capture_id="a b"), _ID),
    "an id in Chinese": (of(capture_id="\u738b"), _ID),
    "an id of 129 letters": (of(capture_id="x" * 129), _ID),
    "an id with a terminal sequence": (of(capture_id="\x1b[2J"), _ID),
    "a confidence": (of(confidence="0.5"), Accepted({"confidence": 0.5})),
    "a confidence in words": (of(confidence="high"), Refused("could not convert")),
    "a confidence in percent": (of(confidence="93"), Refused("confidence 93.0 is not from 0 to 1")),
    "a confidence of NaN": (of(confidence="nan"), Refused("confidence nan")),
    "a confidence of 10^999": (of(confidence="1e999"), Refused("confidence inf")),
    "a confidence below 0": (of(confidence="-0.1"), Refused("confidence -0.1")),
    "an empty confidence": (of(confidence=""), Refused("could not convert")),
    "a confidence with a comma": (of(confidence="0,9"), Refused("could not convert")),
    "a shot": (of(shot="3"), Accepted({"shot": 3})),
    "a shot in words": (of(shot="three"), Refused("invalid literal")),
    "a shot of -1": (of(shot="-1"), Refused("shot is not from 0")),
    "a shot of 1,500 digits": (of(shot="9" * 1_500), Refused("shot is not from 0")),
    "a shot of 5,000 digits": (of(shot="9" * 5_000), Refused("Exceeds the limit")),
    "a dwell": (of(dwell_s="2.4"), Accepted({"dwell_s": 2.4})),
    "a dwell in words": (of(dwell_s="long"), Refused("could not convert")),
    "a dwell of NaN": (of(captured_at="2026-11-23T03:00:00Z", dwell_s="nan"), _SEEN_AT_3),
    "a dwell of 10^999": (of(captured_at="2026-11-23T03:00:00Z", dwell_s="1e999"), _SEEN_AT_3),
    "a dwell below 0": (of(captured_at="2026-11-23T03:00:00Z", dwell_s="-9"), _SEEN_AT_3),
    "a time": (of(captured_at="2026-11-23T03:00:00Z"), _doubt(None)),
    "a time of Exif": (of(captured_at="2026:11:23 03:00:00"), _doubt("unreadable")),
    "an American time": (of(captured_at="11/23/2026"), _doubt("unreadable")),
    "an empty time, as of an empty form": (of(captured_at=""), _doubt("undated")),
    "year 1": (of(captured_at="0001-01-01T00:00:00Z"), _doubt("too-early")),
    "year 1 in the East": (of(captured_at="0001-01-01T00:00:00+23:59"), _doubt("unreadable")),
    "year 9999": (of(captured_at="9999-12-31T23:59:59Z"), _doubt("future")),
    "next year": (of(captured_at="2027-11-23T03:00:00Z"), _doubt("future")),
    "a doubt": (of(captured_at="2026-11-23T03:00:00Z", time_doubt="unsynced"), _doubt("unsynced")),
    "a doubt that is none": (of(captured_at="2026-11-23T03:00:00Z", time_doubt="<b>"), _doubt(None)),
    "known cases of a stranger": (of(known_cases="namus:MP1"), Accepted({"known_cases": frozenset()})),
    "known cases of our own": (of(OURS, known_cases="namus:MP1"), Accepted({"known_cases": frozenset({"namus:MP1"})})),
    "a digest of a stranger": (of(sha256="0" * 64), Accepted({"sha256": None})),
    "a reception of a stranger": (of(received_at="2001-01-02T00:00:00Z"), Accepted({"received_at.year": 2026})),
    "a storage of a stranger": (of(stored_at="2001-01-02T00:00:00Z"), Accepted({"stored_at.year": 2026})),
    "a track of a stranger": (of(track="t-1"), Accepted({"track": "sent-46e9bc3476c92ea24fb17adac6cd9cda"})),
    "a track of 2,000 letters": (of(track="x" * 2_000), Accepted({"camera": "tip-line"})),
    "a track with half a surrogate pair": (of(track="\ud800"), Accepted({"camera": "tip-line"})),
    "unknown metadata": (of(x="y" * 1_900), _doubt("undated")),
}
