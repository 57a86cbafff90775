from __future__ import annotations

import errno

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError

from lambdas.downloads.errors import DisallowedError, GoneError, RefusedError, TooLargeError, UnavailableError
from lambdas.downloads.outages import is_outage


def answered(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "PutItem")


@pytest.mark.parametrize(
    "error",
    [UnavailableError("503"), DisallowedError("robots.txt"), answered("ThrottlingException"), answered("AccessDenied"),
     answered("ExpiredTokenException"), answered("InternalError"), EndpointConnectionError(endpoint_url="https://x"),
     TimeoutError(), BrokenPipeError(), OSError(errno.EMFILE, "too many open files"), MemoryError()],
)  # fmt: skip
def test_outage_is_not_the_fault_of_a_document(error: Exception) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [GoneError("404"), RefusedError("off the origin"), TooLargeError("5 MB"), answered("ValidationException"),
     answered("KeyTooLongError"), ParamValidationError(report="x"), RecursionError(), UnicodeError(), OverflowError(),
     KeyError("x"), IsADirectoryError(errno.EISDIR, "is a directory"), OSError("broken data stream")],
)  # fmt: skip
def test_fault_of_one_document_is_no_outage(error: Exception) -> None:
    assert not is_outage(error)
