"""Fixtures of the detection tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.lambdas.detection.captures import Gallery

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def gallery(aws: None) -> Iterator[Gallery]:
    gallery = Gallery()
    with gallery.stubber:
        yield gallery
        gallery.stubber.assert_no_pending_responses()
