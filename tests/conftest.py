"""Setup of all test runs."""

from __future__ import annotations

import gc
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.faster_aws import share_what_tests_repeat

# What these folders and files test is slow and rarely changes: the local cloud itself, benchmarks, and taking down or
# upgrading whole deployments.
NIGHTLY = (
    "unit/local_cloud",
    "unit/benchmarks",
    "end_to_end/local_cloud",
    "end_to_end/test_own_agency_file.py",
    "end_to_end/test_take_down.py",
    "upgrade",
)


def pytest_configure(config: pytest.Config) -> None:
    """Restore the handler of SIGINT, which a background job of a shell ignores, and set up what all tests share."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    share_what_tests_repeat()
    if config.option.markexpr == "not nightly":
        # The same examples in each run: a change must not fail for what it did not touch. Nightly runs try new ones.
        settings.register_profile("gate", derandomize=True)
        settings.load_profile("gate")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of `NIGHTLY`, before `-m` selects."""
    nightly = [Path(__file__).parent / name for name in NIGHTLY]
    for item in items:
        if any(item.path.is_relative_to(place) for place in nightly):
            item.add_marker(pytest.mark.nightly)


def pytest_collection_finish() -> None:
    """Collect garbage less often: with the modules of boto3, moto and the CDK, it was a quarter of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
