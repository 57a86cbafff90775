"""`python -m local_cloud`."""

from local_cloud.cli import app

app(prog_name="python -m local_cloud")
