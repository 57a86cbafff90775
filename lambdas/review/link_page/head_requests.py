"""Answer HEAD as GET without the body (RFC 9110, section 9.3.2). Link scanners and chat programs send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
    from aws_lambda_powertools.utilities.typing import LambdaContext


def resolve(app: APIGatewayHttpResolver, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of an HTTP API."""
    request = event["requestContext"]
    if request["http"]["method"] != "HEAD":
        return app.resolve(event, context)
    as_get = {**event, "requestContext": {**request, "http": {**request["http"], "method": "GET"}}}
    return {**app.resolve(as_get, context), "body": "", "isBase64Encoded": False}
