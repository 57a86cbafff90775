"""The links function: the page of one encounter, its two pictures, and the acknowledgement, behind an HTTP API."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from botocore.config import Config

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.review.link_page import encounter_page, headers, link_path, message_page
from lambdas.review.links import ExpiredLinkError, Links, UnknownLinkError, Which
from lambdas.review.verdicts import EncounterOverError
from lambdas.review.wiring import verdicts_from_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.encounters.encounter import Encounter

metrics = Metrics()
app = APIGatewayHttpResolver()
s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
dynamodb = boto3.client("dynamodb")
links = Links(
    s3=s3,
    dynamodb=dynamodb,
    verdicts=verdicts_from_environment(s3, dynamodb),
    detection_bucket=os.environ["DETECTION_BUCKET"],
    gallery_bucket=os.environ["GALLERY_BUCKET"],
    cases_table=os.environ["CASES_TABLE"],
    cameras_table=os.environ["CAMERAS_TABLE"],
    valid_for=timedelta(hours=float(os.environ["LINK_VALID_HOURS"])),
    zone=ZoneInfo(os.environ["TIME_ZONE"]),
    now=now,
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One request of the HTTP API."""
    metrics.count("LinkRequests")
    return app.resolve(event, context)


@app.get("/e/<encounter_id>/<token>")
def view(encounter_id: str, token: str) -> Response[str]:
    """The page. Programs that preview links open it too, so it changes nothing but the audit."""
    return _page(links.open(encounter_id, token))


@app.post("/e/<encounter_id>/<token>")
def acknowledge(encounter_id: str, token: str) -> Response[str]:
    """Somebody is on it."""
    encounter = links.open(encounter_id, token)
    given = parse_qs(app.current_event.decoded_body or "").get("by", [""])[0]
    by = "".join(character for character in given if character.isprintable()).strip()[:80]
    if not by:
        return _page(encounter, status=400, refused="Write your name or badge number.")
    try:
        acknowledged = links.acknowledge(encounter, by=by)
    except EncounterOverError:
        acknowledged = False  # the page says what became of it
    metrics.count("EncountersAcknowledged", int(acknowledged))
    return Response(status_code=303, headers={**headers(), "Location": link_path(encounter)}, body="")


@app.get("/e/<encounter_id>/<token>/<name>")
def picture(encounter_id: str, token: str, name: str) -> Response[str]:
    """One of the two pictures, by way of an address that works for a minute."""
    encounter = links.open(encounter_id, token)
    if name not in {which.value for which in Which}:
        raise UnknownLinkError
    address = links.view_picture(encounter, Which(name))
    return Response(status_code=302, headers={**headers(), "Location": address}, body="")


@app.exception_handler(UnknownLinkError)  # type: ignore[untyped-decorator] # Powertools has no types for it
def unknown(_: UnknownLinkError) -> Response[str]:
    """The same for a wrong id and a wrong token."""
    return _not_found()


@app.exception_handler(ExpiredLinkError)  # type: ignore[untyped-decorator] # as above
def expired(_: ExpiredLinkError) -> Response[str]:
    """Where to look instead."""
    return _message(
        410, "This link has expired", "Ask a reviewer of your agency: the encounter may still be on record."
    )


@app.not_found
def nothing(_: Exception) -> Response[str]:
    """Any other path."""
    return _not_found()


def _not_found() -> Response[str]:
    return _message(404, "Not found", "There is nothing here. Copy the whole link from the alert.")


def _page(encounter: Encounter, *, status: int = 200, refused: str = "") -> Response[str]:
    shown = links.show(encounter)
    allowed = headers(*(links.address(encounter, which) for which in Which))
    html = encounter_page(shown, refused=refused)
    return Response(status_code=status, content_type="text/html; charset=utf-8", headers=allowed, body=html)


def _message(status: int, title: str, text: str) -> Response[str]:
    html = message_page(title, text)
    return Response(status_code=status, content_type="text/html; charset=utf-8", headers=headers(), body=html)
