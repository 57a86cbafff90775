"""The links function. An HTTP API invokes it for the page of an encounter, its pictures and its acknowledgment."""

from __future__ import annotations

import base64
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
from lambdas.encounters.attempts import PERIOD
from lambdas.review.errors import EncounterOverError
from lambdas.review.link_page.encounter_page import encounter_page, link_path
from lambdas.review.link_page.head_requests import resolve
from lambdas.review.link_page.headers import headers
from lambdas.review.link_page.templates import message_page
from lambdas.review.links import ExpiredLinkError, Links, TooManyTriesError, UnknownLinkError
from lambdas.review.picture_urls import LinkPicture, PictureUrls
from lambdas.review.wiring import verdicts_from_environment
from lambdas.review.words import WORDS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.encounters.encounter import Encounter

_MAX_NAME = 80
_MAX_FORM_BYTES = 4096
_FORM = "application/x-www-form-urlencoded"

metrics = Metrics()
app = APIGatewayHttpResolver()
s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
dynamodb = boto3.client("dynamodb")
t = WORDS[os.environ["LANGUAGE"]]
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
    words=t,
    now=now,
    console_origin=os.environ["CONSOLE_ORIGIN"],
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of the HTTP API."""
    metrics.count("LinkRequests")
    return resolve(app, event, context)


@app.get("/e/<encounter_id>/<token>")
def view(encounter_id: str, token: str) -> Response[str]:
    """Show the page. Link previews request it too, so it changes nothing but the audit."""
    return _page(links.open(encounter_id, token, visitor=_visitor()))


@app.post("/e/<encounter_id>/<token>")
def acknowledge(encounter_id: str, token: str) -> Response[str]:
    """Acknowledge the encounter with the name from the form."""
    encounter = links.open(encounter_id, token, visitor=_visitor())
    by = single_line(_form_field("by"))[:_MAX_NAME].strip()
    if not by:
        return _page(encounter, status=400, form_error=t("Write your name or badge number."))
    try:
        acknowledged = links.acknowledge(encounter, by=by)
    except EncounterOverError:
        acknowledged = False  # the page says why
    metrics.count("EncountersAcknowledged", int(acknowledged))
    return Response(status_code=303, headers={**headers(), "Location": link_path(encounter)}, body="")


@app.get("/e/<encounter_id>/<token>/<name>")
def picture(encounter_id: str, token: str, name: str) -> Response[str]:
    """Redirect to a signed URL of one of the two pictures."""
    encounter = links.open(encounter_id, token, visitor=_visitor())
    if name not in {each.value for each in LinkPicture}:
        raise UnknownLinkError
    url = links.view_picture(encounter, LinkPicture(name), visitor=_visitor())
    return Response(status_code=302, headers={**headers(), "Location": url}, body="")


@app.exception_handler(UnknownLinkError)  # type: ignore[untyped-decorator] # Powertools has no types for it
def unknown(_: UnknownLinkError) -> Response[str]:
    """Give the same answer for a wrong id and a wrong token."""
    return _not_found()


@app.exception_handler(ExpiredLinkError)  # type: ignore[untyped-decorator] # as above
def expired(_: ExpiredLinkError) -> Response[str]:
    """Say whom to ask instead."""
    text = t("Ask a reviewer of your agency: the encounter may still be on record.")
    return _message(410, t("This link has expired"), text)


@app.exception_handler(TooManyTriesError)  # type: ignore[untyped-decorator] # as above
def too_many_tries(_: TooManyTriesError) -> Response[str]:
    """Lock this visitor out of this encounter for a while."""
    metrics.count("LinkVisitorsLocked")
    minutes = round(PERIOD.total_seconds() / 60)
    text = t("Copy the whole link from the alert, and try again in {minutes} minutes.", minutes=minutes)
    return _message(429, t("Too many tries"), text)


@app.not_found
def no_route(_: Exception) -> Response[str]:
    """Answer for any other path."""
    return _not_found()


def _visitor() -> str:
    """Return the address of the visitor, as API Gateway saw it."""
    return str(app.current_event.request_context.http.get("sourceIp") or "")


def _form_field(name: str) -> str:
    """Read a field of the form. A body that is no such form counts as an empty form."""
    event = app.current_event
    content_type = str(event.headers.get("content-type") or _FORM)
    body = (event.get("body") or "").encode("utf-8", "surrogatepass")
    if len(body) > _MAX_FORM_BYTES or content_type.partition(";")[0].strip().lower() != _FORM:
        return ""
    try:
        raw = base64.b64decode(body, validate=True) if event.is_base64_encoded else body
        return str(parse_qs(raw.decode(), max_num_fields=10, errors="strict").get(name, [""])[0])
    except ValueError:  # of base64, UTF-8 or the number of fields
        return ""


def _not_found() -> Response[str]:
    return _message(404, t("Not found"), t("There is nothing here. Copy the whole link from the alert."))


def _page(encounter: Encounter, *, status: int = 200, form_error: str = "") -> Response[str]:
    html = encounter_page(links.view(encounter, visitor=_visitor()), form_error=form_error)
    picture_urls = [links.urls.sign(encounter, each) for each in LinkPicture]
    return Response(
        status_code=status, content_type="text/html; charset=utf-8", headers=headers(*picture_urls), body=html
    )


def _message(status: int, title: str, text: str) -> Response[str]:
    html = message_page(title, text, language=t.language)
    return Response(status_code=status, content_type="text/html; charset=utf-8", headers=headers(), body=html)
