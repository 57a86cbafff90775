"""The ways a picture cannot be decoded."""


class UnreadablePictureError(ValueError):
    """The bytes are no picture that can be decoded. The text says why."""


class BrokenPictureError(UnreadablePictureError):
    """The bytes begin like a picture, but their end is missing or damaged."""


class TooLargePictureError(UnreadablePictureError):
    """To decode the picture takes more memory than allowed."""
