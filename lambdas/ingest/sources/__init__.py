"""The sources of cases: one package per source, and the parsers that they share."""
