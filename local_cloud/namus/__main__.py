"""`python -m local_cloud.namus`, which `python -m local_cloud namus` also runs."""

from local_cloud.namus.cli import app

app()
