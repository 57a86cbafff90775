"""Encounters: their records, and how the encounters table is read and written."""
