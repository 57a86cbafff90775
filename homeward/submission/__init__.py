"""Submit pictures and videos as captures of a camera."""
