"""`python -m local_cloud.rekognition`."""

from local_cloud.rekognition.cli import app

app()
