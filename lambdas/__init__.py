"""The Lambda packages: one per pipeline, and what they share."""
