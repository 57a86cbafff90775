"""What people do with an encounter: look at it, acknowledge it, decide; and what follows for its pictures."""
