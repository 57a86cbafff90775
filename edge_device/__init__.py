"""The camera program (`homeward-edge`): one good shot of each passer-by, sent once, never lost."""
