"""The console's function. An HTTP API invokes it for every request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.console.wiring import app_from_environment
from lambdas.review.link_page.head_requests import resolve

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

metrics = Metrics()
app = app_from_environment()


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    metrics.count("ConsoleRequests")
    return resolve(app, event, context)
