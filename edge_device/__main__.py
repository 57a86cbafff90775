"""Runs `homeward-edge` as `python -m edge_device`."""

from edge_device.cli import app

app(prog_name="homeward-edge")
