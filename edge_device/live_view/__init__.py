"""The live view: a page on 127.0.0.1 with the camera's frames, boxes and tracks."""
