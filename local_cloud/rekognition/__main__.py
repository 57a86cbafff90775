"""`python -m local_cloud.rekognition`, which `python -m local_cloud rekognition` also runs."""

from local_cloud.rekognition.cli import app

app()
