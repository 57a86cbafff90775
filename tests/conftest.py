"""Setup of all test runs."""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Restore the handler of SIGINT. A background job of a shell ignores SIGINT, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Collect garbage less often: with the modules of boto3, moto and the CDK, it was a quarter of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
