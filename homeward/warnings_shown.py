"""What the logic logs as a warning, as one line on standard error: which case could not be fetched, and why."""

from __future__ import annotations

import logging

from homeward.options import messages


class _Messages(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        details = [str(getattr(record, name)) for name in ("case_id", "reason") if hasattr(record, name)]
        text = ": ".join([record.getMessage(), *details])
        messages.print(f"homeward: {text}", style="yellow", soft_wrap=True, markup=False)


def show_warnings() -> None:
    """Show warnings from here on; other programs' log lines are JSON, an operator reads text."""
    logging.getLogger().addHandler(_Messages(logging.WARNING))
