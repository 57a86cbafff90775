"""The commands of `homeward-edge`, one module each, and the options that they share."""
