"""Tests that a reply acknowledges what it names, or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from lambdas.common.times import to_text
from lambdas.review.replies import Replies, Reply, ReplyOutcome
from lambdas.review.reply_text import acknowledged_codes, is_for_the_carrier
from local_cloud.pipeline.tables import make_tables
from tests.hostile.corpus import bounded, check
from tests.hostile.replies import CODE, ENCOUNTER, INPUTS, LOPEZ
from tests.support.clock import Clock
from tests.support.review_desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = st.sampled_from(["ack", "ok", "no", "don't", CODE, "3f9 a2c", ",", "\n", "\u200b", "\u202e", "stop", "oil"])


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
        make_tables(dynamodb)
        s3.create_bucket(Bucket="detection")
        yield Desk(s3, dynamodb, Clock())


@pytest.mark.parametrize("name", INPUTS)
def test_reply_has_its_outcome(name: str, desk: Desk) -> None:
    desk.clock.advance(hours=1)  # no lock after wrong codes lasts so long
    desk.add_encounter(ENCOUNTER, started_at=to_text(desk.clock()))
    replies = Replies(verdicts=desk.verdicts, names={LOPEZ: "lopez"}, valid_for=timedelta(hours=72), now=desk.clock)

    def handle(message: str | tuple[str, str]) -> ReplyOutcome:
        text, number = (message, LOPEZ) if isinstance(message, str) else message
        return replies.handle(Reply(origination_number=number, message_body=text))

    check(INPUTS[name], handle, errors=())
    is_first = INPUTS[name][1] == INPUTS["plain"][1]
    assert desk.encounter(ENCOUNTER).acknowledged_by == ("lopez" if is_first else None)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200) | st.lists(_WORDS, max_size=12).map(" ".join))
def test_any_text_names_codes_or_nothing(text: str) -> None:
    with bounded():
        codes = acknowledged_codes(text)
        is_for_the_carrier(text)
    assert all(len(code) == 6 and set(code) <= set("0123456789ABCDEF") for code in codes)
