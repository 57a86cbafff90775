"""Reach a deployed environment: its stack outputs, its clients and its review logic."""
