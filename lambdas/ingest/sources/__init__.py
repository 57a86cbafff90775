"""The sources of cases: one package each, and what their parsers share."""
