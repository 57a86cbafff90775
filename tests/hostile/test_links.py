"""Tests that every request to a link has an answer, and that none of them is an error of the function."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from lambdas.common.times import to_text
from local_cloud.pipeline.tables import make_tables
from tests.hostile.corpus import check, outcome
from tests.hostile.links import INPUTS, get, post
from tests.support.clock import Clock
from tests.support.review_desk import Desk
from tests.support.review_functions import CONTEXT, ENVIRONMENT
from tests.support.stories import put_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for variable, value in {**_CREDENTIALS, **ENVIRONMENT}.items():
            environment.setenv(variable, value)
        dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
        make_tables(dynamodb)
        s3.create_bucket(Bucket="detection")
        put_case(dynamodb)
        yield Desk(s3, dynamodb, Clock())


@pytest.fixture(scope="module")
def answer(desk: Desk) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return the links function. Each request comes an hour after the one before, so that no lock holds."""
    sys.modules.pop("lambdas.review.links_handler", None)
    module = importlib.import_module("lambdas.review.links_handler")
    object.__setattr__(module.links, "now", desk.clock)

    def send(event: dict[str, Any]) -> dict[str, Any]:
        desk.clock.advance(hours=1)
        at = to_text(desk.clock())
        desk.add_encounter(alert="sent", alerted_at=at)
        answered: dict[str, Any] = module.handler(event, CONTEXT)
        headers = {name.lower(): value for name, value in answered["headers"].items()}
        assert "set-cookie" not in headers
        assert headers.get("location", "/e/").startswith(("/e/", "https://"))
        return answered

    return send


@pytest.mark.parametrize("name", INPUTS)
def test_request_has_its_answer(name: str, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    check(INPUTS[name], answer, errors=())


@settings(max_examples=12, deadline=None)
@given(path=st.text(max_size=40), body=st.text(max_size=40), encoded=st.booleans())
def test_any_path_and_body_has_an_answer(
    answer: Callable[[dict[str, Any]], dict[str, Any]], path: str, body: str, *, encoded: bool
) -> None:
    assert outcome(answer, get(f"/e/e1/{path}"), errors=())["statusCode"] == 404
    assert outcome(answer, post(body, encoded=encoded), errors=())["statusCode"] in {303, 400}
