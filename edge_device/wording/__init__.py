"""Words for people: wrong settings, and errors of the operating system and of the connection."""
