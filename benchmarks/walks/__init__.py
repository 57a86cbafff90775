"""People who walk past rendered cameras, and the gallery that some of them are in."""
