"""Every command prints names, sites and notes from outside as text, whatever they hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdas.cases.case import Case, CaseStatus, InvestigatingAgency, LastSeen, Name
from lambdas.common.outside_text import visible
from lambdas.encounters.encounter import AlertState
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.review_desk import Desk
    from tests.support.town import Town

HOSTILE = "[/nosuch] [link=http://evil.example]x[/link] \x1b[2J\u202e\nend"


@pytest.fixture
def hostile(desk: Desk, dynamodb: DynamoDBClient) -> Case:
    case = msgspec.structs.replace(
        MARLOWE,
        names=(Name(given=HOSTILE),),
        last_seen=LastSeen(city=HOSTILE),
        marks=(HOSTILE,),
        hair=HOSTILE,
        narrative=f"{HOSTILE}\n\nSecond paragraph.",
        agencies=(InvestigatingAgency(name=HOSTILE, phone_raw=HOSTILE),),
    )
    put_case(dynamodb, case, CaseStatus.OPEN)
    site = {"camera": {"S": "cam-01"}, "site": {"S": HOSTILE}}
    dynamodb.put_item(TableName="cameras", Item=site)
    desk.add_encounter(alert=AlertState.SENT)
    return case


@pytest.mark.parametrize(
    "command",
    [
        ("case", "list"),
        ("case", "show", MARLOWE.case_id),
        ("case", "close", MARLOWE.case_id, "--dry-run"),
        ("encounter", "list"),
        ("encounter", "confirm", "e1", "--by", HOSTILE, "--note", HOSTILE),
        ("encounter", "acknowledge", "e1", "--by", HOSTILE),
        ("case", "show", HOSTILE),
        ("encounter", "show", HOSTILE),
        ("camera", "add", HOSTILE, "--site", HOSTILE),
        ("case", "list", "--status", HOSTILE),
    ],
)
@pytest.mark.usefixtures("hostile")
def test_command_prints_markup_and_controls_as_text(town: Town, command: tuple[str, ...]) -> None:
    result = town.run(*command)
    assert result.exit_code in {0, 2, 3}
    assert visible(result.output.replace("\n", "")) == result.output.replace("\n", "")


@pytest.mark.usefixtures("hostile")
def test_case_shows_brackets_and_paragraphs(town: Town) -> None:
    shown = town.run("case", "show", MARLOWE.case_id).stdout
    assert "name              [/nosuch] [link=http://evil.example]x[/link] end" in shown
    assert "Second paragraph." in shown


@pytest.mark.usefixtures("hostile")
def test_history_of_an_encounter_shows_who_did_what(town: Town) -> None:
    assert town.run("encounter", "acknowledge", "e1", "--by", HOSTILE).exit_code == 0
    assert town.run("encounter", "dismiss", "e1", "--yes", "--by", "Ada", "--note", HOSTILE).exit_code == 0
    facts = json.loads(town.run("encounter", "show", "e1", "--json").stdout)
    clean = "[/nosuch] [link=http://evil.example]x[/link] end"
    assert facts["encounter"]["acknowledged_by"] == clean
    assert facts["evidence"]["site"] == clean
    assert [record["note"] for record in facts["audit"]][1] == clean
    assert "dismissed by Ada (command-line): [/nosuch]" in town.run("encounter", "show", "e1").stdout
