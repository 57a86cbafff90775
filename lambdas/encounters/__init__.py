"""The records, keys and updates of the encounters table."""
