"""Fixtures of all Lambda packages: pictures, a web server, and retries without waiting."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from PIL import Image

from tests.support.website import Website

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Build a JPEG (or another format) that depends on the seed."""

    def make(seed: int = 0, size: tuple[int, int] = (200, 240), file_format: str = "JPEG", **options: Any) -> bytes:
        image = Image.new("RGB", size, (seed * 37 % 256, seed * 91 % 256, 90))
        encoded = io.BytesIO()
        image.save(encoded, file_format, **options)
        return encoded.getvalue()

    return make


@pytest.fixture
def website() -> Website:
    return Website()
