"""The links function. An HTTP API invokes it for the page of an encounter, its pictures and its acknowledgment."""

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
from lambdas.common.outside_text import single_line
from lambdas.common.times import now
from lambdas.review.link_page.encounter_page import encounter_page, link_path
from lambdas.review.link_page.headers import headers
from lambdas.review.link_page.templates import message_page
from lambdas.review.links import ExpiredLinkError, Links, UnknownLinkError
from lambdas.review.picture_urls import LinkPicture, PictureUrls
from lambdas.review.verdicts import EncounterOverError
from lambdas.review.wiring import verdicts_from_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.encounters.encounter import Encounter

_MAX_NAME = 80

metrics = Metrics()
app = APIGatewayHttpResolver()
s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
dynamodb = boto3.client("dynamodb")
links = Links(
    dynamodb=dynamodb,
    verdicts=verdicts_from_environment(s3, dynamodb),
    urls=PictureUrls(
        s3=s3, detection_bucket=os.environ["DETECTION_BUCKET"], gallery_bucket=os.environ["GALLERY_BUCKET"]
    ),
    cases_table=os.environ["CASES_TABLE"],
    cameras_table=os.environ["CAMERAS_TABLE"],
    valid_for=timedelta(hours=float(os.environ["LINK_VALID_HOURS"])),
    zone=ZoneInfo(os.environ["TIME_ZONE"]),
    now=now,
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of the HTTP API."""
    metrics.count("LinkRequests")
    return app.resolve(event, context)


@app.get("/e/<encounter_id>/<token>")
def view(encounter_id: str, token: str) -> Response[str]:
    """Show the page. Link previews request it too, so it changes nothing but the audit."""
    return _page(links.open(encounter_id, token))


@app.post("/e/<encounter_id>/<token>")
def acknowledge(encounter_id: str, token: str) -> Response[str]:
    """Acknowledge the encounter with the name from the form."""
    encounter = links.open(encounter_id, token)
    given = parse_qs(app.current_event.decoded_body or "").get("by", [""])[0]
    by = single_line(given)[:_MAX_NAME].strip()
    if not by:
        return _page(encounter, status=400, form_error="Write your name or badge number.")
    try:
        acknowledged = links.acknowledge(encounter, by=by)
    except EncounterOverError:
        acknowledged = False  # the page says why
    metrics.count("EncountersAcknowledged", int(acknowledged))
    return Response(status_code=303, headers={**headers(), "Location": link_path(encounter)}, body="")


@app.get("/e/<encounter_id>/<token>/<name>")
def picture(encounter_id: str, token: str, name: str) -> Response[str]:
    """Redirect to a signed URL of one of the two pictures."""
    encounter = links.open(encounter_id, token)
    if name not in {each.value for each in LinkPicture}:
        raise UnknownLinkError
    url = links.view_picture(encounter, LinkPicture(name))
    return Response(status_code=302, headers={**headers(), "Location": url}, body="")


@app.exception_handler(UnknownLinkError)  # type: ignore[untyped-decorator] # Powertools has no types for it
def unknown(_: UnknownLinkError) -> Response[str]:
    """Give the same answer for a wrong id and a wrong token."""
    return _not_found()


@app.exception_handler(ExpiredLinkError)  # type: ignore[untyped-decorator] # as above
def expired(_: ExpiredLinkError) -> Response[str]:
    """Say whom to ask instead."""
    return _message(
        410, "This link has expired", "Ask a reviewer of your agency: the encounter may still be on record."
    )


@app.not_found
def no_route(_: Exception) -> Response[str]:
    """Answer for any other path."""
    return _not_found()


def _not_found() -> Response[str]:
    return _message(404, "Not found", "There is nothing here. Copy the whole link from the alert.")


def _page(encounter: Encounter, *, status: int = 200, form_error: str = "") -> Response[str]:
    html = encounter_page(links.view(encounter), form_error=form_error)
    picture_urls = [links.urls.sign(encounter, each) for each in LinkPicture]
    return Response(
        status_code=status, content_type="text/html; charset=utf-8", headers=headers(*picture_urls), body=html
    )


def _message(status: int, title: str, text: str) -> Response[str]:
    html = message_page(title, text)
    return Response(status_code=status, content_type="text/html; charset=utf-8", headers=headers(), body=html)
