"""The topics of a camera, which begin with its environment."""

from __future__ import annotations

import pytest

from edge_device.core.topics import LEGACY_ENVIRONMENT, Topics
from lambdas.common import things


@pytest.mark.parametrize(
    ("thing", "environment", "expected"),
    [
        ("oak-dev_cam-01", None, "oak-dev"),
        ("oak-dev_north_gate", None, "oak-dev"),
        ("deeplens_abc", "oak-dev", "oak-dev"),
        ("north_gate", "v1", "v1"),
        ("cam-01", None, "v1"),
    ],
)
def test_environment_is_given_or_the_first_part_of_the_name(thing: str, environment: str | None, expected: str) -> None:
    topics = Topics(thing, environment)
    assert topics.faces == f"homeward/{expected}/{thing}/faces"
    assert topics.health == f"homeward/{expected}/{thing}/health"
    assert topics.status == f"homeward/{expected}/{thing}/status"


def test_cloud_builds_the_same_topics() -> None:
    thing = things.thing_name("oak-dev", "cam-01")
    topics = Topics(thing)
    assert things.topic("oak-dev", thing, "faces") == topics.faces
    assert things.topic("oak-dev", thing, "health") == topics.health
    assert things.topic("oak-dev", thing, "status") == topics.status
    assert things.LEGACY_ENVIRONMENT == LEGACY_ENVIRONMENT
