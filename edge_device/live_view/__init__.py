"""What the camera sees, with boxes and tracks, as a page on 127.0.0.1."""
