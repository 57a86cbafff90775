"""Reach a deployed environment: its stack outputs, its gallery and its review records."""
