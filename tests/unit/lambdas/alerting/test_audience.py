from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from lambdas.alerting.audience import Delivery, Facts, audience
from lambdas.alerting.recipients import Channel, Filter, Recipient, read_recipients
from lambdas.cases.case import CaseType, LastSeen
from lambdas.encounters.encounter import Encounter, NoticeKind, Sighting, Timeline
from tests.support.stories import MARLOWE

DENVER = ZoneInfo("America/Denver")
NOON = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)  # in Denver
NIGHT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 23:30 in Denver
AT = "2026-11-23T02:59:59.000Z"


def facts(*similarities: float, told: float | None = None, minor: bool = False, **case: Any) -> Facts:
    encounter = Encounter(
        encounter_id="e1",
        case_id=MARLOWE.case_id,
        camera="cam-01",
        started_at=AT,
        sightings={
            f"c-{number}": Sighting(similarity=similarity, captured_at=AT, key="k", photo_id="910101")
            for number, similarity in enumerate(similarities or (97.0,))
        },
        timeline=Timeline(captured_at=AT, received_at=AT, searched_at=AT, encountered_at=AT),
        alerted_similarity=told,
    )
    return Facts(
        case=msgspec.structs.replace(MARLOWE, **case), encounter=encounter, site="North Station", is_minor=minor
    )


def recipient(name: str = "desk", **members: Any) -> Recipient:
    return Recipient(name=name, channel=Channel.SMS, **members)


def told(
    *recipients: Recipient,
    about: Facts | None = None,
    kind: NoticeKind = NoticeKind.FIRST,
    named: tuple[str, ...] = (),
    at: datetime = NOON,
) -> list[Delivery]:
    return audience(recipients, about or facts(), kind, named, at, DENVER)


def names(deliveries: list[Delivery]) -> list[str]:
    return [name for delivery in deliveries for name in delivery.recipients]


def test_everybody_without_wishes_gets_one_delivery() -> None:
    assert told(recipient("a"), recipient("b")) == [Delivery(recipients=("a", "b"))]
    assert told() == []


def test_each_language_is_a_delivery_of_its_own() -> None:
    assert told(recipient("a"), recipient("b", language="es"), recipient("c")) == [
        Delivery(recipients=("a", "c"), language="en"),
        Delivery(recipients=("b",), language="es"),
    ]


@pytest.mark.parametrize(
    ("only", "wanted", "unwanted"),
    [
        (Filter(sources=("namus",)), facts(), facts(source="fbi")),
        (Filter(case_types=(CaseType.MISSING,)), facts(), facts(case_type=CaseType.UNIDENTIFIED)),
        (
            Filter(counties=("marion",)),
            facts(last_seen=LastSeen(county="Marion")),
            facts(last_seen=LastSeen(county="Linn")),
        ),
        (Filter(cameras=("cam-01", "cam-02")), facts(), None),
        (Filter(sites=("north station",)), facts(), None),
        (Filter(cameras=("cam-09",), sites=("North Station",)), facts(), None),
        (Filter(cameras=("cam-09",)), None, facts()),
        (Filter(sites=("South Station",)), None, facts()),
        (Filter(minors_only=True), facts(minor=True), facts()),
        (Filter(minimum_similarity=96), facts(91, 96), facts(91, 95.9)),
        (Filter(sources=("namus",), minors_only=True), facts(minor=True), facts(source="fbi", minor=True)),
    ],
)
def test_a_filter_lets_through_what_was_asked_for(only: Filter, wanted: Facts | None, unwanted: Facts | None) -> None:
    if wanted:
        assert names(told(recipient(filter=only), about=wanted)) == ["desk"]
    if unwanted:
        assert told(recipient(filter=only), about=unwanted) == []


def test_a_county_that_nobody_knows_does_not_silence_an_alert() -> None:
    assert MARLOWE.last_seen.county is None
    assert names(told(recipient(filter=Filter(counties=("Marion",))))) == ["desk"]


@pytest.mark.parametrize(
    ("kind", "hears"),
    [
        (NoticeKind.FIRST, ["desk"]),
        (NoticeKind.BETTER_SHOT, ["desk"]),
        (NoticeKind.DIGEST, ["desk"]),
        (NoticeKind.RECALL, ["desk"]),
        (NoticeKind.ESCALATION, ["chief"]),
        (NoticeKind.BUDGET, ["desk", "chief"]),
    ],
)
def test_an_escalation_goes_one_step_up_and_everything_else_does_not(kind: NoticeKind, hears: list[str]) -> None:
    assert names(told(recipient("desk"), recipient("chief", escalation=True), kind=kind)) == hears


def test_with_nobody_above_them_the_same_people_are_asked_again() -> None:
    assert names(told(recipient("a"), recipient("b"), kind=NoticeKind.ESCALATION)) == ["a", "b"]


def test_a_recall_goes_to_those_whom_the_alert_told_and_a_summary_counts_every_shot() -> None:
    about = facts(95, 99.5, told=95)
    picky = recipient(filter=Filter(minimum_similarity=99))
    assert told(picky, about=about, kind=NoticeKind.RECALL) == []
    assert names(told(picky, about=about, kind=NoticeKind.DIGEST)) == ["desk"]


def test_a_warning_about_the_budget_needs_no_encounter() -> None:
    only = Filter(minors_only=True)
    assert names(audience([recipient(filter=only)], None, NoticeKind.BUDGET, (), NOON, DENVER)) == ["desk"]


def test_quiet_hours_hold_an_alert_back_until_their_end_for_each_alone() -> None:
    night = {"quiet_hours": ("22:00", "07:00")}
    deliveries = told(recipient("a", **night), recipient("b"), recipient("c", **night), at=NIGHT)
    morning = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert deliveries == [
        Delivery(recipients=("b",)),
        Delivery(recipients=("a",), due_at=morning),
        Delivery(recipients=("c",), due_at=morning),
    ]
    assert told(recipient("a", **night), at=NOON) == [Delivery(recipients=("a",))]


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (("22:00", "07:00"), (2026, 11, 23, 22, 0), (2026, 11, 24, 7, 0)),
        (("22:00", "07:00"), (2026, 11, 23, 0, 0), (2026, 11, 23, 7, 0)),
        (("22:00", "07:00"), (2026, 11, 23, 7, 0), None),
        (("22:00", "07:00"), (2026, 11, 23, 21, 59), None),
        (("12:00", "13:30"), (2026, 11, 23, 13, 29), (2026, 11, 23, 13, 30)),
        (("12:00", "13:30"), (2026, 11, 23, 13, 30), None),
        # The clocks go forward at 02:00 on 2026-03-08 and back at 02:00 on 2026-11-01.
        (("22:00", "07:00"), (2026, 3, 7, 23, 0), (2026, 3, 8, 7, 0)),
        (("22:00", "07:00"), (2026, 10, 31, 23, 0), (2026, 11, 1, 7, 0)),
    ],
)
def test_quiet_hours_are_those_of_the_agencys_clock(
    quiet: tuple[str, str], at: tuple[int, ...], until: tuple[int, ...] | None
) -> None:
    year, month, day, hour, minute = at
    [delivery] = told(recipient(quiet_hours=quiet), at=datetime(year, month, day, hour, minute, tzinfo=DENVER))
    if until is None:
        assert delivery.due_at is None
    else:
        year, month, day, hour, minute = until
        assert delivery.due_at == datetime(year, month, day, hour, minute, tzinfo=DENVER).astimezone(UTC)


def test_a_minor_breaks_the_quiet_unless_the_recipient_wants_otherwise() -> None:
    night: dict[str, Any] = {"quiet_hours": ("22:00", "07:00")}
    minor = facts(minor=True)
    assert told(recipient(**night), about=minor, at=NIGHT)[0].due_at is None
    assert told(recipient(quiet_for_minors=True, **night), about=minor, at=NIGHT)[0].due_at is not None


def test_those_who_are_named_get_it_whatever_they_want() -> None:
    one = recipient("a", quiet_hours=("22:00", "07:00"), filter=Filter(minors_only=True))
    assert told(one, recipient("b"), named=("a", "gone"), at=NIGHT) == [Delivery(recipients=("a",))]


minutes = some.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


@given(
    at=some.integers(0, 2 * 365 * 24 * 60).map(lambda minute: NOON + timedelta(minutes=minute)),
    quiet=some.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1]),
)
def test_quiet_hours_end_within_a_day_and_the_wait_is_never_for_the_past(at: datetime, quiet: tuple[str, str]) -> None:
    [delivery] = told(recipient(quiet_hours=quiet), at=at)
    if delivery.due_at is not None:
        assert timedelta(0) < delivery.due_at - at <= timedelta(hours=25)
        assert told(recipient(quiet_hours=quiet), at=at) == [delivery]


def test_recipients_are_read_from_one_document() -> None:
    written = msgspec.json.encode([recipient(filter=Filter(sources=("fbi",)), quiet_hours=("22:00", "07:00"))])
    assert written == (
        b'[{"name":"desk","channel":"sms","quiet_hours":["22:00","07:00"],"filter":{"sources":["fbi"]}}]'
    )
    assert msgspec.json.encode(read_recipients(written.decode())) == written
    with pytest.raises(msgspec.ValidationError):
        read_recipients('[{"name":"desk","channel":"pigeon"}]')
