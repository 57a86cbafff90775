"""`homeward`, the operator's command line."""
