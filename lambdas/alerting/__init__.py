"""From an encounter to the people who act on it."""
