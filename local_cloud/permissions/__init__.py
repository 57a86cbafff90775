"""Proves least privilege by running: permissions that were checked or denied, and grants that nobody used."""
