"""A function's log in lines of JSON: what our code and the libraries log, and which invocation it was.

Members are named as Powertools names them; docs/decisions/0020-telemetry-without-powertools.md says why it is not used.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

from lambdas.common.times import from_epoch_ms, to_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

T = TypeVar("T")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName"}


class _JsonLines(logging.Handler):
    """Prints, since what a function prints is its log. `about` is what every line says of the invocation."""

    def __init__(self, about: dict[str, Any]) -> None:
        super().__init__()
        self.about = about

    def emit(self, record: logging.LogRecord) -> None:
        line = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": to_text(from_epoch_ms(record.created * 1000)),
            **self.about,
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info and record.exc_info[0]:
            line["exception_name"] = record.exc_info[0].__name__
            line["exception"] = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        print(json.dumps(line, default=str))


def json_log(handler: Callable[[dict[str, Any], LambdaContext], T]) -> Callable[[dict[str, Any], LambdaContext], T]:
    """Make every line that is logged during an invocation JSON; ours from INFO on, the libraries' from WARNING on."""
    logging.getLogger("lambdas").setLevel(logging.INFO)
    cold_starts = iter([True])

    @functools.wraps(handler)
    def with_json_log(event: dict[str, Any], context: LambdaContext) -> T:
        about = {
            "service": os.environ["SERVICE_NAME"],
            "cold_start": next(cold_starts, False),
            "function_name": context.function_name,
            "function_memory_size": context.memory_limit_in_mb,
            "function_arn": context.invoked_function_arn,
            "function_request_id": context.aws_request_id,
            **_trace(),
        }
        root = logging.getLogger()
        # In place of the runtime's own handler, which would write each line once more, as text.
        before, root.handlers = root.handlers, [_JsonLines(about)]
        try:
            return handler(event, context)
        finally:
            root.handlers = before

    return with_json_log


def _trace() -> dict[str, str]:
    """The id of the invocation's X-Ray trace, which Lambda gives as `Root=ID;Parent=...;Sampled=1`."""
    root = os.environ.get("_X_AMZN_TRACE_ID", "").partition(";")[0].removeprefix("Root=")
    return {"xray_trace_id": root} if root else {}
