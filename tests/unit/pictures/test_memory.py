"""The memory of a picture is known from its header. Each bomb is decoded in a process of its own, and its peak read."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from pictures.decode import LARGE_MEMORY, SMALL_MEMORY, decode
from pictures.errors import BrokenPictureError, TooLargePictureError, UnreadablePictureError
from pictures.memory import MB
from tests.unit.pictures.bombs import DECODED, REFUSED, png

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """
import resource, sys
from PIL import features
from lambdas.common.photos import UnusablePhotoError, prepare_photo
data = open(sys.argv[1], "rb").read()
features.get_supported()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    prepare_photo(data)
    outcome = "decoded"
except UnusablePhotoError as error:
    outcome = f"refused: {error}"
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024, outcome)
"""


def peak(data: bytes, tmp_path: Path) -> tuple[int, str]:
    """Prepare a photo in a process of its own. Return the growth of its memory, and the outcome."""
    file = tmp_path / "picture"
    file.write_bytes(data)
    command = [sys.executable, "-c", _PROGRAM, str(file)]
    memory, _, outcome = subprocess.run(command, capture_output=True, text=True, check=True).stdout.partition(" ")
    return int(memory), outcome.strip()


@pytest.mark.parametrize("name", REFUSED)
def test_bomb_is_refused_without_decoding_it(name: str) -> None:
    data, started = REFUSED[name](), time.thread_time()
    with pytest.raises(UnreadablePictureError, match=r"too large|too many scans|its tags|with compression|supported"):
        decode(data)
    assert time.thread_time() - started < 0.5


def test_refused_bomb_takes_no_memory(tmp_path: Path) -> None:
    memory, outcome = peak(REFUSED["WebP of 4 GB in 90 bytes"](), tmp_path)
    assert outcome.startswith("refused: too large: to decode its 16383x16383 px takes 4,2")
    assert memory < 5 * MB


@pytest.mark.parametrize("name", DECODED)
def test_large_picture_is_decoded_within_the_memory(name: str, tmp_path: Path) -> None:
    memory, outcome = peak(DECODED[name](), tmp_path)
    assert outcome == "decoded" or outcome.startswith("refused: too small")
    assert memory < SMALL_MEMORY + 20 * MB


def test_limit_depends_on_what_the_caller_allows() -> None:
    data = png(9_000, 6_000)
    assert decode(data, max_memory=LARGE_MEMORY).image.size == (9_000, 6_000)
    with pytest.raises(TooLargePictureError, match=r"9000x6000 px takes 432 MB; the maximum is 350 MB. Save it"):
        decode(data)


def test_avif_that_is_damaged_is_a_broken_image() -> None:
    file = io.BytesIO()
    Image.effect_noise((90, 90), 60).convert("RGB").save(file, "AVIF")
    data = file.getvalue()
    damaged = data[: data.index(b"mdat") + 4].ljust(len(data), b"\0")
    with pytest.raises(BrokenPictureError, match="broken image: "):
        decode(damaged)
