"""Cases of missing persons, and the cases table."""
