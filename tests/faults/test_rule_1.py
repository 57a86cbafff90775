"""Rule 1: no capture is lost and no alert doubled under redelivery, reordering, concurrency and crashes."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from lambdas.alerting.alert_state import AlertStates
from lambdas.common.dynamodb import from_attributes
from lambdas.common.times import from_text, to_text
from lambdas.encounters.alert_updates import LEASE
from lambdas.encounters.encounter import AlertState, Encounter
from lambdas.encounters.notice import Notice
from lambdas.encounters.table import encounter_key
from local_cloud.emulator.faults import Fault
from local_cloud.pipeline import world
from local_cloud.pipeline.actors import Actor, Fate, Killed
from local_cloud.pipeline.world import ALERT, ALONE, REVIEW, WINDOW, Clients, TakenCapture, World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from local_cloud.cloud import Cloud

# The timeout of every function (stacks/alerting.py) is well below the lease of a claim.
LIFE = timedelta(seconds=30)
WRITES = ("UpdateItem", "TransactWriteItems")


def opening_time(encounter: dict[str, Any]) -> datetime:
    """Return when the picture that opened the encounter was taken, or when it arrived if its time is doubted."""
    return from_text(encounter["timeline"]["captured_at"])


def must_alert(sightings: Collection[dict[str, Any]]) -> bool:
    """Tell whether one sighting is enough, or the best of a track with any other sighting of it."""
    if max(sighting["similarity"] for sighting in sightings) >= ALONE:
        return True
    tracks: dict[str, list[float]] = defaultdict(list)
    for sighting in sightings:
        if track := sighting.get("track"):
            tracks[track].append(sighting["similarity"])
    return any(len(similarities) > 1 and max(similarities) >= ALERT for similarities in tracks.values())


def refusal(status: int) -> ClientError:
    answer: Any = {"Error": {"Code": "made by the test"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PublishBatch")


def failed(channel: str, *, sender_fault: bool) -> dict[str, Any]:
    """Return the answer about an entry that SNS did not take."""
    return {"Id": channel, "Code": "made by the test", "Message": "x", "SenderFault": sender_fault}


SNS_FAILURES = {
    "text message refused": Fate(failed_entry=failed("sms", sender_fault=True)),
    "e-mail refused": Fate(failed_entry=failed("email", sender_fault=True)),
    "document refused": Fate(failed_entry=failed("document", sender_fault=True)),
    "e-mail unclear": Fate(failed_entry=failed("email", sender_fault=False)),
    "text message refused, answer lost": Fate(
        failed_entry=failed("sms", sender_fault=True), after=ReadTimeoutError(endpoint_url="http://sns")
    ),
    "refused": Fate(before=refusal(400)),
    "unreachable": Fate(before=EndpointConnectionError(endpoint_url="http://sns")),
    "unclear, not taken": Fate(before=refusal(503)),
    "unclear, taken": Fate(after=refusal(503)),
    "answer lost": Fate(after=ReadTimeoutError(endpoint_url="http://sns")),
}
ALL = 99
CALLS = st.sampled_from([ALL, 0, 1, 2, 5, 7])  # calls that an invocation makes before something else happens
SKEWS = st.sampled_from([0, -10, 10])  # seconds; real Lambda hosts differ far less


def is_expected(failure: BaseException | None) -> bool:
    """Accept a kill by the test, and a capture that a concurrent search deleted, which a redelivery finds gone."""
    if isinstance(failure, ClientError):
        return failure.response["Error"]["Code"] == "NoSuchKey"
    return failure is None or isinstance(failure, Killed)


class Rule1(RuleBasedStateMachine):
    """Cameras, functions that interleave at each AWS call, and their faults."""

    captures = Bundle("captures")

    def __init__(self, clients: Clients) -> None:
        super().__init__()
        self.world = World(clients)
        self.actors: list[Actor] = []
        self.numbers = itertools.count()

    @rule(
        target=captures,
        camera=st.sampled_from(["cam-01", "cam-02"]),
        # Cameras deliver late, out of order, and with wrong clocks.
        seconds=st.integers(-6, 6).map(lambda steps: steps * 180),
        similarity=st.sampled_from([REVIEW - 0.5, REVIEW + 0.5, ALERT + 0.5, ALONE + 0.5]),
        track=st.sampled_from([None, "t-1", "t-1", "t-2"]),
    )
    def capture(self, camera: str, seconds: int, similarity: float, track: str | None = None) -> TakenCapture:
        at = self.world.now + timedelta(seconds=seconds)
        return self.world.take(f"c-{next(self.numbers)}", camera, at, similarity, track)

    @rule(capture=captures)
    def camera_sends_again(self, capture: TakenCapture) -> None:
        self.world.store(capture)

    @rule(capture=captures, skew=SKEWS, calls=CALLS)
    def deliver_capture(self, capture: TakenCapture, skew: int = 0, calls: int = ALL) -> None:
        matcher = self.world.matcher(self.world.skewed(skew))
        self.start(lambda: matcher.match(capture.key), calls)

    @rule(captures=st.lists(captures, min_size=1, max_size=5), schedule=st.lists(st.integers(0, 4), max_size=45))
    def deliver_together(self, captures: list[TakenCapture], schedule: list[int]) -> None:
        for capture in captures:
            self.deliver_capture(capture, calls=0)
        for turn in schedule:
            self.pick(turn).go_on()

    @rule(which=st.integers(0, 9), skew=SKEWS, calls=CALLS)
    def deliver_stream_record(self, which: int = 0, skew: int = 0, calls: int = ALL) -> None:
        if alerts := sorted(item["encounter_id"] for item in self.world.items("encounter", "notice")):
            notifier = self.world.notifier(self.world.skewed(skew))
            self.start(lambda: notifier.notify(alerts[which % len(alerts)]), calls)

    @rule(skew=SKEWS, calls=CALLS)
    def sweep(self, skew: int, calls: int) -> None:
        self.start(lambda: self.world.sweep(self.world.skewed(skew)), calls)

    @rule(which=st.integers(0, 9))
    def deliver_receipt(self, which: int) -> None:
        if receipts := self.world.collect_receipts():
            receipt = receipts[which % len(receipts)]
            self.start(lambda: self.world.confirm(receipt), calls=0)

    @precondition(lambda self: self.live())
    @rule(which=st.integers(0, 9), calls=st.integers(1, 6))
    def go_on(self, which: int, calls: int) -> None:
        actor = self.pick(which)
        for _ in range(calls):
            actor.go_on()

    @precondition(lambda self: self.live())
    @rule(which=st.integers(0, 9))
    def finish(self, which: int) -> None:
        self.pick(which).finish()

    @precondition(lambda self: self.live())
    @rule(which=st.integers(0, 9), calls=st.integers(0, 9), took_effect=st.booleans())
    def kill(self, which: int, calls: int, took_effect: bool) -> None:
        actor = self.pick(which)
        for _ in range(calls):
            actor.go_on()
        actor.go_on(Fate(after=Killed()) if took_effect else Fate(before=Killed()))

    @precondition(lambda self: self.live())
    @rule(which=st.integers(0, 9), failure=st.sampled_from(sorted(SNS_FAILURES)))
    def sns_fails(self, which: int, failure: str) -> None:
        actor = self.pick(which)
        actor.go_on_to("PublishBatch")
        actor.go_on(SNS_FAILURES[failure])

    @precondition(lambda self: self.live())
    @rule(which=st.integers(0, 9), writes=st.integers(0, 2))
    def lose_response_of_write(self, which: int, writes: int) -> None:
        """Lose a response, so that the SDK repeats a write that DynamoDB has made."""
        actor = self.pick(which)
        for _ in range(writes):
            actor.go_on_to(*WRITES)
            actor.go_on()
        actor.go_on_to(*WRITES)
        if actor.next_call:
            with self.world.clients.cloud.failing(Fault("dynamodb", actor.next_call, after=True)):
                actor.go_on()

    @rule(seconds=st.sampled_from([5, 20, 31, 61, 901]))
    def wait(self, seconds: int) -> None:
        """Advance the clock, kill functions at their timeout, and deliver receipts; a claim lasts longer than both."""
        for actor in self.live():
            if self.world.now + timedelta(seconds=seconds) - actor.started_at > LIFE:
                actor.kill()
        self.world.deliver_receipts()
        self.world.now += timedelta(seconds=seconds)

    def start(self, work: Callable[[], Any], calls: int) -> None:
        self.actors.append(Actor(work, started_at=self.world.now))
        for _ in range(calls):
            self.actors[-1].go_on()

    def live(self) -> list[Actor]:
        return [actor for actor in self.actors if actor.next_call]

    def pick(self, which: int) -> Actor:
        live = self.live() or self.actors
        return live[-1 - which % len(live)]

    def teardown(self) -> None:
        for actor in self.actors:
            actor.finish()
        self.settle()
        self.check()
        self.world.close()

    def settle(self) -> None:
        """Redeliver every capture and receipt, and run the sweep, until nothing is pending."""
        clock = self.world.skewed(0)
        for capture in self.world.captures.values():
            self.world.matcher(clock).match(capture.key)
        for _ in range(3):
            self.world.deliver_receipts()
            self.world.now += timedelta(minutes=16)
            self.world.sweep(clock)

    def check(self) -> None:
        assert [actor.failure for actor in self.actors if not is_expected(actor.failure)] == []
        encounters = self.world.encounters()
        alerting = {each["encounter_id"] for each in encounters if must_alert(each["sightings"].values())}
        sent = self.world.by_channel()
        assert set(sent.values()) <= {1}
        first_alerts = {each for each in sent if "#" not in each[0]}
        assert first_alerts == set(itertools.product(alerting, ("sms", "email", "document")))
        second_parts = {each for each in sent if "#first#" in each[0]}
        second_keys = [f"notice#{encounter_id}#first#es" for encounter_id in alerting]
        assert second_parts == set(itertools.product(second_keys, ("email", "document")))
        kept = sorted(capture_id for encounter in encounters for capture_id in encounter["sightings"])
        assert kept == sorted(c.capture_id for c in self.world.captures.values() if c.similarity >= REVIEW)
        for encounter in encounters:
            self.check_evidence(encounter)
        assert not [key for key in self.world.captures if self.world.exists(key)]
        for one, other in itertools.combinations(encounters, 2):
            apart = abs(opening_time(one) - opening_time(other))
            assert one["camera"] != other["camera"] or apart >= WINDOW

    def check_evidence(self, encounter: dict[str, Any]) -> None:
        for sighting in encounter["sightings"].values():
            assert abs(from_text(sighting["captured_at"]) - opening_time(encounter)) < WINDOW
            assert self.world.exists(sighting["key"])


def test_redelivered_capture_joins_its_first_encounter(cloud: Cloud) -> None:
    """An encounter opened later also encloses the capture, but must not get the sighting or alert again."""
    machine = Rule1(Clients(cloud))
    for seconds in (300, 0, -360):
        machine.deliver_capture(machine.capture("cam-01", seconds, ALONE + 0.5))
    machine.camera_sends_again(list(machine.world.captures.values())[1])
    machine.teardown()


def test_redelivered_capture_without_a_credible_time_stays_where_it_is(cloud: Cloud) -> None:
    """Its time is that of its arrival, which another encounter encloses when it arrives again."""
    machine = Rule1(Clients(cloud))
    ahead = machine.capture("cam-01", 540, ALONE + 0.5)
    machine.deliver_capture(ahead)
    machine.wait(901)
    machine.deliver_capture(machine.capture("cam-01", 0, ALONE + 0.5))
    machine.camera_sends_again(ahead)
    machine.deliver_capture(ahead)
    machine.teardown()


def test_pair_alerts_once_whatever_kills_its_second_search(cloud: Cloud) -> None:
    """Each encounter waits for its second sighting while the search of that one dies after any of its calls."""
    machine = Rule1(Clients(cloud))
    for calls, first in itertools.product(range(6), (ALERT + 0.5, REVIEW + 0.5)):
        camera = f"cam-{calls}-{first:.0f}"
        pair = [machine.capture(camera, 0, each, "t-1") for each in (first, ALERT + REVIEW + 1 - first)]
        machine.deliver_capture(pair[0])
        machine.deliver_capture(pair[1], calls=0)
        machine.kill(0, calls=calls, took_effect=True)
        machine.camera_sends_again(pair[0])
        machine.deliver_capture(pair[0])
    machine.teardown()
    assert sum(machine.world.alerts().values()) == 12


def test_pair_alerts_once_in_any_interleaving(cloud: Cloud) -> None:
    """Both searches race to open the encounter and to complete the pair."""
    machine = Rule1(Clients(cloud))
    for number, schedule in enumerate(itertools.product([0, 1], repeat=4)):
        pair = [machine.capture(f"cam-{number}", 0, each, "t-1") for each in (ALERT + 0.5, REVIEW + 0.5)]
        machine.deliver_together(pair, list(schedule))
        for _ in pair:
            machine.finish(0)
    machine.teardown()
    assert sum(machine.world.alerts().values()) == 16


def test_uncorroborated_encounter_never_alerts(cloud: Cloud) -> None:
    machine = Rule1(Clients(cloud))
    machine.deliver_capture(machine.capture("cam-01", 0, ALERT + 0.5, "t-1"))
    machine.wait(901)
    machine.teardown()
    assert machine.world.messages == []


@pytest.mark.parametrize("examples", [75, pytest.param(300, marks=pytest.mark.nightly)])
def test_every_encounter_alerts_exactly_once(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    clients = Clients(cloud)

    class Here(Rule1):
        def __init__(self) -> None:
            super().__init__(clients)
            # Hypothesis repeats examples, so the same rules must find the encounters in the same order.
            numbers = itertools.count(1)
            in_order = SimpleNamespace(uuid4=lambda: UUID(int=next(numbers) << 64))
            monkeypatch.setattr("lambdas.detection.new_encounter.uuid", in_order)

    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    thorough = settings(max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Here, settings=thorough)


@pytest.mark.parametrize("failure", sorted(SNS_FAILURES))
def test_each_channel_alerts_exactly_once_when_its_batch_fails(cloud: Cloud, failure: str) -> None:
    machine = Rule1(Clients(cloud))
    machine.deliver_capture(machine.capture("cam-01", 0, ALONE + 0.5), calls=0)
    machine.sns_fails(0, failure)
    machine.teardown()


def accept_nothing(states: AlertStates, _key: str, _channels: Any) -> None:
    """Forget the channels that SNS accepted, so that a retry sends them again."""


def test_rule_detects_a_channel_sent_twice(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AlertStates, "accept", accept_nothing)
    machine = Rule1(Clients(cloud))
    machine.deliver_capture(machine.capture("cam-01", 0, ALONE + 0.5), calls=0)
    machine.sns_fails(0, "e-mail unclear")
    with pytest.raises(AssertionError, match=r"assert \{1, 2\} <= \{1\}"):
        machine.teardown()


def claim_by_reading(states: AlertStates, key: str, *, now: datetime) -> Encounter | Notice | None:
    """Claim as the prototype did: read, and send if the alert does not look sent."""
    item = from_attributes(states.dynamodb.get_item(TableName=states.table, Key=encounter_key(key))["Item"])
    if item["alert"] == AlertState.SENT or item.get("alert_due_at", "") > to_text(now + LEASE):
        return None
    record: type[Encounter | Notice] = Notice if item["kind"] == "notice" else Encounter
    return msgspec.convert(item, type=record)


def claim_forever(states: AlertStates, key: str, *, now: datetime) -> Encounter | Notice | None:
    """Claim forever, so that no other function can take over after a crash."""
    return replace(states, lease=timedelta(days=99)).claim(key, now=now)


@pytest.mark.parametrize("claim", [claim_by_reading, claim_forever])
def test_rule_detects_doubled_and_lost_alerts(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, claim: Any) -> None:
    sound = AlertStates.claim

    class Careless(AlertStates):
        def claim(self, key: str, *, now: datetime) -> Encounter | Notice | None:
            if self.lease > LEASE:
                return sound(self, key, now=now)
            found: Encounter | Notice | None = claim(self, key, now=now)
            return found

    monkeypatch.setattr(world, "AlertStates", Careless)
    machine = Rule1(Clients(cloud))
    machine.deliver_capture(machine.capture("cam-01", 0, ALONE + 0.5), calls=0)
    machine.pick(0).go_on_to("PublishBatch")
    if claim is claim_by_reading:
        machine.deliver_stream_record()
    else:
        machine.kill(0, calls=0, took_effect=False)
        machine.wait(61)
        machine.sweep(skew=0, calls=0)
        machine.pick(0).go_on_to("PublishBatch")
        machine.kill(0, calls=0, took_effect=False)
    with pytest.raises(AssertionError, match=r"assert (\{1, 2\} <=|set\(\) ==)"):
        machine.teardown()
