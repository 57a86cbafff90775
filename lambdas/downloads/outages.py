"""Tell an outage, which another try may fix, from the fault of one document, entry or picture."""

from __future__ import annotations

import errno

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from lambdas.downloads.errors import GoneError, RefusedError, SourceError, TooLargeError

# AWS refuses the value that we send, for example an item of more than 400 kB.
_REFUSED_VALUES = frozenset(
    {
        "ValidationException",
        "SerializationException",
        "ItemCollectionSizeLimitExceededException",
        "InvalidArgument",
        "InvalidRequest",
        "InvalidURI",
        "KeyTooLongError",
        "MetadataTooLarge",
        "EntityTooLarge",
    }
)
# This machine lacks something, or its network fails. Other errors of the operating system are of one file.
_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EROFS})


def is_outage(error: BaseException) -> bool:
    """Whether the error is of a server, AWS, the network, the credentials or this machine, not of one document."""
    if isinstance(error, SourceError):
        return not isinstance(error, (GoneError, RefusedError, TooLargeError))
    if isinstance(error, ClientError):
        return error.response["Error"].get("Code") not in _REFUSED_VALUES
    if isinstance(error, BotoCoreError):
        return not isinstance(error, ParamValidationError)
    if isinstance(error, OSError):
        return isinstance(error, (ConnectionError, TimeoutError)) or error.errno in _MACHINE
    return isinstance(error, MemoryError) or not isinstance(error, Exception)
