from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agencies.files import load_agency
from lambdas.ingest.settings import read_sources
from stacks.agency import Agency
from tests.infrastructure.templates import ROOT, new_app

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment


def test_every_change_of_a_photo_reaches_the_index(either: Deployment) -> None:
    bucket = either.one("AWS::S3::Bucket", "Ingest", "Gallery")
    configured = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    queue = {"Fn::GetAtt": [either.logical_id("Ingest", "PhotoEvents"), "Arn"]}
    under_photos = {"S3Key": {"Rules": [{"Name": "prefix", "Value": "photos/"}]}}
    assert configured == [
        {"Event": event, "Queue": queue, "Filter": under_photos}
        for event in ("s3:ObjectCreated:*", "s3:ObjectRemoved:*")
    ]
    assert any("PhotoEventsPolicy" in name for name in bucket["DependsOn"])


def test_the_face_collection_is_made_and_kept_as_the_environment_says(dev: Deployment, prod: Deployment) -> None:
    for deployment, removal in ((dev, "destroy"), (prod, "retain")):
        [collection] = deployment.of_type("Custom::FaceCollection").values()
        properties = collection["Properties"]
        assert properties["CollectionId"] == f"homeward-everytown-{deployment.environment}"
        assert properties["Removal"] == removal


def test_no_custom_resource_can_hold_a_deployment_for_an_hour(either: Deployment) -> None:
    custom = either.of_type("Custom::FaceCollection") | either.of_type("Custom::BucketContents")
    assert len(custom) == 4
    for name, resource in custom.items():
        token = resource["Properties"]["ServiceToken"]["Fn::GetAtt"][0]
        timeout = either.templates[name.partition("/")[0]]["Resources"][token]["Properties"]["Timeout"]
        assert timeout <= int(resource["Properties"]["ServiceTimeout"]) <= 900


def test_enabled_sources_are_synced_as_often_as_the_agency_says(prod: Deployment) -> None:
    rule = prod.one("AWS::Events::Rule", "Ingest", "SyncSchedule")["Properties"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(12 hours)", "ENABLED")
    function = {"Fn::GetAtt": [prod.logical_id("Ingest", "ListCases"), "Arn"]}
    assert [target["Arn"] for target in rule["Targets"]] == [function]


def test_without_an_enabled_source_nothing_is_asked() -> None:
    [settings, _] = load_agency(ROOT / "agencies" / "springfield.toml")
    assembly = Agency(new_app(), settings.stage, settings=settings).synth()
    resources = assembly.get_stack_by_name(f"{settings.stage}-Ingest").template["Resources"].values()
    assert not [resource for resource in resources if resource["Type"] == "AWS::Events::Rule"]
    [listing] = [r for r in resources if "list_cases" in r.get("Properties", {}).get("Handler", "")]
    sources = json.loads(listing["Properties"]["Environment"]["Variables"]["SOURCES"])
    assert sources == {"contact": "homeward@police.springfield.example"}


def test_the_functions_read_the_agencys_sources_as_it_wrote_them(prod: Deployment) -> None:
    for function in ("ListCases", "FetchCase"):
        sources = read_sources(prod.function("Ingest", function)["Environment"]["Variables"]["SOURCES"])
        assert sources.contact == "homeward@police.everytown.example"
        assert sources.enabled.keys() == {"namus"}
        namus = sources.enabled["namus"]
        assert (namus.base_url, namus.requests_per_second) == ("https://www.namus.example", 1.0)
        assert namus.states == ("Oregon",)
        assert namus.permission == "Letter of 2026-10-01 from the operator, ref. 12345"
