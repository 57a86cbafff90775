"""Errors: of the server's setup, and of one request."""

from http import HTTPStatus


class SetUpError(RuntimeError):
    """The server cannot start or work. The message says why and what to do."""


class RekognitionError(Exception):
    """An error response, in the form that the AWS SDKs read.

    Args:
        code: Name of the exception in the service model, such as `ResourceNotFoundException`.
        message: Text that the SDK shows.
        status: HTTP status: 400, or 500 for errors that AWS calls server-side.
    """

    def __init__(self, code: str, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid_parameter(message: str = "Request has invalid parameters") -> RekognitionError:
    """Make an InvalidParameterException, which Rekognition uses for most unusable requests."""
    return RekognitionError("InvalidParameterException", message)
