"""An agency's own cases: a list in CSV or JSON lines, and a folder of photos."""
