"""`homeward agency`."""
