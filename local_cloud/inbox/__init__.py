"""The inbox of a local cloud: all that leaves Homeward, as its recipients would see it, and the pages behind links."""
