"""`homeward upload-link`: let a partner's system put pictures under one camera's name, for a while."""

from __future__ import annotations

import re
import shlex
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import boto3
import typer
from botocore.config import Config

from homeward.commands.submit import Camera  # noqa: TC001 - typer reads it as it runs
from homeward.options import Agency, AsJson, connect, console, messages
from lambdas.common.times import now, to_text

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A bucket encrypted with a key of ours takes version 4 only; its own host name is that of its region, and a POST
# follows no redirect.
SIGNING = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
MOST_BYTES = 5_242_880
_LONGEST = timedelta(days=7)  # what AWS allows a signature of version 4
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class PictureType(StrEnum):
    """What Rekognition reads."""

    JPEG = "image/jpeg"
    PNG = "image/png"


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,5})([mhd])", text)
    duration = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
    if duration is None or duration > _LONGEST:
        raise typer.BadParameter(f"{text!r} is not allowed: write 30m, 1h or 7d, which is the longest")
    return duration


def upload_link(
    *,
    camera: Camera,
    agency: Agency,
    expires: Annotated[
        timedelta, typer.Option(parser=_duration, metavar="DURATION", help="How long it is good: 30m, 1h, 7d.")
    ] = "1h",  # type: ignore[assignment] # typer parses the default too
    content_type: Annotated[PictureType, typer.Option("--type", help="The one kind of picture that it takes.")] = (
        PictureType.JPEG
    ),
    as_json: AsJson = False,
) -> None:
    """Make a link by which a partner can upload pictures as captures of one camera, and do nothing else.

    It is a form that S3 checks: the key must begin with captures/NAME/, the
    type must be the one named here, and a picture may have 5 MB. Whoever has
    the link may use it until it expires; it cannot be taken back one by one.
    Made with temporary credentials, it ends when they do.

    Examples:
        homeward upload-link --camera transit-7 --expires 1h -a springfield-prod

        homeward upload-link --camera transit-7 --expires 7d --type image/png --json -a springfield-prod
    """
    deployment = connect(agency)
    s3 = boto3.client("s3", config=SIGNING)
    form = presigned_form(
        s3, bucket=deployment["DetectionBucket"], camera=camera, content_type=content_type, expires=expires
    )
    line = curl_line(form)
    if as_json:
        facts = {"camera": camera, "expires_at": to_text(now() + expires), "at_most_bytes": MOST_BYTES, "curl": line}
        console.print_json(data={**form, **facts})
        return
    if "x-amz-security-token" in form["fields"]:
        messages.print("homeward: made with temporary credentials: the link ends when they do", style="yellow")
    messages.print(f"good until {to_text(now() + expires)}; give each picture a name of its own:", soft_wrap=True)
    console.print(line, soft_wrap=True, markup=False, highlight=False)


def presigned_form(
    s3: S3Client, *, bucket: str, camera: str, content_type: PictureType, expires: timedelta
) -> dict[str, Any]:
    """The address and the fields of a form for S3's POST Object, with the policy that S3 holds each upload against."""
    # The ending makes botocore demand what is before it: ["starts-with", "$key", "captures/NAME/"].
    form: dict[str, Any] = s3.generate_presigned_post(
        Bucket=bucket,
        Key=f"captures/{camera}/${{filename}}",
        Fields={"Content-Type": content_type.value},
        Conditions=[{"Content-Type": content_type.value}, ["content-length-range", 1, MOST_BYTES]],
        ExpiresIn=int(expires.total_seconds()),
    )
    return form


def curl_line(form: dict[str, Any]) -> str:
    """The upload of one picture as a command line; in -F, curl would see more than text in some values."""
    fields = [part for name, value in form["fields"].items() for part in ("--form-string", f"{name}={value}")]
    return shlex.join(["curl", "--fail-with-body", *fields, "-F", "file=@PHOTO.jpg", form["url"]])
