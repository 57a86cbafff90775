from __future__ import annotations

import csv
import io
import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from lambdas.common.times import now, to_text
from lambdas.common.trusted_time import TimeDoubt
from lambdas.encounters.encounter import AlertState, Review, RunnerUp, Sighting, Stage, Timeline
from tests.support.review_desk import CASE, Desk

if TYPE_CHECKING:
    from tests.support.town import Town


def listed(town: Town, *options: str) -> list[dict[str, Any]]:
    return list(json.loads(town.run("encounter", "list", "--json", *options).stdout))


def test_list_shows_newest_first(town: Town, desk: Desk) -> None:
    ago = {name: to_text(now() - timedelta(hours=hours)) for name, hours in (("e1", 5), ("e2", 49), ("e3", 1))}
    desk.add_encounter("e1", started_at=ago["e1"], alert=AlertState.SENT)
    desk.add_encounter("e2", started_at=ago["e2"], review=Review.CONFIRMED)
    desk.add_encounter("e3", started_at=ago["e3"], case_id="namus:MP2", shots=3)
    rows = listed(town)
    assert [row["encounter"] for row in rows] == ["e3", "e1", "e2"]
    assert [(row["stage"], row["age"], row["shots"]) for row in rows] == [
        ("open", "1 h", 3),
        ("alerted", "5 h", 2),
        ("confirmed", "2 d", 2),
    ]
    assert (rows[1]["case"], rows[1]["site"], rows[1]["similarity"]) == (CASE, "North Station", 91.5)
    assert [row["encounter"] for row in listed(town, "--stage", "alerted")] == ["e1"]
    assert [row["encounter"] for row in listed(town, "--case", CASE)] == ["e1", "e2"]
    assert [row["encounter"] for row in listed(town, "--limit", "1")] == ["e3"]
    table = town.run("encounter", "list", "--limit", "1").stdout
    assert "1 encounter; for more, raise --limit" in table


def test_list_of_a_case_has_encounters_with_it_as_runner_up(town: Town, desk: Desk) -> None:
    own, other = RunnerUp(case_id=CASE, similarity=88.25), RunnerUp(case_id="namus:MP2", similarity=82)
    for name, hours, others in (("e1", 1, (other, own)), ("e2", 3, (other,))):
        shot = Sighting(similarity=97.5, captured_at=to_text(now()), key="k", photo_id="1", others=others)
        started_at = to_text(now() - timedelta(hours=hours))
        desk.add_encounter(name, started_at=started_at, case_id="namus:MP3", sightings={"c1": shot})
    desk.add_encounter("e3", started_at=to_text(now() - timedelta(hours=2)))
    rows = listed(town, "--case", CASE)
    assert [(row["encounter"], row["case"], row["runner_up"]) for row in rows] == [
        ("e1", "namus:MP3", 88.25),
        ("e3", CASE, None),
    ]
    assert [row["encounter"] for row in listed(town, "--case", CASE, "--order", "waiting")] == ["e3", "e1"]
    assert [row["encounter"] for row in listed(town, "--case", CASE, "--at-least", "95")] == ["e1"]
    assert [row["encounter"] for row in listed(town, "--case", CASE, "--limit", "1")] == ["e1"]
    assert "runner-up" in town.run("encounter", "list", "--case", CASE).stdout
    assert "runner-up" not in town.run("encounter", "list").stdout


def seen(taken: str, opened: str, doubt: TimeDoubt | None = None) -> dict[str, Any]:
    """Return the members of an encounter with one picture of this time."""
    shot = Sighting(similarity=97, captured_at=taken, key="k", photo_id="910101", time_doubt=doubt)
    line = Timeline(captured_at=taken, received_at=opened, searched_at=opened, encountered_at=opened)
    return {"sightings": {"c1": shot}, "timeline": line, "started_at": opened}


def test_old_picture_is_listed_as_old_and_by_arrival(town: Town, desk: Desk) -> None:
    here, earlier = (to_text(now() - timedelta(hours=hours)) for hours in (3, 5))
    desk.add_encounter("e1", **seen("2026-09-01T10:00:00.000Z", here))
    desk.add_encounter("e2", **seen(earlier, earlier, TimeDoubt.FUTURE))
    rows = [(row["encounter"], row["age"], row["seen"], row["time_doubt"]) for row in listed(town)]
    assert rows == [("e1", "3 h", "2026-09-01 10:00Z", None), ("e2", "5 h", "time not known", "future")]
    assert "2026-09-01 10:00Z" in town.run("encounter", "show", "e1").stdout
    assert "the sender's time is in the future" in town.run("encounter", "show", "e2").stdout


@pytest.mark.parametrize("poison", ["2099-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"])
def test_poison_time_of_an_earlier_version_is_not_shown(town: Town, desk: Desk, poison: str) -> None:
    desk.add_encounter("e1", **{**seen(poison, to_text(now() - timedelta(hours=2))), "started_at": poison})
    [row] = listed(town)
    assert (row["age"], row["seen"]) == ("2 h", "time not known")
    for command in (("show", "e1"), ("confirm", "e1", "--by", "Ada")):
        assert town.run("encounter", *command).exit_code == 0
    assert poison[:10] not in town.run("encounter", "show", "e1").stdout


def test_show_prints_the_link_of_an_alert_alone(town: Town, desk: Desk) -> None:
    desk.add_encounter("quiet", link_token="hush-hush")
    assert "hush-hush" not in town.run("encounter", "show", "quiet", "--json").stdout
    desk.add_encounter(link_token="hush-hush", alert=AlertState.SENT)
    shown = town.run("encounter", "show", "e1", "--by", "Ada", "--json").stdout
    assert shown.count("hush-hush") == 1
    facts = json.loads(shown)
    assert facts["evidence"]["link"] == "https://links.example/e/e1/hush-hush"
    assert facts["evidence"]["best_similarity"] == 91.5
    assert [(record["kind"], record["by"]) for record in facts["audit"]] == [("viewed", "Ada")]
    text = town.run("encounter", "show", "e1").stdout
    assert "viewed by Ada (command-line)" in text
    assert "link: https://links.example/e/e1/hush-hush\n" in text
    assert "2026-11-23T02:59:00.000Z" in text


def test_show_leaves_out_what_is_not_known(town: Town, desk: Desk) -> None:
    desk.add_encounter()
    lines = town.run("encounter", "show", "e1").stdout.splitlines()
    assert [line for line in lines if re.fullmatch(r" ?[a-z]+( [a-z]+)* *", line)] == []


def test_show_saves_both_pictures_and_is_audited(town: Town, desk: Desk, tmp_path: Path) -> None:
    desk.add_encounter()
    folder = tmp_path / "look"
    assert town.run("encounter", "show", "e1", "--pictures", str(folder), "--by", "Ada").exit_code == 0
    assert (folder / "e1-seen.jpg").read_bytes() == b"picture 1"
    assert (folder / "e1-photo.jpg").read_bytes() == b"photo"
    assert Image.open(folder / "e1-sheet.jpg").size == (1032, 654)
    assert sorted(desk.audited()) == [("picture_viewed", "Ada"), ("viewed", "Ada")]


def test_open_shows_the_sheet_of_both_pictures(town: Town, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_encounter()
    opened: list[Path] = []
    monkeypatch.setattr("typer.launch", lambda path: opened.extend([Path(path)]))
    assert town.run("encounter", "show", "e1", "--open").exit_code == 0
    [sheet] = opened
    assert sheet.name == "e1-sheet.jpg"
    assert sheet.parent.stat().st_mode & 0o077 == 0
    shutil.rmtree(sheet.parent)


def test_show_prints_a_digest_in_one_piece(town: Town, desk: Desk) -> None:
    shot = Sighting(similarity=97, captured_at="2026-09-01T10:00:00.000Z", key="k", photo_id="1", sha256="ab" * 32)
    desk.add_encounter(sightings={"c": shot})
    assert f"picture sha256: {'ab' * 32}\n" in town.run("encounter", "show", "e1").stdout


def test_list_fits_80_columns_with_whole_ids_and_names(town: Town, desk: Desk) -> None:
    desk.add_encounter("0123456789abcdef", review=Review.CONFIRMED)
    text = town.run("encounter", "list").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert {"0123456789abcdef", CASE, "Marlowe"} <= set(text.split())
    long = "own:" + "9" * 90
    desk.add_encounter("1123456789abcdef", case_id=long)
    assert {"0123456789abcdef", "1123456789abcdef", long} <= set(town.run("encounter", "list").stdout.split())


def test_csv_has_every_member_of_the_json(town: Town, desk: Desk) -> None:
    empty = town.run("encounter", "list", "--csv").stdout
    desk.add_encounter()
    [row] = listed(town)
    [found] = csv.DictReader(io.StringIO(town.run("encounter", "list", "--csv").stdout))
    assert list(found) == list(row) == empty.strip().split(",")
    assert found == {name: "" if value is None else str(value) for name, value in row.items()}
    assert town.run("encounter", "list", "--csv", "--json").exit_code == 2


@pytest.mark.parametrize(("answer", "stage"), [("y\n", Stage.DISMISSED), ("n\n", Stage.OPEN), ("", Stage.OPEN)])
def test_dismissing_asks_before_it_deletes_pictures(town: Town, desk: Desk, answer: str, stage: Stage) -> None:
    desk.add_encounter()
    result = town.run("encounter", "dismiss", "e1", "--by", "Ada", stdin=answer)
    assert "delete its 2 pictures for good?" in result.output
    assert (result.exit_code == 0) == (stage is Stage.DISMISSED)
    assert desk.encounter().stage is stage


def test_deleted_pictures_exit_with_3(town: Town, desk: Desk, tmp_path: Path) -> None:
    desk.add_encounter(review=Review.DISMISSED)
    result = town.run("encounter", "show", "e1", "--pictures", str(tmp_path))
    assert result.exit_code == 3
    assert "its pictures are deleted" in result.output


@pytest.mark.parametrize(
    ("command", "review"),
    [("confirm", Review.CONFIRMED), ("dismiss", Review.DISMISSED), ("undecided", Review.UNDECIDED)],
)
def test_verdict_is_recorded_once(town: Town, desk: Desk, command: str, review: Review) -> None:
    desk.add_encounter()
    arguments = (
        "encounter",
        command,
        "e1",
        "--by",
        "Ada",
        "--note",
        "why",
        *(("--yes",) if command == "dismiss" else ()),
    )
    deleted = ", deleting its pictures" if command == "dismiss" else ""
    assert town.run(*arguments, "--dry-run").stdout == f"would make e1 {review.value}{deleted}; it is open\n"
    assert desk.audited() == []
    assert town.run(*arguments).stdout == f"e1 is {review.value}\n"
    assert town.run(*arguments).stdout == f"e1 is {review.value}, as before\n"
    assert desk.encounter().stage is Stage(review.value)
    assert [(record.kind.value, record.note) for record in desk.audit.of("e1")] == [(review.value, "why")]


def test_first_acknowledgment_wins(town: Town, desk: Desk) -> None:
    desk.add_encounter()
    assert town.run("encounter", "acknowledge", "e1", "--by", "Ada", "--dry-run").stdout == "would acknowledge e1\n"
    assert town.run("encounter", "acknowledge", "e1", "--by", "Ada").stdout == "acknowledged e1\n"
    again = town.run("encounter", "acknowledge", "e1", "--by", "Bob")
    assert again.stdout == "not acknowledged: Ada was first\n"


def test_verdict_needs_a_reviewer(town: Town, desk: Desk) -> None:
    desk.add_encounter()
    assert town.run("encounter", "confirm", "e1").exit_code == 2


@pytest.mark.parametrize("command", ["acknowledge", "confirm"])
def test_withdrawn_encounter_takes_no_verdict(town: Town, desk: Desk, command: str) -> None:
    desk.add_encounter(review=Review.WITHDRAWN)
    result = town.run("encounter", command, "e1", "--by", "Ada")
    assert result.exit_code == 5
    assert "encounter e1 is withdrawn: its case was closed" in result.output
    assert town.run("encounter", command, "e2", "--by", "Ada").exit_code == 3
    assert town.run("encounter", "show", "e2").exit_code == 3
