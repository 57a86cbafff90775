"""The commands of `homeward`: one module a command or group of commands."""
