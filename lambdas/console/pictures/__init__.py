"""The pictures of an encounter: compared, cropped, and linked to for one to two minutes."""
