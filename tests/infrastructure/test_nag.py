"""cdk-nag: the stacks follow three packs of rules, apart from findings acknowledged with a reason."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from agencies.files import load_agency
from stacks.constructs.nag import REASONS
from stacks.environment import AgencyEnvironment
from tests.infrastructure.checked import AGENCIES, EVERY_SWITCH, checked_app, environments
from tests.infrastructure.templates import AGENCY_FILE, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from agencies.settings import Settings

PAGE = ROOT / "docs" / "evaluator" / "security-checks.md"


@pytest.mark.parametrize("agency", AGENCIES)
def test_cdk_nag_passes_for_every_agency(checked: Callable[[str], dict[str, Any]], agency: str) -> None:
    assert checked(agency)


def test_account_and_region_are_optional(tmp_path: Path) -> None:
    file = tmp_path / "agency.toml"
    file.write_text(re.sub(r"(?m)^(account|region) = .*$", "", AGENCY_FILE.read_text()))
    app = checked_app()
    settings = load_agency(file)[0]
    assert settings.account is settings.region is None
    AgencyEnvironment(app, settings.stage, settings=settings)
    app.synth()


def test_cdk_nag_checks_the_stacks_of_a_stage() -> None:
    app = checked_app()
    settings = load_agency(AGENCY_FILE)[0]
    agency = AgencyEnvironment(app, settings.stage, settings=settings)
    stack = agency.node.find_child("Ingest")
    assert isinstance(stack, cdk.Stack)
    s3.Bucket(stack, "Open")
    with pytest.raises(RuntimeError, match=r"AwsSolutions-S1'"):
        app.synth()


class Unacknowledged:
    """Stands in for the acknowledgments of one construct, and drops them."""

    def acknowledge(self, *_: object) -> None:
        """Drop them."""


def findings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Counter[str]]:
    """Count the findings that are acknowledged otherwise, by pack and rule."""
    app = checked_app()
    monkeypatch.setattr(cdk.Validations, "of", lambda _: Unacknowledged())
    AgencyEnvironment(app, settings.stage, settings=settings)
    monkeypatch.undo()
    with pytest.raises(RuntimeError) as raised:
        app.synth()
    report = json.loads(Path(str(raised.value).strip().rpartition(": ")[2]).read_text())
    counted: dict[str, Counter[str]] = {}
    for pack in report["pluginReports"]:
        of_pack = counted.setdefault(pack["pluginName"], Counter())
        for violation in pack["violations"]:
            rule = violation["ruleName"].partition("[")[0].removeprefix(f"{pack['pluginName']}-")
            of_pack[rule] += len(violation["violatingConstructs"])
    return counted


def page_tables() -> dict[str, Counter[str]]:
    """Read the page's counts by pack and rule."""
    tables: dict[str, Counter[str]] = {}
    for line in PAGE.read_text().splitlines():
        if found := re.match(r"\| ([\w. -]+) \| ([\w-]+) \| (\d+) \|", line):
            tables.setdefault(found[1], Counter())[found[2]] = int(found[3])
    return tables


def test_the_page_counts_the_acknowledged_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    [settings] = [each for each in environments(EVERY_SWITCH) if each.environment == "prod"]
    counted = findings(settings, monkeypatch)
    assert page_tables() == counted
    text = PAGE.read_text()
    for pack, rules in counted.items():
        assert f"{rules.total()} of {pack}" in text


def test_every_acknowledgment_has_a_reason() -> None:
    sources = {path.name: path.read_text() for path in (ROOT / "stacks").rglob("*.py")}
    assert [name for name, text in sources.items() if "Acknowledgment(" in text] == ["nag.py"]
    assert min(len(reason) for rules in REASONS.values() for reason in rules.values()) > 40
