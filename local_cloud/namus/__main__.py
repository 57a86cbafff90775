"""`python -m local_cloud.namus`."""

from local_cloud.namus.cli import app

app()
