"""The error of the local cloud."""


class CloudError(Exception):
    """A local cloud operation failed. The message says why and what to do."""
