"""The gallery: its bucket, its table and its face collections, kept in sync photo by photo."""
