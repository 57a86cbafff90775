"""The detection pipeline: store a camera's capture, search it, and record an encounter or delete it."""
