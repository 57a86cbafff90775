"""Create, list and revoke the cameras of an environment in AWS IoT."""
