"""Which cameras may join the fleet."""
