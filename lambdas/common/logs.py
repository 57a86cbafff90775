"""Write a function's log as lines of JSON, each with the invocation that wrote it.

The members have the names that Powertools gives them, so that queries written for Powertools work. Why this is not
Powertools: the cold start (see batch.py).
"""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

from lambdas.common.times import from_epoch_ms, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

T = TypeVar("T")

# Errors of S3 connections quote the address, which has the key of the object.
_OF_CAPTURES = re.compile(r"captures(?:/|%2F)[^\s\"'<>]*|(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName"}


class _JsonLines(logging.Handler):
    """Prints each record, because Lambda logs what a function prints. `invocation` goes into every line."""

    def __init__(self, invocation: dict[str, Any]) -> None:
        super().__init__()
        self.invocation = invocation

    def emit(self, record: logging.LogRecord) -> None:
        line = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": to_text(from_epoch_ms(record.created * 1000)),
            **self.invocation,
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info and record.exc_info[0]:
            line["exception_name"] = record.exc_info[0].__name__
            line["exception"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        line |= {name: redacted(line[name]) for name in ("message", "exception") if name in line}
        print(json.dumps(line, default=str))


class RedactedError(RuntimeError):
    """An error whose text named a capture. The message is the text without it."""


def redacted(text: str) -> str:
    """Remove what identifies a capture, which may show a bystander: its key and its digest."""
    return _OF_CAPTURES.sub("(removed)", text)


def json_log(handler: Callable[[dict[str, Any], LambdaContext], T]) -> Callable[[dict[str, Any], LambdaContext], T]:
    """Log JSON during each invocation: our own loggers from INFO on, libraries from WARNING on."""
    logging.getLogger("lambdas").setLevel(logging.INFO)
    cold_starts = iter([True])

    @functools.wraps(handler)
    def with_json_log(event: dict[str, Any], context: LambdaContext) -> T:
        invocation = {
            "service": os.environ["SERVICE_NAME"],
            "cold_start": next(cold_starts, False),
            "function_name": context.function_name,
            "function_memory_size": context.memory_limit_in_mb,
            "function_arn": context.invoked_function_arn,
            "function_request_id": context.aws_request_id,
            **_trace(),
        }
        root = logging.getLogger()
        # Replace the runtime's own handler, which would write each line a second time, as text.
        before, root.handlers = root.handlers, [_JsonLines(invocation)]
        try:
            return handler(event, context)
        except Exception as error:
            # The runtime logs what a handler raises, with the errors inside it.
            text = "".join(traceback.format_exception(error))
            if redacted(text) != text:
                raise RedactedError(f"{type(error).__name__}: {redacted(str(error))}") from None
            raise
        finally:
            root.handlers = before

    return with_json_log


def _trace() -> dict[str, str]:
    """Read the X-Ray trace id, which Lambda passes as `Root=ID;Parent=...;Sampled=1`."""
    root = os.environ.get("_X_AMZN_TRACE_ID", "").partition(";")[0].removeprefix("Root=")
    return {"xray_trace_id": root} if root else {}
