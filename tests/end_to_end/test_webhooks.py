"""Webhooks of a deployed agency: retries, signatures, and test messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from standardwebhooks import Webhook

from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import PERSON, jpeg

if TYPE_CHECKING:
    from tests.end_to_end.deployed_agency import DeployedAgency
    from tests.support.web import Post


def test_an_alert_is_retried_until_the_webhook_accepts_it(agency: DeployedAgency) -> None:
    receiver = Webhook(agency.homeward("webhook", "secret", "records").stdout.strip())

    def posts() -> list[Post]:
        return [post for post in agency.web.posts if json.loads(post.body).get("camera") == "hook-1"]

    def answer(_: Post) -> tuple[int, dict[str, str]]:
        return (204, {}) if len(posts()) != 1 and len(posts()) != 2 else (503, {})

    agency.web.answer = answer
    agency.send(jpeg(PERSON[1]), camera="hook-1")
    first, second, third = wait_until("three attempts", lambda: posts() if len(posts()) == 3 else None)
    assert len({post.headers["webhook-id"] for post in (first, second, third)}) == 1
    at_s = [int(post.headers["webhook-timestamp"]) for post in (first, second, third)]
    assert at_s[1] - at_s[0] >= 4
    assert at_s[2] - at_s[1] >= 9
    document = receiver.verify(third.body, third.headers)
    [encounter] = agency.encounters_at("hook-1")
    assert document["encounter_id"] == encounter["encounter_id"]
    assert document["verified"] is False
    assert document["text"].startswith("POSSIBLE MATCH, NOT VERIFIED.")


def test_a_test_message_says_that_it_is_a_test(agency: DeployedAgency) -> None:
    receiver = Webhook(agency.homeward("webhook", "secret", "records").stdout.strip())
    agency.web.posts.clear()
    agency.homeward("webhook", "test", "records")
    [post] = wait_until("the test message", lambda: [each for each in agency.web.posts if b'"test"' in each.body])
    assert receiver.verify(post.body, post.headers)["kind"] == "test"
