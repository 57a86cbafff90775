"""Runs `homeward-edge` in this process."""

from __future__ import annotations

import structlog
from typer.testing import CliRunner, Result

from edge_device.cli import app


def homeward_edge(*arguments: str) -> Result:
    try:
        return CliRunner().invoke(app, list(arguments))
    finally:
        # The program logs to the runner's stderr, which is closed by now; what else is going on in the test must not.
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
