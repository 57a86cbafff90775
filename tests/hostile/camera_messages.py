"""Messages of cameras, as old programs, broken disks and a stolen certificate send them."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.hostile.corpus import Accepted, Refused

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "homeward_face_1.json").read_bytes())
JPEG = base64.b64decode(GOLDEN["image"]["data"])
_REMOVED = object()


def message(path: str = "", value: Any = _REMOVED) -> bytes:
    """The golden message with another value at a path, or without that member."""
    document = copy.deepcopy(GOLDEN)
    if path:
        *parents, name = path.split(".")
        table = document
        for parent in parents:
            table = table[parent]
        if value is _REMOVED:
            del table[name]
        else:
            table[name] = value
    return json.dumps(document).encode("utf-8", "surrogatepass")


def with_picture(picture: bytes) -> bytes:
    document = copy.deepcopy(GOLDEN)
    document["image"]["data"] = base64.b64encode(picture).decode()
    document["image"]["sha256"] = hashlib.sha256(picture).hexdigest()
    return json.dumps(document).encode()


def raw(path: str, text: str) -> bytes:
    """The golden message with a value that Python's encoder would not write."""
    return message(path, "@@@").replace(b'"@@@"', text.encode())


def deeplens(**members: Any) -> bytes:
    return json.dumps({"face": base64.b64encode(JPEG).decode(), "confidence": 0.93, **members}).encode()


def _time(doubt: str | None) -> Accepted:
    return Accepted({"capture.time_doubt": doubt, "capture.capture_id": GOLDEN["capture_id"]})


_WELL = Accepted({"capture.capture_id": GOLDEN["capture_id"], "capture.camera": "cam-01", "jpeg": JPEG})
_ID = Refused("capture_id")
INPUTS: Corpus = {
    "golden": (message(), _WELL),
    "empty": (b"", Refused("truncated")),
    "null": (b"null", Refused("Expected `object`")),
    "list": (b"[]", Refused("Expected `object`")),
    "text": (b'"face"', Refused("Expected `object`")),
    "cut off": (message()[:2_000], Refused("truncated")),
    "two documents": (message() * 2, Refused("trailing")),
    "byte order mark": (b"\xef\xbb\xbf" + message(), Refused("malformed")),
    "UTF-16": (message().decode().encode("utf-16"), Refused("malformed|utf-8")),
    "Latin-1": (message("edge_version", "@").replace(b"@", b"\xe9"), Refused("utf-8|UTF-8")),
    "the picture alone": (JPEG, Refused("malformed")),
    "zeros": (bytes(1_000), Refused("malformed")),
    "50,000 lists deep": (lambda: b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}", Refused("recursion")),
    "half a surrogate pair": (raw("track.id", r'"\ud800"'), Refused("surrogate")),
    "a member twice": (message()[:-1] + b', "camera": "cam-02"}', _WELL),
    "another camera": (message("camera", "cam-02"), _WELL),
    "an unknown member": (message("x", {"a": [1] * 100}), _WELL),
    "another schema": (message("schema", "homeward.face/2"), Refused("schema")),
    "no schema": (message("schema"), Refused("schema")),
    "no id": (message("capture_id"), _ID),
    "an id that is a number": (message("capture_id", 7), _ID),
    "an id that is a path": (message("capture_id", "../../encounters/e1/c0"), _ID),
    "an id with a line break": (message("capture_id", GOLDEN["capture_id"] + "\n"), _ID),
    "an id in capitals": (message("capture_id", GOLDEN["capture_id"].upper()), _WELL),
    "an id in full width": (message("capture_id", GOLDEN["capture_id"].replace("6", "\uff16")), _ID),
    "no confidence": (message("detection.confidence"), Refused("confidence")),
    "a confidence that is text": (message("detection.confidence", "0.93"), Refused("confidence")),
    "a confidence that is true": (message("detection.confidence", value=True), Refused("confidence")),
    "a confidence of 2": (message("detection.confidence", 2), Refused("confidence")),
    "a confidence of NaN": (raw("detection.confidence", "NaN"), Refused("malformed")),
    "a confidence of 10^999": (raw("detection.confidence", "1e999"), Refused("out of range")),
    "no track": (message("track"), Accepted({"capture.track": None, "capture.shot": None})),
    "a track that is a list": (message("track", []), Refused("track")),
    "a track with a header": (message("track.id", "a\r\nx-amz-meta-known-cases: x"), _WELL),
    "a track in Chinese": (message("track.id", "\u738b"), _WELL),
    "a track of 50,000 letters": (lambda: message("track.id", "x" * 50_000), _WELL),
    "a track with a NUL": (message("track.id", "\0"), _WELL),
    "an empty track": (message("track.id", ""), _WELL),
    "a shot of 10^300": (message("track.shot", 10**300), Refused("shot")),
    "a shot of -1": (message("track.shot", -1), Refused("shot")),
    "a shot that is text": (message("track.shot", "1"), Refused("shot")),
    "a sequence of 10^300": (message("sequence", 10**300), _WELL),
    "no time": (message("captured_at"), _time("undated")),
    "a time that is a number": (message("captured_at", 1_795_402_800), _time("unreadable")),
    "a time that is an object": (message("captured_at", {"a": 1}), _time("unreadable")),
    "a time without a zone": (message("captured_at", "2026-11-23T03:00:00"), _time("unreadable")),
    "an American time": (message("captured_at", "11/23/2026 3:00 AM"), _time("unreadable")),
    "year 1": (message("captured_at", "0001-01-01T00:00:00+23:59"), _time("unreadable")),
    "year 1970": (message("captured_at", "1970-01-01T00:00:01Z"), _time("too-early")),
    "year 9999": (message("captured_at", "9999-12-31T23:59:59.999Z"), _time("future")),
    "year 9999 in the West": (message("captured_at", "9999-12-31T23:59:59-23:59"), _time("unreadable")),
    "tomorrow": (message("captured_at", "2026-11-24T03:00:00Z"), _time("future")),
    "a clock that is not set": (message("clock_synced", value=False), _time("unsynced")),
    "a clock that is set in words": (message("clock_synced", "yes"), _time("unsynced")),
    "no image": (message("image"), Refused("image")),
    "an image that is text": (message("image", GOLDEN["image"]["data"]), Refused("image")),
    "no base64": (message("image.data", "@@"), Refused("base64")),
    "base64 without its end": (message("image.data", GOLDEN["image"]["data"][:-3]), Refused("base64|digest")),
    "another digest": (message("image.sha256", "0" * 64), Refused("does not have the digest")),
    "a digest in capitals": (message("image.sha256", GOLDEN["image"]["sha256"].upper()), _WELL),
    "a digest of 100,000 letters": (lambda: message("image.sha256", "x" * 100_000), Refused("the digest")),
    "a PNG": (with_picture(b"\x89PNG\r\n\x1a\n" + bytes(100)), Refused("not a JPEG")),
    "a picture of no bytes": (with_picture(b""), Refused("not a JPEG")),
    "a picture that is HTML": (with_picture(b"<script>alert(1)</script>"), Refused("not a JPEG")),
    "a JPEG's first bytes": (with_picture(JPEG[:200]), Refused("not a whole JPEG")),
    "half a JPEG": (with_picture(JPEG[: len(JPEG) // 2]), Refused("end is missing|whole|cut|broken")),
    "bytes after the end": (with_picture(JPEG + b"<?php ?>"), _WELL),
    "a picture of 131,073 bytes": (
        lambda: with_picture(JPEG + bytes(131_073 - len(JPEG))),
        Refused("the maximum is 131072"),
    ),
    "a media type": (message("image.media_type", "image/svg+xml"), Refused("media_type")),
    "DeepLens": (deeplens(), Accepted({"capture.time_doubt": "undated", "jpeg": JPEG})),
    "DeepLens, no confidence": (b'{"face": ""}', Refused("confidence")),
    "DeepLens, a confidence that is null": (deeplens(confidence=None), Refused("confidence")),
    "DeepLens, a face that is a number": (deeplens(face=7), Refused("face")),
    "DeepLens, no picture": (deeplens(face=""), Refused("not a JPEG")),
}
