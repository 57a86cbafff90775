"""What the agency sees and changes remotely: the camera's status, its health, and its settings."""
