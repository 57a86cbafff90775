"""What the logic logs, as one line on standard error: which case could not be fetched and why, what is tried again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import stamina.instrumentation

from homeward.options import messages

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails


class _Messages(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        details = [str(getattr(record, name)) for name in ("case_id", "reason") if hasattr(record, name)]
        _show(": ".join([record.getMessage(), *details]))


def show_warnings() -> None:
    """Show them from here on; other programs' log lines are JSON, an operator reads text."""
    logging.getLogger().addHandler(_Messages(logging.WARNING))
    # stamina's own hook would write to standard output, into the results.
    stamina.instrumentation.set_on_retry_hooks([_show_retry])


def _show_retry(details: RetryDetails) -> None:
    if details.wait_for >= 1:
        _show(f"trying again in {details.wait_for:.0f} s: {details.caused_by}")


def _show(text: str) -> None:
    messages.print(f"homeward: {text}", style="yellow", soft_wrap=True, markup=False)
