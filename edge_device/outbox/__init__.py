"""The outbox: messages wait on disk until the broker acknowledges them, and a thread sends them."""
