"""`homeward upload-link`: let a partner upload pictures as captures of one camera, for a limited time.

Alone it creates a link; `list` and `revoke` are about those that exist.
"""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from botocore.config import Config

from edge_device.wording.counts import counted
from homeward.deployment.outputs import connect
from homeward.exit_codes import NOT_FOUND
from homeward.listing import Listing
from homeward.options import AGENCY, AgencyOption, CsvOption, JsonOption, check_camera_name
from homeward.terminal import console, fail, messages, warn
from lambdas.common.keys import captures_prefix
from lambdas.common.times import from_epoch_ms, now, to_text
from lambdas.detection.search_refusals import MAX_REQUEST_BYTES
from lambdas.review.upload_links import new_upload_link, revoke_upload_link, valid_upload_links

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A bucket with a customer-managed key accepts only signature version 4. The virtual addressing style gives the host
# name of the bucket's region, because a form upload does not follow a redirect.
SIGNING = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_MAX_DURATION = timedelta(days=7)  # AWS's limit for signature version 4
_LINKS = Listing(
    columns={"link": "link", "camera": "camera", "expires_at": "valid until"}, whole=frozenset({"link", "camera"})
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class PictureType(StrEnum):
    """The media types that Rekognition reads."""

    JPEG = "image/jpeg"
    PNG = "image/png"


def _parse_duration(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,5})([mhd])", text)
    duration = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
    if duration is None or duration > _MAX_DURATION:
        raise typer.BadParameter(f"{text!r} is not allowed: use minutes, hours or days, such as 30m or 1h, at most 7d")
    return duration


@app.callback(invoke_without_command=True)
def create(
    context: typer.Context,
    *,
    camera: Annotated[
        str | None, typer.Option(metavar="NAME", help="The camera that alerts name. It need not be registered.")
    ] = None,
    agency: Annotated[str | None, AGENCY] = None,
    expires: Annotated[
        timedelta,
        typer.Option(parser=_parse_duration, metavar="DURATION", help="How long the link is valid: 30m, 1h, 7d."),
    ] = "1h",  # type: ignore[assignment] # typer parses the default too
    content_type: Annotated[PictureType, typer.Option("--type", help="The media type that curl may send.")] = (
        PictureType.JPEG
    ),
    curl: Annotated[bool, typer.Option("--curl", help="Print a curl command for scripts instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Create a link with which a partner can upload pictures as captures of one camera, and nothing else.

    The link opens a web form: a picture of at most 15 MB, where and when it was
    taken. Anyone who has the link can use it until it expires.

    --curl prints a command instead, which S3 checks: the key must begin with
    captures/NAME/, the media type must be the given one, and a picture may have
    at most 5 MB. It cannot be revoked, and with temporary credentials it expires
    with them. --json has both.

    Examples:
        homeward upload-link --camera transit-7 --expires 1h -a springfield-prod

        homeward upload-link --camera transit-7 --expires 7d --type image/png --curl -a springfield-prod

        homeward upload-link list -a springfield-prod
    """
    if context.invoked_subcommand:
        return
    camera, agency = check_camera_name(_required(camera, "--camera")), _required(agency, "--agency")
    deployment = connect(agency)
    expires_at = now() + expires
    link = None
    if not curl:
        path = new_upload_link(
            deployment.client("dynamodb"), table=deployment["EncountersTable"], camera=camera, expires_at=expires_at
        )
        link = f"{deployment['LinksUrl']}{path}"
        if not as_json:
            messages.print(f"valid until {to_text(expires_at)}:")
            console.print(link, soft_wrap=True, highlight=False)
            return
    s3 = boto3.client("s3", config=SIGNING)
    form = presigned_form(
        s3, bucket=deployment["DetectionBucket"], camera=camera, content_type=content_type, expires=expires
    )
    line = curl_line(form)
    if as_json:
        facts = {"camera": camera, "expires_at": to_text(expires_at), "at_most_bytes": MAX_REQUEST_BYTES, "curl": line}
        console.print_json(data={**form, **facts, "link": link})
        return
    if "x-amz-security-token" in form["fields"]:
        warn("made with temporary credentials; the link expires with them")
    messages.print(f"valid until {to_text(expires_at)}; give each picture a unique name:", soft_wrap=True)
    console.print(line, soft_wrap=True, highlight=False)


@app.command(name="list")
def list_links(*, agency: AgencyOption, as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """List the links that partners can use now. Nobody can read a link's secret again, so only its id is shown.

    What --curl printed is not in the list: it cannot be revoked.

    Examples:
        homeward upload-link list -a springfield-prod
    """
    deployment = connect(agency)
    links = valid_upload_links(deployment.client("dynamodb"), table=deployment["EncountersTable"], now=now())
    rows = [
        {"link": each.link_id, "camera": each.camera, "expires_at": to_text(from_epoch_ms(each.expires_at * 1000))}
        for each in sorted(links, key=lambda each: each.expires_at)
    ]
    if _LINKS.show(rows, as_json=as_json, as_csv=as_csv):
        console.print(counted(len(rows), "upload link"))


@app.command()
def revoke(
    link: Annotated[str, typer.Argument(help="The link, or its id in the list.", metavar="LINK")],
    *,
    agency: AgencyOption,
) -> None:
    """End an upload link before it expires.

    A form that a browser has loaded can still send its picture for up to 30
    minutes.

    Exit codes: 0 revoked; 3 there is no such link.

    Examples:
        homeward upload-link revoke f63bcecfb62c7360 -a springfield-prod
    """
    found = re.search(r"/u/([^/]+)", link)
    link_id = found[1] if found else link
    deployment = connect(agency)
    if not revoke_upload_link(deployment.client("dynamodb"), table=deployment["EncountersTable"], link_id=link_id):
        advice = f"List the links with: homeward upload-link list -a {agency}"
        raise fail(f"No upload link {link_id}: it was revoked, or has expired long ago. {advice}", code=NOT_FOUND)
    console.print(f"revoked {link_id}")


def _required(value: str | None, option: str) -> str:
    """Return an option that only a new link needs. A subcommand has its own."""
    if value is None:
        raise typer.BadParameter("a new link needs it", param_hint=option)
    return value


def presigned_form(
    s3: S3Client, *, bucket: str, camera: str, content_type: PictureType, expires: timedelta
) -> dict[str, Any]:
    """Return the URL and fields of a form for S3's POST Object, with the policy that limits its uploads."""
    # For a key that ends in ${filename}, botocore adds the condition ["starts-with", "$key", "captures/NAME/"].
    form: dict[str, Any] = s3.generate_presigned_post(
        Bucket=bucket,
        Key=captures_prefix(camera) + "${filename}",
        Fields={"Content-Type": content_type.value},
        Conditions=[{"Content-Type": content_type.value}, ["content-length-range", 1, MAX_REQUEST_BYTES]],
        ExpiresIn=int(expires.total_seconds()),
    )
    return form


def curl_line(form: dict[str, Any]) -> str:
    """Return a curl command that uploads one picture. --form-string, unlike -F, gives no value a special meaning."""
    fields = [part for name, value in form["fields"].items() for part in ("--form-string", f"{name}={value}")]
    return shlex.join(["curl", "--fail-with-body", *fields, "-F", "file=@PHOTO.jpg", form["url"]])
