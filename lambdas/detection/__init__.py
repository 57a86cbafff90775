"""From a camera's message to an encounter: store the capture, search it, keep it or delete it."""
