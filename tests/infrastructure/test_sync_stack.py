from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from agencies.files import load_agency
from lambdas.ingest.sources.settings import read_sources
from stacks.environment import AgencyEnvironment
from tests.infrastructure.templates import ROOT, new_app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.infrastructure.templates import Deployment


@pytest.fixture
def states() -> dict[str, Any]:
    """Return the states of the state machine."""
    return dict(json.loads((ROOT / "stacks" / "sync.asl.json").read_text())["States"])


def test_enabled_sources_are_synced_at_the_interval(either: Deployment) -> None:
    [rule] = [resource["Properties"] for resource in either.of_type("AWS::Events::Rule", "Sync").values()]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(12 hours)", "ENABLED")
    [target] = rule["Targets"]
    assert target["Arn"] == {"Ref": either.logical_id("Sync", "Machine")}
    # Only an operator may allow removals beyond the safety stop, never the schedule.
    assert json.loads(target["Input"]) == {"source": "namus", "allow_removals": False}


def test_without_enabled_sources_nothing_is_scheduled() -> None:
    settings = load_agency(ROOT / "agencies" / "examples" / "springfield.toml")[0]
    assembly = AgencyEnvironment(new_app(), settings.stage, settings=settings).synth()
    resources = assembly.get_stack_by_name(f"{settings.stage}-Sync").template["Resources"].values()
    assert not [resource for resource in resources if resource["Type"] == "AWS::Events::Rule"]
    [function] = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::Function"]
    sources = json.loads(function["Environment"]["Variables"]["SOURCES"])
    assert sources == {"contact": "homeward@police.springfield.example"}


def test_function_gets_the_sources_of_the_agency_file(prod: Deployment) -> None:
    sources = read_sources(prod.function("Sync", "SyncFunction")["Environment"]["Variables"]["SOURCES"])
    assert sources.contact == "homeward@police.everytown.example"
    assert sources.enabled.keys() == {"namus"}
    namus = sources.enabled["namus"]
    assert (namus.base_url, namus.requests_per_second) == ("https://www.namus.example", 1.0)
    assert namus.states == ("Oregon",)
    assert namus.permission == "Letter of 2026-10-01 from the operator, ref. 12345"


@pytest.mark.parametrize(
    ("folder", "files", "bucket"),
    [
        ("s3://own-cases/export", "arn:aws:s3:::own-cases/export/*", "arn:aws:s3:::own-cases"),
        ("s3://own-cases", "arn:aws:s3:::own-cases/*", "arn:aws:s3:::own-cases"),
        ("/srv/cases", None, None),
    ],
)
def test_own_folder_in_s3_is_synced_in_the_cloud(
    tmp_path: Path, folder: str, files: str | None, bucket: str | None
) -> None:
    own = f'[sources.folder]\nenabled = true\nfolder = "{folder}"\n\n[sources.namus]'
    file = tmp_path / "own.toml"
    file.write_text((ROOT / "agencies" / "examples" / "springfield.toml").read_text().replace("[sources.namus]", own))
    settings = load_agency(file)[0]
    app = new_app()
    template = (
        AgencyEnvironment(app, settings.stage, settings=settings)
        .synth()
        .get_stack_by_name(f"{settings.stage}-Sync")
        .template
    )
    policies = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
    statements = [each for policy in policies for each in policy["Properties"]["PolicyDocument"]["Statement"]]
    resources = json.dumps([each["Resource"] for each in statements])
    rules = [each for each in template["Resources"].values() if each["Type"] == "AWS::Events::Rule"]
    assert len(rules) == bool(files)
    assert ("own-cases" in resources) == bool(files)
    assert all(f'"{arn}"' in resources for arn in (files, bucket) if arn)


def test_cases_are_fetched_one_at_a_time(states: dict[str, Any]) -> None:
    assert states["FetchEachCase"]["MaxConcurrency"] == 1


def test_any_failure_releases_the_source_and_fails_the_run(states: dict[str, Any]) -> None:
    for name in ("Plan", "FetchEachCase", "Withdraw"):
        [caught] = states[name]["Catch"]
        assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "LetGo")
    assert states["LetGo"]["Next"] == "Failed"
    assert states["Failed"]["Type"] == "Fail"


def test_results_of_children_do_not_count_against_the_limit_of_a_state(states: dict[str, Any]) -> None:
    children = states["FetchEachCase"]["ItemProcessor"]["States"]
    for state in (states["FetchEachCase"], children["FetchCases"]):
        assert state["ResultSelector"] == {}
    assert states["FetchEachCase"]["ResultPath"] is None


def test_reason_of_a_failing_child_is_kept(states: dict[str, Any]) -> None:
    children = states["FetchEachCase"]["ItemProcessor"]["States"]
    [caught] = children["FetchCases"]["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], "KeepReason")
    assert children["KeepReason"]["Parameters"]["Payload"] == {
        "step": "keep_reason",
        "batch.$": "$",
        "error.$": caught["ResultPath"],
    }
    assert (children["KeepReason"]["Next"], children["BatchFailed"]["Type"]) == ("BatchFailed", "Fail")


def test_state_machine_may_stop_only_its_own_executions(prod: Deployment) -> None:
    [statement] = [each for each in prod.statements("Sync", "MachineMay") if "states:StopExecution" in each["Action"]]
    begin = "arn:aws:states:us-east-1:222222222222:execution:"
    name = {"Fn::GetAtt": [prod.logical_id("Sync", "Machine"), "Name"]}
    assert statement["Resource"] == [{"Fn::Join": ["", [begin, name, after]]} for after in ("/*:*", ":*")]
