"""The types of values in an agency file, with error messages that say what is allowed."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from agencies.addresses import check_email, check_https, check_https_or_local, check_origin
from agencies.quiet_hours import CLOCK, check_quiet_hours
from agencies.regions import complaint, likely_region, regions
from agencies.telephones import check_telephone, refuse_number
from agencies.time_zones import check_time_zone
from edge_device.wording.likely import did_you_mean, percent
from lambdas.common.camera_names import ALLOWED, CAMERA_NAME, is_camera_name
from lambdas.common.outside_text import shown, single_line

_COUNTRIES = {"USA": "US", "UK": "GB", "CAN": "CA", "MEX": "MX", "AUS": "AU", "GBR": "GB"}
_COUNTRIES |= {"UNITED STATES": "US", "UNITED KINGDOM": "GB", "CANADA": "CA", "MEXICO": "MX", "AUSTRALIA": "AU"}


def _text(pattern: str, allowed: str, *, spaces: str | None = None) -> AfterValidator:
    """Validate against a pattern. The error says in words what is allowed, not the pattern.

    `spaces` is what stands for spaces and punctuation in the value that the error suggests.
    """

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            guess = value if spaces is None else re.sub(r"[\W_]+", spaces, value[:100].strip().lower())
            likely = did_you_mean(guess if re.fullmatch(pattern, guess) else None)
            raise ValueError(f"{shown(repr(value))} is not allowed: must be {allowed}{likely}")
        return value

    return AfterValidator(check)


def _schema(**members: object) -> WithJsonSchema:
    """State for editors as much of a check as JSON Schema can."""
    return WithJsonSchema(members)


def _list_regions(schema: dict[str, Any]) -> None:
    schema["enum"] = regions()


def _pattern(pattern: str) -> WithJsonSchema:
    return _schema(type="string", pattern=r"^(" + pattern + r")$")  # an editor's: in JavaScript, $ is the end


def _has_phone_numbers(country: str) -> str:
    import phonenumbers  # noqa: PLC0415 - takes as long as the rest of a command's start

    if country not in phonenumbers.SUPPORTED_REGIONS:
        code = country.strip().upper()
        code = _COUNTRIES.get(code, code)
        likely = did_you_mean(code if code in phonenumbers.SUPPORTED_REGIONS else None)
        raise ValueError(f"{shown(repr(country))} is not allowed: must be an ISO 3166 code such as US{likely}")
    return country


def _has_every_service(region: str) -> str:
    if not (reason := complaint(region)):
        return region
    likely = did_you_mean(likely_region(region))
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]", region):
        reason = "must be an AWS region such as us-east-1"
    raise ValueError(f"{shown(repr(region))} is not allowed: {reason}{likely}")


def _is_percent(value: float) -> float:
    if likely := percent(value):
        raise ValueError(f"{value:g} is not allowed: must be in percent, 0 to 100{did_you_mean(f'{likely:g}')}")
    return value


def _is_points(value: float) -> float:
    if 0 < value < 0.1:
        likely = did_you_mean(f"{value * 100:.6g}")
        raise ValueError(f"{value:g} is not allowed: must be in points of similarity, 0 to 100{likely}")
    return value


def _has_text(text: str) -> str:
    if not text.strip():
        raise ValueError(f"{text!r} is not allowed: must not be blank")
    return text


def _is_camera(name: str) -> str:
    if not is_camera_name(name):
        likely = re.sub(r"[^a-zA-Z0-9:_-]+", "-", name.strip()).strip("-")[:128] or None
        raise ValueError(f"{shown(repr(name))} is not allowed: must be {ALLOWED}{did_you_mean(likely)}")
    return name


_NAME = r"[a-z][a-z0-9-]{0,30}"
_PERCENT = {"type": "number", "maximum": 100, "not": {"exclusiveMinimum": 0, "maximum": 1}}
_CERTIFICATE = r"arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[a-z0-9-]+"
_HTTPS = r"https://[^\s/]+\S*"
Name = Annotated[
    str,
    _text(_NAME, "lower-case letters, digits and '-', at most 31", spaces="-"),
    _pattern(_NAME),
]
Email = Annotated[str, AfterValidator(check_email), _pattern(r"[^@\s]+@[^@\s]+\.[A-Za-z]+")]
Phone = Annotated[str, BeforeValidator(refuse_number), AfterValidator(check_telephone), _pattern(r"\+[1-9][0-9]{6,14}")]
Country = Annotated[str, AfterValidator(_has_phone_numbers), _pattern("[A-Z]{2}")]
HttpsUrl = Annotated[str, AfterValidator(check_https), _pattern(_HTTPS)]
SourceUrl = Annotated[
    str, AfterValidator(check_https_or_local), _pattern(rf"{_HTTPS}|http://(127\.0\.0\.1|localhost).*")
]
Origin = Annotated[SourceUrl, AfterValidator(check_origin)]
Account = Annotated[str, _text(r"[0-9]{12}", "the 12 digits of an AWS account", spaces=""), _pattern("[0-9]{12}")]
Region = Annotated[str, AfterValidator(_has_every_service), Field(json_schema_extra=_list_regions)]
CertificateArn = Annotated[
    str,
    _text(_CERTIFICATE, "the ARN of a certificate, such as arn:aws:acm:us-east-1:111111111111:certificate/1b2c"),
    _pattern(_CERTIFICATE),
]
# What `cdk destroy` does with data.
Removal = Literal["destroy", "retain"]
Similarity = Annotated[float, Field(ge=0, le=100), AfterValidator(_is_percent), _schema(**_PERCENT, minimum=0)]
# Thresholds compares this one with review_threshold.
AlertSimilarity = Annotated[float, AfterValidator(_is_percent), _schema(**_PERCENT, minimum=0)]
Percent = Annotated[float, Field(gt=0, le=100), AfterValidator(_is_percent), _schema(**_PERCENT, exclusiveMinimum=0)]
Points = Annotated[float, AfterValidator(_is_points)]
DisplayName = Annotated[str, AfterValidator(single_line), AfterValidator(_has_text), _pattern(r".*\S.*")]
Text = Annotated[str, AfterValidator(_has_text), _pattern(r".*\S.*")]
CameraName = Annotated[str, AfterValidator(_is_camera), _pattern(CAMERA_NAME)]
# The retention periods of CloudWatch Logs.
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
QuietHours = Annotated[str, AfterValidator(check_quiet_hours), _pattern(f"{CLOCK}-{CLOCK}")]
TimeZone = Annotated[
    str,
    AfterValidator(check_time_zone),
    _schema(type="string", examples=["America/Denver"], pattern="/|^UTC$|^[A-Z]{3}\\d"),
]
# The webhook function refuses plain HTTP, except in the local cloud.
WebhookUrl = SourceUrl
