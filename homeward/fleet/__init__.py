"""Register, reserve, list, migrate and revoke the cameras of an environment in AWS IoT and the cameras table."""
