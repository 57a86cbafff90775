"""Review: people see an encounter, acknowledge it and decide on it; its pictures are kept or deleted."""
