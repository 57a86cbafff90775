"""What goes wrong: before the server starts, and in answer to a request."""

from http import HTTPStatus


class SetUpError(RuntimeError):
    """The server cannot work as it is set up; the message says why, and what to do."""


class RekognitionError(Exception):
    """An answer other than success, as the AWS SDKs read it.

    Args:
        code: the exception's name in the service model, such as `ResourceNotFoundException`.
        message: what the SDK shows.
        status: 400, or 500 for what AWS calls its own fault.
    """

    def __init__(self, code: str, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid_parameter(message: str = "Request has invalid parameters") -> RekognitionError:
    """What most of the service's refusals are."""
    return RekognitionError("InvalidParameterException", message)
