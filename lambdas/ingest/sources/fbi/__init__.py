"""The FBI's Wanted API, and the parser of its posters."""
