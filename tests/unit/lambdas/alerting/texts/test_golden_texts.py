"""Every text in every language as a file to read: `golden/LANGUAGE/KIND.txt`.

To accept a change: .venv/bin/pytest THIS_FILE --snapshot-update, and read the difference.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from lambdas.alerting.alert import Alert, compose_alert
from lambdas.alerting.answer import ReplyAnswer
from lambdas.alerting.budget import BudgetWarning, FloodWarning
from lambdas.alerting.texts.gsm7 import segments
from lambdas.alerting.texts.languages import PHRASES
from lambdas.alerting.texts.render import render
from lambdas.cases.case import LastSeen, Range, SourcePhoto
from lambdas.encounters.encounter import Encounter, RunnerUp, Sighting, Strictness, Timeline
from lambdas.encounters.notice import NoticeKind
from tests.support.stories import MARLOWE

FILES = Path(__file__).with_name("golden")
AT = datetime(2026, 9, 14, 21, 59, tzinfo=UTC)
CASE = msgspec.structs.replace(
    MARLOWE,
    age_when_missing=Range(min=44, max=44),
    last_seen=LastSeen(date="2011-06-03", city="Nowhere Falls", region="OR"),
    height_cm=Range(min=177.8, max=182.9),
    weight_kg=Range(min=75, max=75),
    hair="Brown",
    marks=("Tattoo: Swallow on the left wrist",),
    clothing=("Grey wool coat",),
    photos=(SourcePhoto(photo_id="910101", url="https://source.example/1", taken_year=2009),),
)
WARNINGS: dict[str, BudgetWarning | FloodWarning | ReplyAnswer] = {
    "budget": BudgetWarning(day="2026-09-14", limit=50),
    "flood": FloodWarning(camera="cam-01", site="North Station, hall"),
    "answer": ReplyAnswer(),
}


def alert(kind: NoticeKind, *, images: int = 2, runner_up: float | None = None) -> Alert:
    at = [(AT + timedelta(seconds=4 * number)).isoformat() for number in range(images)]
    sighting = Sighting(
        similarity=97.25,
        captured_at=at[0],
        key="encounters/e/c.jpg",
        photo_id="910101",
        alerting=True,
        alone=images == 1,
        alone_threshold=97 if images == 1 else 99,
        strictness=Strictness(photo_age=0.3),
        track="t-1",
        runner_up=None if runner_up is None else RunnerUp(case_id="namus:MP900999", similarity=runner_up),
    )
    encounter = Encounter(
        encounter_id="0123456789abcdef",
        case_id=CASE.case_id,
        camera="cam-01",
        started_at=at[0],
        sightings={f"c{number}": msgspec.structs.replace(sighting, captured_at=each) for number, each in enumerate(at)},
        timeline=Timeline(captured_at=at[0], received_at=at[0], searched_at=at[0], encountered_at=at[0]),
        link_token="a-secret",
        alerted_sightings=images - 1,
    )
    return compose_alert(
        encounter,
        CASE,
        kind=kind,
        site="North Station, hall",
        link_base="https://links.example",
        zone=ZoneInfo("America/Los_Angeles"),
        created_at=AT + timedelta(minutes=15),
        takes_replies=True,
    )


MESSAGES: dict[str, Alert | BudgetWarning | FloodWarning | ReplyAnswer] = {
    **{kind.value: alert(kind) for kind in NoticeKind if kind.value not in WARNINGS},
    "first-one-image": alert(NoticeKind.FIRST, images=1),
    "first-another-near": alert(NoticeKind.FIRST, runner_up=94.0),
    "first-another-alike": alert(NoticeKind.FIRST, runner_up=96.5),
    **WARNINGS,
}


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("language", PHRASES)
def test_text_is_as_kept(language: str, name: str, request: pytest.FixtureRequest) -> None:
    texts = render(MESSAGES[name], alert_id="1", language=language)
    page = (
        f"SUBJECT\n{texts.subject}\n\n"
        f"TEXT MESSAGE ({segments(texts.sms)} segments)\n{texts.sms}\n\n"
        f"E-MAIL\n{texts.email}"
    )
    file = FILES / language / f"{name}.txt"
    if request.config.getoption("update_snapshots"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page)
    assert page == file.read_text()
