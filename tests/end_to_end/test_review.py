"""From an alert's link to a verdict: the page, its pictures, the acknowledgment, the confirmed picture."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import msgspec

from lambdas.cases.case import CaseStatus
from lambdas.common.dynamodb import to_attributes
from lambdas.common.keys import confirmed_key, evidence_key
from lambdas.common.times import now, to_text
from lambdas.encounters.encounter import AlertState, Encounter, Review, Sighting, Timeline
from lambdas.ingest.wiring import open_encounters
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import PERSON, DeployedAgency, jpeg
from tests.support.stories import MARLOWE

if TYPE_CHECKING:
    from collections.abc import Callable


def browser(agency: DeployedAgency) -> Callable[..., httpx.Response]:
    """Make a function that sends requests to the links' API, whose host name only the emulator knows."""
    client = httpx.Client(base_url=agency.cloud.settings.endpoints["emulator"], trust_env=False, timeout=30)
    host = urlsplit(agency.deployment["LinksUrl"]).netloc

    def ask(method: str, path: str, **options: object) -> httpx.Response:
        return client.request(method, path, headers={"Host": host}, **options)  # type: ignore[arg-type]  # passed on

    return ask


def put_picture(agency: DeployedAgency, key: str) -> None:
    """Put a picture where a crash between two steps of a move would leave it."""
    agency.deployment.client("s3").put_object(
        Bucket=agency.deployment["DetectionBucket"], Key=key, Body=jpeg(PERSON[1]), ContentType="image/jpeg"
    )


def run_daily(agency: DeployedAgency) -> None:
    """Invoke the daily function and wait for its end."""
    answer = agency.deployment.client("lambda").invoke(FunctionName=agency.deployment["DailyFunction"])
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_a_link_leads_from_the_alert_to_the_verdict(agency: DeployedAgency) -> None:
    capture_id = agency.send(jpeg(PERSON[1]), camera="review-1")
    [text] = wait_until("the alert", lambda: agency.alerts_at("review-1"))
    link = urlsplit(text.split()[-1])
    assert link.netloc == urlsplit(agency.deployment["LinksUrl"]).netloc
    [encounter] = agency.encounters_at("review-1")
    encounter_id = encounter["encounter_id"]
    ask = browser(agency)

    page = ask("GET", link.path)
    assert page.status_code == 200, page.text
    assert "Possible match, not verified" in page.text
    assert "Marlowe Exampleton" in page.text
    for picture in ("seen.jpg", "photo.jpg"):
        redirect = ask("GET", f"{link.path}/{picture}")
        assert redirect.status_code == 302
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(redirect.headers["location"]))
        assert origin in page.headers["content-security-policy"]
        shown = httpx.get(redirect.headers["location"], trust_env=False, timeout=30)
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.content.startswith(b"\xff\xd8")
    head = ask("HEAD", link.path)
    assert (head.status_code, head.content) == (200, b"")
    assert ask("GET", f"{link.path}x").status_code == 404
    assert "acknowledged_at" not in agency.encounters_at("review-1")[0]

    assert ask("POST", link.path, data={"by": "Officer 42"}).status_code == 303
    assert "Acknowledged by Officer 42" in ask("GET", link.path).text
    assert encounter_id in agency.homeward("encounter", "list", "--stage", "acknowledged").stdout

    agency.homeward("encounter", "confirm", encounter_id, "--by", "Ada", "--note", "It is she.")
    assert not agency.watch.keys("DetectionBucket", f"encounters/{encounter_id}/")
    kept = confirmed_key(encounter_id, capture_id)
    assert agency.watch.keys("DetectionBucket", f"confirmed/{encounter_id}/") == [kept]
    [confirmed] = agency.encounters_at("review-1")
    assert confirmed["sightings"][capture_id]["key"] == kept
    assert "expires_at" not in confirmed
    address = ask("GET", f"{link.path}/seen.jpg").headers["location"]
    assert httpx.get(address, trust_env=False, timeout=30).content.startswith(b"\xff\xd8")

    put_picture(agency, evidence_key(encounter_id, capture_id))
    run_daily(agency)
    assert agency.watch.keys("DetectionBucket", f"encounters/{encounter_id}/") == []
    assert agency.watch.keys("DetectionBucket", f"confirmed/{encounter_id}/") == [kept]
    records = agency.watch.scan("AuditTable")
    audited = sorted((record["kind"], record["by"]) for record in records if record["encounter_id"] == encounter_id)
    assert ("acknowledged", "Officer 42") in audited
    assert ("confirmed", "Ada") in audited
    assert [kind for kind, _ in audited].count("picture_viewed") == 3


def test_daily_run_expires_what_nobody_decided(agency: DeployedAgency) -> None:
    capture_id = agency.send(jpeg(PERSON[1]), camera="review-3")
    [encounter] = wait_until("the encounter", lambda: agency.encounters_at("review-3"))
    wait_until("the alert", lambda: agency.alerts_at("review-3"))
    encounter_id = encounter["encounter_id"]
    put_picture(agency, confirmed_key(encounter_id, capture_id))
    agency.deployment.client("dynamodb").update_item(
        TableName=agency.deployment["EncountersTable"],
        Key=to_attributes({"encounter_id": encounter_id}),
        UpdateExpression="SET started_at = :long_ago, #timeline.encountered_at = :long_ago",
        ExpressionAttributeNames={"#timeline": "timeline"},
        ExpressionAttributeValues=to_attributes({":long_ago": to_text(now() - timedelta(days=400))}),
    )
    run_daily(agency)
    assert agency.encounters_at("review-3")[0]["review"] == Review.EXPIRED
    for prefix in ("encounters", "confirmed"):
        assert agency.watch.keys("DetectionBucket", f"{prefix}/{encounter_id}/") == []
    records = [record for record in agency.watch.scan("AuditTable") if record["encounter_id"] == encounter_id]
    assert [(record["kind"], record["by"]) for record in records] == [("expired", "system")]


def test_daily_run_moves_a_picture_of_an_open_encounter_back(agency: DeployedAgency) -> None:
    capture_id = agency.send(jpeg(PERSON[1]), camera="review-4")
    [encounter] = wait_until("the encounter", lambda: agency.encounters_at("review-4"))
    wait_until("its picture", lambda: agency.searched("review-4", capture_id))
    kept, misplaced = (key(encounter["encounter_id"], capture_id) for key in (evidence_key, confirmed_key))
    put_picture(agency, misplaced)
    agency.deployment.client("s3").delete_object(Bucket=agency.deployment["DetectionBucket"], Key=kept)
    run_daily(agency)
    assert agency.watch.keys("DetectionBucket", kept) == [kept]
    assert agency.encounters_at("review-4")[0]["sightings"][capture_id]["key"] == kept


def test_closing_a_case_recalls_its_alerts(agency: DeployedAgency) -> None:
    dynamodb, at = agency.deployment.client("dynamodb"), to_text(now())
    case = msgspec.structs.replace(MARLOWE, case_id="namus:MP900599", source_id="MP900599")
    record = {"case_id": case.case_id, "record": "case", "status": CaseStatus.RESOLVED.value}
    record["case"] = msgspec.json.encode(case).decode()
    encounter = Encounter(
        encounter_id="recalled",
        case_id=case.case_id,
        camera="review-2",
        started_at=at,
        sightings={
            "c1": Sighting(similarity=97.5, captured_at=at, key=evidence_key("recalled", "c1"), photo_id="910101")
        },
        timeline=Timeline(captured_at=at, received_at=at, searched_at=at, encountered_at=at),
        link_token="secret",
        alert=AlertState.SENT,
        alerted_at=at,
    )
    item = {"kind": "encounter", **msgspec.to_builtins(encounter)}
    dynamodb.put_item(TableName=agency.deployment["CasesTable"], Item=to_attributes(record))
    dynamodb.put_item(TableName=agency.deployment["EncountersTable"], Item=to_attributes(item))
    assert open_encounters(agency.deployment).withdraw() == 1
    [text] = wait_until("the recall", lambda: agency.alerts_at("review-2"))
    assert "stand down" in text.lower()
    assert open_encounters(agency.deployment).withdraw() == 0
    assert len(agency.alerts_at("review-2")) == 1
