"""Ingest: sync the gallery with the sources of cases, and index the faces of its photos."""
