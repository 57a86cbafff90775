"""A case that comes later matches captures that encounters keep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lambdas.encounters.policy import Thresholds
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import CASE, PERSON, DeployedAgency, jpeg, write_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LATER_CASE = "namus:MP900506"


@pytest.fixture(scope="module")
def later_case(agency: DeployedAgency) -> Iterator[None]:
    """A second case of the person, for this file only. Other tests rely on a single case."""
    write_case(agency.documents, number=900506, name="Rosalind Sampleton", picture=PERSON[1])
    yield
    (agency.documents / "900506.json").unlink()
    agency.homeward("case", "close", LATER_CASE)


@pytest.mark.usefixtures("later_case")
def test_a_new_case_matches_captures_of_earlier_encounters(agency: DeployedAgency) -> None:
    capture_id = agency.send(jpeg(PERSON[1]), camera="gate-20")  # nearer to the later case
    wait_until("the alert", lambda: agency.alerts_at("gate-20"))
    [encounter] = agency.encounters_at("gate-20")

    agency.ingest()
    assert search_again(agency) > 0

    def alerted_encounter() -> dict[str, Any] | None:
        found = [other for other in agency.encounters_at("gate-20") if other["case_id"] == LATER_CASE]
        return found[0] if found and found[0].get("alert") == "sent" else None

    later = wait_until("the encounter of the later case", alerted_encounter)
    assert set(later["sightings"]) == {capture_id}
    assert later["timeline"]["captured_at"] == encounter["timeline"]["captured_at"]
    assert later["started_at"] > encounter["started_at"]
    wait_until("the capture deleted", lambda: agency.searched("gate-20", capture_id))
    before = [other for other in agency.encounters_at("gate-20") if other["case_id"] == CASE]
    assert [other["encounter_id"] for other in before] == [encounter["encounter_id"]]
    assert len(agency.alerts_at("gate-20")) == 2
    assert search_again(agency) == 0


@pytest.mark.usefixtures("later_case")
def test_cases_that_resemble_each_other_learn_of_it(agency: DeployedAgency) -> None:
    agency.ingest()
    invoke(agency, "NearCasesFunction")
    shown = json.loads(agency.homeward("case", "show", CASE, "--json").stdout)["look_alikes"]
    assert shown["near_cases"] == [LATER_CASE]
    assert shown["alert_threshold_becomes"] > Thresholds().alert


@pytest.mark.usefixtures("later_case")
def test_a_photo_that_is_removed_loses_its_face(agency: DeployedAgency) -> None:
    agency.ingest()
    faces = agency.watch.faces()
    [photo] = [key for key in agency.watch.keys("GalleryBucket", "photos/") if "MP900506" in key]
    agency.deployment.client("s3").delete_object(Bucket=agency.deployment["GalleryBucket"], Key=photo)
    wait_until("the removal of its face", lambda: agency.watch.faces() == faces - 1)


def search_again(agency: DeployedAgency) -> int:
    """Run the search that the hourly rule starts."""
    return invoke(agency, "RetrospectiveFunction")["captures"]


def invoke(agency: DeployedAgency, output: str) -> dict[str, int]:
    """Run the function that an output of the stacks names."""
    answer = agency.deployment.client("lambda").invoke(FunctionName=agency.deployment[output])
    result: dict[str, int] = json.loads(answer["Payload"].read())
    return result
