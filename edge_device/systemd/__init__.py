"""The systemd unit of the camera program, and the notifications that it expects."""
