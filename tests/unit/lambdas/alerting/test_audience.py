from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from lambdas.alerting.audience import Delivery, Facts, split_audience
from lambdas.alerting.recipients import Channel, Filter, Recipient, read_recipients
from lambdas.cases.case import CaseType, LastSeen
from lambdas.common.times import to_text
from lambdas.encounters.encounter import Encounter, Sighting, Timeline
from lambdas.encounters.notice import Notice, NoticeKind
from tests.support.stories import MARLOWE

DENVER = ZoneInfo("America/Denver")
NOON = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)  # in Denver
NIGHT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 23:30 in Denver
AT = "2026-11-23T02:59:59.000Z"


def facts(*similarities: float, alerted: float | None = None, minor: bool = False, **case: Any) -> Facts:
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
        alerted_similarity=alerted,
    )
    return Facts(
        case=msgspec.structs.replace(MARLOWE, **case), encounter=encounter, site="North Station", is_minor=minor
    )


def recipient(name: str = "desk", **members: Any) -> Recipient:
    return Recipient(name=name, channel=Channel.SMS, **members)


def notice(kind: NoticeKind = NoticeKind.FIRST, at: datetime = NOON, audience: tuple[str, ...] = ()) -> Notice:
    return Notice(encounter_id="e1", about="e1", notice=kind, created_at=to_text(at), audience=audience)


def split(
    *recipients: Recipient,
    about: Facts | None = None,
    kind: NoticeKind = NoticeKind.FIRST,
    audience: tuple[str, ...] = (),
    at: datetime = NOON,
) -> list[Delivery]:
    return split_audience(recipients, notice(kind, at, audience), about or facts(), DENVER)


def names(deliveries: list[Delivery]) -> list[str]:
    return [name for delivery in deliveries for name in delivery.recipients]


def test_recipients_without_filters_share_one_delivery() -> None:
    assert split(recipient("a"), recipient("b")) == [Delivery(recipients=("a", "b"))]
    assert split() == []


def test_each_language_has_its_own_delivery() -> None:
    assert split(recipient("a"), recipient("b", language="es"), recipient("c")) == [
        Delivery(recipients=("a", "c"), language="en"),
        Delivery(recipients=("b",), language="es"),
    ]


@pytest.mark.parametrize(
    ("wanted", "passes", "fails"),
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
def test_filter_passes_only_matching_facts(wanted: Filter, passes: Facts | None, fails: Facts | None) -> None:
    if passes:
        assert names(split(recipient(filter=wanted), about=passes)) == ["desk"]
    if fails:
        assert split(recipient(filter=wanted), about=fails) == []


@pytest.mark.parametrize(
    ("wanted", "county"),
    [
        ("Multnomah", "Multnomah County"),
        ("Doña Ana", "Dona Ana"),
        ("St. Tammany", "SAINT TAMMANY PARISH"),
        ("Multnomah County, OR", "multnomah"),
    ],
)
def test_county_filter_passes_other_spellings(wanted: str, county: str) -> None:
    about = facts(last_seen=LastSeen(county=county))
    assert names(split(recipient(filter=Filter(counties=("Linn", wanted))), about=about)) == ["desk"]


def test_site_filter_passes_other_punctuation() -> None:
    assert names(split(recipient(filter=Filter(sites=("NORTH-STATION",))))) == ["desk"]


def test_unknown_county_passes_the_county_filter() -> None:
    assert MARLOWE.last_seen.county is None
    assert names(split(recipient(filter=Filter(counties=("Marion",))))) == ["desk"]


@pytest.mark.parametrize(
    ("kind", "alerted"),
    [
        (NoticeKind.FIRST, ["desk"]),
        (NoticeKind.BETTER_SHOT, ["desk"]),
        (NoticeKind.DIGEST, ["desk"]),
        (NoticeKind.RECALL, ["desk"]),
        (NoticeKind.ESCALATION, ["chief"]),
        (NoticeKind.BUDGET, ["desk", "chief"]),
        (NoticeKind.FLOOD, ["desk", "chief"]),
    ],
)
def test_only_escalations_go_to_escalation_recipients(kind: NoticeKind, alerted: list[str]) -> None:
    assert names(split(recipient("desk"), recipient("chief", escalation=True), kind=kind)) == alerted


def test_escalation_without_such_recipients_goes_to_everybody() -> None:
    assert names(split(recipient("a"), recipient("b"), kind=NoticeKind.ESCALATION)) == ["a", "b"]


def test_recall_follows_the_alert_and_a_digest_every_shot() -> None:
    about = facts(95, 99.5, alerted=95)
    picky = recipient(filter=Filter(minimum_similarity=99))
    assert split(picky, about=about, kind=NoticeKind.RECALL) == []
    assert names(split(picky, about=about, kind=NoticeKind.DIGEST)) == ["desk"]


def test_budget_warning_needs_no_encounter() -> None:
    wanted = Filter(minors_only=True)
    assert names(split_audience([recipient(filter=wanted)], notice(NoticeKind.BUDGET), None, DENVER)) == ["desk"]


def test_quiet_hours_delay_each_recipient_until_their_end() -> None:
    night = {"quiet_hours": ("22:00", "07:00")}
    deliveries = split(recipient("a", **night), recipient("b"), recipient("c", **night), at=NIGHT)
    morning = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert deliveries == [
        Delivery(recipients=("b",)),
        Delivery(recipients=("a",), due_at=morning),
        Delivery(recipients=("c",), due_at=morning),
    ]
    assert split(recipient("a", **night), at=NOON) == [Delivery(recipients=("a",))]


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (("22:00", "07:00"), (2026, 11, 23, 22, 0), (2026, 11, 24, 7, 0)),
        (("22:00", "07:00"), (2026, 11, 23, 0, 0), (2026, 11, 23, 7, 0)),
        (("22:00", "07:00"), (2026, 11, 23, 7, 0), None),
        (("22:00", "07:00"), (2026, 11, 23, 21, 59), None),
        (("12:00", "13:30"), (2026, 11, 23, 13, 29), (2026, 11, 23, 13, 30)),
        (("12:00", "13:30"), (2026, 11, 23, 13, 30), None),
        # Clocks go forward at 02:00 on 2026-03-08 and back at 02:00 on 2026-11-01.
        (("22:00", "07:00"), (2026, 3, 7, 23, 0), (2026, 3, 8, 7, 0)),
        (("22:00", "07:00"), (2026, 10, 31, 23, 0), (2026, 11, 1, 7, 0)),
    ],
)
def test_quiet_hours_are_in_the_agencys_time_zone(
    quiet: tuple[str, str], at: tuple[int, ...], until: tuple[int, ...] | None
) -> None:
    year, month, day, hour, minute = at
    [delivery] = split(recipient(quiet_hours=quiet), at=datetime(year, month, day, hour, minute, tzinfo=DENVER))
    if until is None:
        assert delivery.due_at is None
    else:
        year, month, day, hour, minute = until
        assert delivery.due_at == datetime(year, month, day, hour, minute, tzinfo=DENVER).astimezone(UTC)


def test_quiet_hours_apply_to_minors_only_on_request() -> None:
    night: dict[str, Any] = {"quiet_hours": ("22:00", "07:00")}
    minor = facts(minor=True)
    assert split(recipient(**night), about=minor, at=NIGHT)[0].due_at is None
    assert split(recipient(quiet_for_minors=True, **night), about=minor, at=NIGHT)[0].due_at is not None


def test_named_audience_ignores_filters_and_quiet_hours() -> None:
    one = recipient("a", quiet_hours=("22:00", "07:00"), filter=Filter(minors_only=True))
    assert split(one, recipient("b"), audience=("a", "gone"), at=NIGHT) == [Delivery(recipients=("a",))]


minutes = some.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


@given(
    at=some.integers(0, 2 * 365 * 24 * 60).map(lambda minute: NOON + timedelta(minutes=minute)),
    quiet=some.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1]),
)
def test_quiet_hours_end_in_the_future_within_25_hours(at: datetime, quiet: tuple[str, str]) -> None:
    [delivery] = split(recipient(quiet_hours=quiet), at=at)
    if delivery.due_at is not None:
        assert timedelta(0) < delivery.due_at - at <= timedelta(hours=25)
        assert split(recipient(quiet_hours=quiet), at=at) == [delivery]


def test_recipients_are_one_json_document() -> None:
    written = msgspec.json.encode([recipient(filter=Filter(sources=("fbi",)), quiet_hours=("22:00", "07:00"))])
    assert written == (
        b'[{"name":"desk","channel":"sms","quiet_hours":["22:00","07:00"],"filter":{"sources":["fbi"]}}]'
    )
    assert msgspec.json.encode(read_recipients(written.decode())) == written
    with pytest.raises(msgspec.ValidationError):
        read_recipients('[{"name":"desk","channel":"pigeon"}]')
