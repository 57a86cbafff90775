"""The ways a download can fail."""


class SourceError(Exception):
    """The server did not deliver what we asked for. Other requests may still succeed."""


class GoneError(SourceError):
    """The source does not have the case or photo, or no longer has it."""


class RefusedError(SourceError):
    """We refuse the request: a link or a redirect leaves the source's origin."""


class TooLargeError(SourceError):
    """The body exceeds the size limit or the time limit."""


class UnavailableError(SourceError):
    """The server still failed after the last retry, or failed in a way that a retry does not fix."""


class DisallowedError(UnavailableError):
    """The robots.txt of the host disallows the path, and the agency's file states no permission for the host."""
