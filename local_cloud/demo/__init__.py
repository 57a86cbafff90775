"""`make demo`: from an empty gallery to one text message, on the local cloud."""
