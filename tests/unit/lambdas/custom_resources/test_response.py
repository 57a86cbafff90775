from __future__ import annotations

import json
import urllib.error
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.custom_resources.response import NOT_CREATED, respond
from tests.support.cloudformation import cloudformation
from tests.unit.lambdas.custom_resources.events import COLLECTION, event

if TYPE_CHECKING:
    from collections.abc import Callable


def response_to(kind: str, handle: Callable[[dict[str, Any]], dict[str, Any]], **members: Any) -> dict[str, Any]:
    with cloudformation() as (url, responses):
        respond(event(kind, ResponseURL=url, **members), handle)
    [(result, content_type)] = responses
    # S3 refuses a pre-signed request with a content type that was not signed.
    assert content_type == ""
    assert {name: result.pop(name) for name in ("StackId", "RequestId", "LogicalResourceId")} == {
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Faces",
    }
    return result


def test_success_response_has_the_attributes() -> None:
    result = response_to("Create", lambda _: {"PhysicalResourceId": "made", "Data": {"Arn": "arn"}})
    assert result == {"Status": "SUCCESS", "PhysicalResourceId": "made", "Data": {"Arn": "arn"}}


@pytest.mark.parametrize(("kind", "physical_id"), [("Create", NOT_CREATED), ("Update", COLLECTION)])
def test_any_error_fails_the_deployment_with_its_reason(kind: str, physical_id: str) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("CollectionId")

    result = response_to(kind, refuse)
    assert result == {"Status": "FAILED", "Reason": "KeyError: 'CollectionId'", "PhysicalResourceId": physical_id}


def test_long_reason_fits_into_a_response() -> None:
    """CloudFormation takes at most 4,096 bytes."""

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("x" * 5000)

    result = response_to("Create", refuse)
    assert result["Status"] == "FAILED"
    assert len(json.dumps(result)) < 2000


def test_lost_response_raises_so_that_lambda_delivers_the_request_again() -> None:
    with cloudformation(lost=1) as (url, responses):
        create = event("Create", ResponseURL=url)
        with pytest.raises(urllib.error.HTTPError, match="503"):
            respond(create, lambda _: {"PhysicalResourceId": "made"})
        respond(create, lambda _: {"PhysicalResourceId": "made"})
    assert [result["Status"] for result, _ in responses] == ["SUCCESS"]
