"""Runs `homeward-edge` in this process."""

from __future__ import annotations

import structlog
from typer.testing import CliRunner, Result

from edge_device.cli import app


def homeward_edge(*arguments: str, stdin: str | None = None) -> Result:
    try:
        return CliRunner().invoke(app, list(arguments), input=stdin)
    finally:
        # The runner's stderr is closed now, and later log lines of the test must not go there.
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
