"""The settings files of cameras, as installers, editors and scripts write them."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from tests.hostile.corpus import Accepted, Refused

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

PLAIN = 'camera = "cam-01"\nsource = "video.mp4"\n'
_PLAIN = Accepted({"camera": "cam-01", "source": "video.mp4", "mqtt.port": 8883})


def plain(more: str) -> bytes:
    return (PLAIN + more).encode()


def camera(name: str) -> bytes:
    return f'camera = "{name}"\nsource = "x"\n'.encode()


_NOT_TOML = Refused("is not TOML")
INPUTS: Corpus = {
    "plain": (plain(""), _PLAIN),
    "empty": (b"", Refused("camera: missing")),
    "byte order mark": (codecs.BOM_UTF8 + plain(""), _PLAIN),
    "UTF-16 with a mark": (PLAIN.encode("utf-16"), _PLAIN),
    "UTF-16 without a mark": (PLAIN.encode("utf-16-le"), _PLAIN),
    "UTF-16, big end first": (codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), _PLAIN),
    "UTF-16 that is cut off": (PLAIN.encode("utf-16")[:-1], Refused("is not UTF-16")),
    "UTF-32": (PLAIN.encode("utf-32"), Refused("is not (TOML|UTF)")),
    "Windows-1252": ('source = "caf\u00e9"'.encode("cp1252"), Refused("is not UTF-8")),
    "half a surrogate pair": (b'source = "\xed\xa0\x80"', Refused("is not UTF-8")),
    "half a surrogate pair, escaped": (rb'source = "\ud800"', _NOT_TOML),
    "line ends of Windows": (PLAIN.replace("\n", "\r\n").encode(), _PLAIN),
    "line ends of old Macs": (PLAIN.replace("\n", "\r").encode(), _NOT_TOML),
    "smart quotes": ("camera = \u201ccam-01\u201d".encode(), _NOT_TOML),
    "INI": (b"[camera]\nname: x", _NOT_TOML),
    "JSON": (b'{"camera": "cam-01"}', _NOT_TOML),
    "a picture": (b"\xff\xd8\xff\xe0" + bytes(100), Refused("is not UTF-8")),
    "zeros": (bytes(100), Refused("is not")),
    "5,000 lists deep": (lambda: plain("a = " + "[" * 5_000), Refused("nested too deeply")),
    "5,000 tables deep": (lambda: plain("[" + ".".join(["a"] * 5_000) + "]\n"), Refused("unknown setting|too deeply")),
    "a key of 5,000 parts": (lambda: ".".join(["a"] * 5_000).encode() + b" = 1\n" + plain(""), Refused("too deeply")),
    "a number of 5,000 digits": (lambda: plain("pace = " + "9" * 5_000), _NOT_TOML),
    "2 MB of comments": (lambda: plain("#" * 2_000_000), Refused("is too large: the maximum is 1,000,000 bytes")),
    "a device that never ends": ("/dev/zero", Refused("is too large")),
    "a folder": ("/", Refused("cannot read /: it is a folder")),
    "no file": ("/nonexistent.toml", Refused("cannot read .*: it does not exist")),
    "a key twice": (plain('camera = "b"\n'), _NOT_TOML),
    "an impossible day": (plain("pace = 2026-02-30"), _NOT_TOML),
    "a day as a name": (b'camera = 2026-02-03\nsource = "x"', Refused("camera: .* must be text in quotation marks")),
    "an unknown key": (plain("sourec = 1"), Refused("sourec: unknown setting; did you mean source")),
    "a key with a line break": (plain(r'"a\nb" = 1'), Refused(r"'a\\nb': unknown setting")),
    "a key with a terminal sequence": (plain(r'"\u001b[2J" = 1'), Refused(r"'\\x1b\[2J': unknown")),
    "a key with bidirectional controls": (plain(r'"\u202ea" = 1'), Refused("'.u202ea': unknown")),
    "a table that is a number": (plain("mqtt = 5"), Refused("mqtt: ")),
    "a table that is a list": (plain("[[mqtt]]\nport = 1"), Refused("mqtt: ")),
    "a port that is text": (plain('[mqtt]\nport = "eight"'), Refused("mqtt.port: ")),
    "a port in quotes": (plain('[mqtt]\nport = "8884"'), Accepted({"mqtt.port": 8884})),
    "a port of 70,000": (plain("[mqtt]\nport = 70000"), Refused("mqtt.port: ")),
    "a port of -1": (plain("[mqtt]\nport = -1"), Refused("mqtt.port: ")),
    "an outbox without bound": (plain("[outbox]\nmax_mb = inf"), Refused("outbox.max_mb: .*finite")),
    "an outbox of 1e308 MB": (plain("[outbox]\nmax_mb = 1e308"), Refused("outbox.max_mb: .*less")),
    "health reports after 1e308 seconds": (plain("[health]\nevery_s = 1e308"), Refused("health.every_s: .*less")),
    "an outbox of NaN": (plain("[outbox]\nmax_age_h = nan"), Refused("outbox.max_age_h: .*finite")),
    "an outbox of no size": (plain("[outbox]\nmax_mb = 0"), Refused("outbox.max_mb: ")),
    "health reports that never come": (plain("[health]\nevery_s = inf"), Refused("health.every_s: .*finite")),
    "a renamed setting": (plain("[outbox]\nmost_mb = 5"), Refused("outbox.most_mb: renamed to outbox.max_mb")),
    "a NUL in a path": (plain(r"[outbox]" + "\n" + r'path = "a\u0000b"'), Refused("outbox.path: .*NUL")),
    "a NUL in the source": (rb'camera = "c"' + b"\n" + rb'source = "\u0000"', Refused("source: .*NUL")),
    "a camera with a slash": (camera("a/b"), Refused("camera: ")),
    "a camera with a wildcard": (camera("#"), Refused("camera: ")),
    "a camera with a line break": (camera(r"cam\n"), Refused("camera: ")),
    "a camera in Cyrillic": (camera("\u0441\u0430m"), Refused("camera: ")),
    "a camera of 129 letters": (camera("x" * 129), Refused("camera: ")),
    "a camera without a name": (camera(""), Refused("camera: ")),
    "a zone of two corners": (plain("[zones]\nmasks = [[[0.1, 0.1], [0.2, 0.2]]]"), Refused("zones.masks.0: ")),
    "a zone outside the frame": (plain("[zones]\nmasks = [[[0, 0], [2, 0], [1, 1]]]"), Refused("zones.masks.0.1.0: ")),
    "a confidence of NaN": (plain("[faces]\nmin_confidence = nan"), Refused("faces.min_confidence: ")),
    "a confidence of 2": (plain("[faces]\nmin_confidence = 2"), Refused("faces.min_confidence: ")),
}
