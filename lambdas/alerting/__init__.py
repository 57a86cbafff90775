"""Alerts: from an encounter that is due to one SNS message per language, sent once."""
