"""Races of 32 threads: matchers and notifiers at once, against the prototype's logic."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.reference.prototype import Prototype
from lambdas.alerting.recipients import TopicChannel
from local_cloud.pipeline.tables import make_table
from local_cloud.pipeline.world import ALONE, Clients, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_cloud.cloud import Cloud

AT_ONCE = 32


@pytest.fixture
def world(cloud: Cloud) -> Iterator[World]:
    world = World(Clients(cloud))
    yield world
    world.close()


def race(work: Callable[[int], Any]) -> None:
    """Run `work` in all threads at once; raise the first error."""
    start = Barrier(AT_ONCE)

    def wait_and_work(number: int) -> None:
        start.wait()
        work(number)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(wait_and_work, range(AT_ONCE)))


def test_32_concurrent_matchers_send_one_alert(world: World) -> None:
    clock = world.skewed(0)
    keys = [world.take(f"c-{number}", "cam-01", world.now, ALONE + 0.5).key for number in range(AT_ONCE)]
    matcher, notifier = world.matcher(clock), world.notifier(clock)

    def match_and_notify(number: int) -> None:
        matcher.match(keys[number])
        for encounter in world.encounters():
            notifier.notify(encounter["encounter_id"])

    race(match_and_notify)
    [encounter] = world.encounters()
    assert len(encounter["sightings"]) == AT_ONCE
    assert world.alerts() == {encounter["encounter_id"]: 1}
    world.now += timedelta(hours=1)
    world.sweep(clock)
    assert world.alerts() == {encounter["encounter_id"]: 1}


def test_32_concurrent_encounters_share_the_sms_budget(world: World) -> None:
    world.sms_per_day = 10
    to_the_desk: list[str] = []

    def listen(params: dict[str, Any], **_: Any) -> None:
        to_the_desk.extend(
            entry["MessageAttributes"]["alert_id"]["StringValue"]
            for entry in params["PublishBatchRequestEntries"]
            if entry["Id"] == TopicChannel.SMS
        )

    world.clients.sns.meta.events.register("before-parameter-build.sns.PublishBatch", listen)
    clock = world.skewed(0)
    keys = [world.take("c", f"cam-{number}", world.now, ALONE + 0.5).key for number in range(AT_ONCE)]
    matcher = world.matcher(clock)
    race(lambda number: matcher.match(keys[number]))
    world.clients.sns.meta.events.unregister("before-parameter-build.sns.PublishBatch", listen)
    assert world.alerts() == {encounter["encounter_id"]: 1 for encounter in world.encounters()}
    assert len(world.encounters()) == AT_ONCE
    shares = [item["texts"] for item in world.items("budget") if item["encounter_id"].count("#") > 1]
    [day] = [item["texts"] for item in world.items("budget") if item["encounter_id"].count("#") == 1]
    assert (day, sum(shares)) == (10, 10)
    assert len(to_the_desk) == 10


def test_32_concurrent_prototypes_send_several_alerts(world: World) -> None:
    """Prove that the race is real: the prototype reads, then writes, then publishes."""
    table = f"{world.name}-prototype"
    make_table(world.clients.dynamodb, table, {"person": "HASH"})
    prototype = Prototype(dynamodb=world.clients.dynamodb, sns=world.clients.sns, table=table, topic_arn=world.topic)
    race(lambda _: prototype.alert_once("MP900101", lambda: '{"alert_id": "the only one"}', now_s=0))
    assert world.alerts()["the only one"] > 1
