"""INTERPOL's public notices: the API, and the parser of a notice."""
