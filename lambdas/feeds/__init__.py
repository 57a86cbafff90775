"""Feeds of pictures (RSS, Atom, JSON Feed) whose images become captures."""
