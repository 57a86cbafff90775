"""`homeward camera`."""
