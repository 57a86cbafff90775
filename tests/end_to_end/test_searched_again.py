from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from local_cloud.demo.watch import wait_until
from tests.end_to_end.conftest import CASE, PERSON, Town, jpeg, write_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LATER_CASE = "namus:MP900504"


@pytest.fixture
def later_case(town: Town) -> Iterator[None]:
    """A document that is there for one test: the other tests count on one case for the person."""
    write_case(town.documents, number=900504, name="Rosalind Sampleton", picture=PERSON[1])
    yield
    (town.documents / "900504.json").unlink()
    town.homeward("case", "close", LATER_CASE)


@pytest.mark.usefixtures("later_case")
def test_a_case_that_comes_later_finds_the_captures_that_encounters_hold(town: Town) -> None:
    capture_id = town.send(jpeg(PERSON[2]), camera="gate-20")
    wait_until("the alert", lambda: town.alerts_at("gate-20"))
    [encounter] = town.encounters_at("gate-20")

    town.ingest()
    assert search_again(town) > 0

    def of_the_later_case() -> dict[str, Any] | None:
        found = [other for other in town.encounters_at("gate-20") if other["case_id"] == LATER_CASE]
        return found[0] if found and found[0].get("alert") == "sent" else None

    later = wait_until("the encounter of the later case", of_the_later_case)
    assert set(later["sightings"]) == {capture_id}
    assert later["started_at"] == encounter["started_at"]
    wait_until("the capture deleted", lambda: town.searched("gate-20", capture_id))
    before = [other for other in town.encounters_at("gate-20") if other["case_id"] == CASE]
    assert [other["encounter_id"] for other in before] == [encounter["encounter_id"]]
    assert len(town.alerts_at("gate-20")) == 2
    assert search_again(town) == 0


def search_again(town: Town) -> int:
    """What the hourly rule does."""
    answer = town.deployment.client("lambda").invoke(FunctionName=town.deployment["RetrospectiveFunction"])
    result: dict[str, int] = json.loads(answer["Payload"].read())
    return result["captures"]
