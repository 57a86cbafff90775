"""What can go wrong with a local cloud, in one line that says what to do."""


class CloudError(Exception):
    """The local cloud cannot do what was asked; the message says why, and what to do."""
