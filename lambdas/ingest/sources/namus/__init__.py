"""NamUs (National Missing and Unidentified Persons System): its API, and the parser of its documents."""
