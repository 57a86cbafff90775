"""The checks of `homeward-edge check`: the device and the broker."""
