"""The uploads function. An HTTP API invokes it for the form behind an upload link; the form posts to S3."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from botocore.config import Config

from lambdas.common.keys import captures_prefix
from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import from_epoch_ms, local_minute, now, to_text
from lambdas.review.link_page.head_requests import resolve
from lambdas.review.link_page.headers import headers
from lambdas.review.link_page.templates import message_page
from lambdas.review.upload_links import UploadLink, find_upload_link
from lambdas.review.upload_page.page import SCRIPT, SCRIPT_PATH, form_page, sent_page
from lambdas.review.words import WORDS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Rekognition searches pictures of S3 of at most 15 MB.
_MAX_BYTES = 15_000_000
# A form that is open for longer must be loaded again.
_FORM_VALID_S = 30 * 60

t = WORDS[os.environ["LANGUAGE"]]
metrics = Metrics()
app = APIGatewayHttpResolver()
s3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
dynamodb = boto3.client("dynamodb")
TABLE, BUCKET, LINKS = os.environ["ENCOUNTERS_TABLE"], os.environ["DETECTION_BUCKET"], os.environ["LINK_BASE"]
AGENCY, ZONE = os.environ["AGENCY_NAME"], ZoneInfo(os.environ["TIME_ZONE"])


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of the HTTP API."""
    metrics.count("UploadRequests")
    return resolve(app, event, context)


@app.get(SCRIPT_PATH)
def script() -> Response[str]:
    """Serve the form's script. It is the same for every link."""
    kept = {**headers(), "Cache-Control": "public, max-age=3600"}
    return _answer(SCRIPT, content_type="text/javascript; charset=utf-8", kept=kept)


@app.get("/u/<link_id>/<token>")
def form(link_id: str, token: str) -> Response[str]:
    """Show the form. Each one can store one picture, at a key of its own."""
    link = _find(link_id, token)
    if link is None:
        return _gone()
    post = _presigned_post(link, link_id, after=f"{LINKS}/u/{link_id}/{token}/sent")
    until = t.phrases.notation.dates(local_minute(to_text(from_epoch_ms(link.expires_at * 1000)), ZONE))
    html = form_page(post, t, agency=AGENCY, until=until, max_bytes=_MAX_BYTES)
    return _answer(html, kept=headers(form_targets=(post["url"], LINKS), has_script=True))


@app.get("/u/<link_id>/<token>/sent")
def sent(link_id: str, token: str) -> Response[str]:
    """Say that the picture has arrived. S3 redirects here."""
    if _find(link_id, token) is None:
        return _gone()
    return _answer(sent_page(f"/u/{link_id}/{token}", t))


@app.not_found
def no_route(_: Exception) -> Response[str]:
    """Answer for any other path."""
    return _gone()


def _find(link_id: str, token: str) -> UploadLink | None:
    return find_upload_link(dynamodb, table=TABLE, link_id=link_id, token=token, now=now())


def _presigned_post(link: UploadLink, link_id: str, *, after: str) -> dict[str, Any]:
    """Sign a form for one picture. S3 checks key, size and media type."""
    open_fields = {"Content-Type": "image/jpeg", "x-amz-meta-captured-at": "", "x-amz-meta-place": ""}
    remaining = link.expires_at - int(now().timestamp())
    post: dict[str, Any] = s3.generate_presigned_post(
        Bucket=BUCKET,
        Key=f"{captures_prefix(link.camera)}upload-{link_id}/{secrets.token_hex(8)}.jpg",
        Fields={**open_fields, "success_action_redirect": after},
        Conditions=[
            ["starts-with", "$Content-Type", "image/"],
            ["starts-with", "$x-amz-meta-captured-at", ""],
            ["starts-with", "$x-amz-meta-place", ""],
            {"success_action_redirect": after},
            ["content-length-range", 1, _MAX_BYTES],
        ],
        ExpiresIn=max(1, min(_FORM_VALID_S, remaining)),
    )
    return post


def _gone() -> Response[str]:
    text = t("It is incomplete or has expired. Ask whoever gave it to you.")
    html = message_page(t("This link does not work"), text, language=t.language)
    return _answer(html, status=404)


def _answer(
    body: str, *, status: int = 200, content_type: str = "text/html; charset=utf-8", kept: dict[str, str] | None = None
) -> Response[str]:
    return Response(status_code=status, content_type=content_type, headers=kept or headers(), body=body)
