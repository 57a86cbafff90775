"""Cases: the record of a missing person, and the cases table."""
