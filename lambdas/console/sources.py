"""The sources that cases may come from."""

SOURCES = ("namus", "fbi", "interpol", "ncmec", "folder")
