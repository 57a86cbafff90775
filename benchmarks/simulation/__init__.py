"""Simulates in virtual time the parts of AWS that the index-photo function uses."""
