"""The fleet: which devices may become cameras."""
