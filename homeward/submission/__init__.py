"""Submit pictures and recordings as captures of a camera."""
