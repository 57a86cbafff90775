"""`homeward agency`: write a file, and say what a file means. Nothing of it needs AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from agencies.files import load_agency
from homeward.cli import app
from tests.support.town import AGENCY, DESK, NIGHT

if TYPE_CHECKING:
    from typer.testing import Result

SPRINGFIELD = Path(__file__).parents[4] / "agencies" / "examples" / "springfield.toml"


def run(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["agency", *map(str, arguments)], input=stdin)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shelbyville.toml"


def test_new_without_questions_writes_a_valid_file(file: Path) -> None:
    result = run("new", "shelbyville", "--yes", "--file", file, "--sms", "+15035550142", "--region", "us-east-1")
    assert result.exit_code == 0, result.output
    dev, prod = load_agency(file)
    assert (dev.stage, dev.removal_policy, dev.region) == ("shelbyville-dev", "destroy", "us-east-1")
    assert (prod.stage, prod.removal_policy) == ("shelbyville-prod", "retain")
    assert [(each.name, each.sms) for each in prod.alerting.recipients] == [("duty-desk", "+15035550142")]
    assert "springfield" not in file.read_text()
    assert list(file.parent.iterdir()) == [file]


def test_new_asks_again_after_a_wrong_answer(file: Path) -> None:
    answers = ["", "NO", "hm@shelbyville.no", "", "", "CET", "", "22 34 56 78", "+4722345678", "desk@shelby.no"]
    result = run("new", "shelbyville", "--file", file, "--environment", "dev", stdin="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    assert "did you mean +4722345678?" in result.output, result.output
    [settings] = load_agency(file)
    assert (settings.country, settings.contact, settings.alerting.time_zone) == ("NO", "hm@shelbyville.no", "CET")
    assert settings.alerting.console_url is None
    assert [each.channel for each in settings.alerting.recipients] == ["sms", "email"]


def test_new_does_not_overwrite_a_file(file: Path) -> None:
    file.write_text("mine")
    result = run("new", "shelbyville", "--yes", "--file", file)
    assert (result.exit_code, file.read_text()) == (5, "mine")
    assert "exists and is not overwritten" in result.stderr


def test_new_says_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("new", "shelbyville", "--yes", "--file", tmp_path / "file" / "shelbyville.toml")
    assert result.exit_code == 1
    assert result.stderr.startswith("homeward: cannot write ")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("Shelby Ville",), "lower-case letters"),
        (("shelbyville", "--time-zone", "EST"), "America/New_York"),
        (("shelbyville", "--region", "us-east-9"), "us-east-1"),
        (("shelbyville", "--language", "English"), "'en', 'es' or 'fr'"),
        (("shelbyville", "--environment", "production"), "did you mean prod?"),
    ],
)
def test_new_refuses_a_wrong_option(file: Path, arguments: tuple[str, ...], reason: str) -> None:
    result = run("new", *arguments, "--yes", "--file", file)
    assert result.exit_code == 2
    assert reason in " ".join(result.stderr.replace("│", " ").split())
    assert list(file.parent.iterdir()) == []


def checked(file: Path, text: str, *options: str) -> dict[str, Any]:
    file.write_text(text)
    document: dict[str, Any] = json.loads(run("check", file, "--json", *options).stdout)
    return document


def test_check_lists_every_error_and_fails(file: Path) -> None:
    file.write_text(AGENCY.replace('"Town"', '" "').replace("[alerting]", '[alerting]\ntime_zone = "EST"'))
    result = run("check", file)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2
    assert "display_name: ''" in result.stderr.replace("' '", "''")
    assert "did you mean America/New_York?" in result.stderr


def test_check_says_who_is_told_what_and_when(file: Path) -> None:
    matching = load_agency(SPRINGFIELD)[1].matching
    alert, minors = matching.alert_threshold, matching.minors.alert_threshold
    sentences = " ".join(checked(file, SPRINGFIELD.read_text())["environments"]["springfield-prod"])
    for said in (
        "duty-desk gets a text message at +1 503-555-0142 in English of every alert.",
        "in Spanish of alerts of missing persons, last seen in Springfield or Shelby, of at least 97 %; from 22:00",
        "every alert that nobody acknowledged within 15 minutes.",
        f"80 % opens an encounter for review; one of {alert:g} % also alerts ({minors:g} % for minors) if a second",
        "sighting or photo agrees, one of 96 % (99.3 %) alone.",
        "Each may cause 60 searches a minute and 30 first alerts an hour.",
    ):
        assert said in sentences


def test_check_estimates_the_cost_of_the_cameras(file: Path) -> None:
    [cost] = [
        sentence
        for sentence in checked(file, AGENCY + DESK, "--cameras", "3", "--people", "2000")["environments"]["town-dev"]
        if "$" in sentence
    ]
    assert "about $186 a month: $6 for encryption keys, and $180 for searches" in cost
    assert "at most $7,842, of which $60 for text messages" in cost


@pytest.mark.parametrize(
    ("table", "warning"),
    [
        ("", "alerting.recipients: empty: nobody is told of a match"),
        (DESK, "alerting.recipients: all are telephones: after 200 messages a day nobody is told"),
        (DESK, "alerting.recipients.0: desk: +15035550142 is a number of examples: nobody has it"),
        (DESK.replace("0142", "1142"), "alerting.time_zone: alerts show times in UTC"),
        (DESK.replace("+15035550142", "+442072301212"), "+442072301212 is a number of GB; the agency is in US"),
        (DESK.replace("+15035550142", "+12225551142"), "+12225551142 has an unknown area or carrier code"),
        (f'{DESK}filter.sources = ["fbi"]\n', "desk: filter.sources names fbi, which is not enabled"),
        (f"{DESK}quiet_for_minors = true\n", "desk: quiet_for_minors does nothing without quiet_hours"),
        (
            f"escalate_after_minutes = 0\n{DESK}{NIGHT}escalation = true",
            "night: gets no alert: escalate_after_minutes = 0 turns escalation off",
        ),
        ("", "alerting.console_url: has no effect without console.certificate"),
        ("[retention]\nencounter_days = 1\n[matching]\nreview_deadline_days = 1", "alerting.link_valid_hours: longer"),
        ("[matching]\nreview_threshold = 50", "matching.review_threshold: 50 opens encounters for many strangers"),
        ('[sources.folder]\nenabled = true\nfolder = "./cases"', "sources.folder.folder: only `homeward sync` reads"),
        ('[environments.prod]\naccount = "123456789012"', "account: write both account and region, or neither"),
    ],
)
def test_check_warns_of_what_is_probably_not_meant(file: Path, table: str, warning: str) -> None:
    assert [text for text in checked(file, f"{AGENCY}{table}\n")["warnings"] if warning in text], warning


def test_check_has_no_warning_for_a_finished_file(file: Path) -> None:
    text = AGENCY.replace("agency.example", "springfield.gov").replace("[alerting]", "[alerting]\n" + ZONE)
    text = text.replace('console_url = "https://homeward.springfield.gov"\n', "")
    mailbox = '[[alerting.recipients]]\nname = "mail"\nemail = "desk@springfield.gov"\n'
    document = checked(file, f"{text}{mailbox}{SOURCE}")
    assert (document["errors"], document["warnings"]) == ([], [])


ZONE = 'time_zone = "America/Denver"'
SOURCE = '[sources.folder]\nenabled = true\nfolder = "s3://cases/all"\n'
