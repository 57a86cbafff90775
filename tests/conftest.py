"""For all tests."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Take Ctrl-C as usual, whoever started us: a shell's background job ignores it, and our children would as well."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
