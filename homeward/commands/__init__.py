"""The commands of `homeward`, one module for each command or group."""
