"""Show warnings and retries of the shared logic as text on standard error."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import stamina.instrumentation

from homeward.terminal import warn

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails


class _Terminal(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        details = [str(getattr(record, name)) for name in ("case_id", "reason") if hasattr(record, name)]
        warn(": ".join([record.getMessage(), *details]))


def show_log_lines() -> None:
    """Print warnings and retries from now on. The functions log JSON; an operator reads text."""
    logging.getLogger().addHandler(_Terminal(logging.WARNING))
    # stamina's own hook would write to standard output, between the results.
    stamina.instrumentation.set_on_retry_hooks([_show_retry])


def _show_retry(details: RetryDetails) -> None:
    if details.wait_for >= 1:
        warn(f"retrying in {details.wait_for:.0f} s: {details.caused_by}")
