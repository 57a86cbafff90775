"""The commands of `homeward-edge`, one module each."""
