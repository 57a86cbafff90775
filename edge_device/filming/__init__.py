"""Filming: the loop that turns frames into queued captures, and the session that runs it with its threads."""
