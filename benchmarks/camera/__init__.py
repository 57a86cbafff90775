"""The two sides of the benchmark of the camera program, and the people whom it must find."""
