"""Register, reserve, list and revoke the cameras of an environment in AWS IoT and the cameras table."""
