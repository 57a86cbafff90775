"""Feeds (RSS, Atom, JSON Feed) whose images become captures."""
