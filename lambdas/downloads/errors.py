"""What can go wrong with a download."""


class SourceError(Exception):
    """The source does not give what was asked of it; the text says why. Other cases may still work."""


class GoneError(SourceError):
    """The source has no such case or photo (any more)."""


class RefusedError(SourceError):
    """We refuse: a link or a redirect leaves the source's origin."""


class DisallowedError(SourceError):
    """The source's robots.txt disallows the path, and the agency's file states no permission."""


class TooLargeError(SourceError):
    """The body is longer, or takes longer, than the limit allows."""


class UnavailableError(SourceError):
    """The source did not answer as it should, often enough to leave it alone for now."""
