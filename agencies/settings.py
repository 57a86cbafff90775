"""The typed model of an agency's file, and the clear words in which it refuses one."""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

if TYPE_CHECKING:
    from pathlib import Path


def _without_slash(url: str) -> str:
    return url.rstrip("/")


def _text(pattern: str, allowed: str) -> AfterValidator:
    """A check against a pattern whose error says in words what is allowed."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{value!r} is not allowed: must be {allowed}")
        return value

    return AfterValidator(check)


Name = Annotated[str, _text(r"[a-z][a-z0-9-]{0,30}", "lower-case letters, digits and '-', at most 31")]
Email = Annotated[str, _text(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")]
Phone = Annotated[str, _text(r"\+[1-9][0-9]{6,14}", "an E.164 number such as +15035550142")]
HttpsUrl = Annotated[str, _text(r"https://[^\s/]+\S*", "an https:// address"), AfterValidator(_without_slash)]
SourceUrl = Annotated[str, _text(r"https?://[^\s/]+\S*", "an http address"), AfterValidator(_without_slash)]
Account = Annotated[str, _text(r"[0-9]{12}", "the 12 digits of an AWS account")]
Region = Annotated[str, _text(r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as us-east-1")]
Similarity = Annotated[float, Field(ge=0, le=100)]
# The periods that CloudWatch Logs can keep a log for.
LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
# The environment's own keys; every other table under it replaces values of the agency's.
_ENVIRONMENT_KEYS = frozenset({"account", "region", "removal"})


class AgencyFileError(ValueError):
    """An agency file is wrong: one line an error, with the file, the key and what is allowed."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Table):
    """One source of cases. Off until the operator says that it may be used, and how."""

    enabled: bool = False
    base_url: SourceUrl | None = None
    photo_origins: list[SourceUrl] = []
    permission: Annotated[str, Field(min_length=10)] | None = None
    requests_per_second: Annotated[float, Field(gt=0, le=100)] = 1.0
    states: list[str] = []
    walk: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    nationalities: list[str] = []
    folder: str | None = None

    @model_validator(mode="after")
    def _may_be_used(self) -> Self:
        if self.enabled and self.base_url and not self.permission:
            raise ValueError(
                'enabled needs permission = "who allowed it, and when": the operator of the source must agree'
            )
        if self.enabled and not (self.base_url or self.folder):
            raise ValueError("enabled needs base_url, or folder for an agency's own cases")
        return self


class Sources(_Table):
    """The sources that Homeward can read."""

    namus: Source = Source()
    fbi: Source = Source()
    interpol: Source = Source()
    ncmec: Source = Source()
    folder: Source = Source()

    @property
    def enabled(self) -> bool:
        """Whether there is anything to sync."""
        return any(source.enabled for source in self.by_name().values())

    def by_name(self) -> dict[str, Source]:
        """Each source by its name."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class Sync(_Table):
    """How often the gallery follows its sources; `most_removed_percent` of it is the safety stop."""

    every_hours: Annotated[int, Field(ge=1, le=168)] = 24
    most_removed_percent: Annotated[float, Field(gt=0, le=100)] = 10


class Matching(_Table):
    """What a search must give to be reviewed, and to be alerted. Similarity from 0 to 100."""

    review_threshold: Similarity = 80
    alert_threshold: Similarity = 95
    encounter_window_minutes: Annotated[float, Field(gt=0, le=1440)] = 10
    searches_per_second: Annotated[float, Field(gt=0, le=1000)] = 5

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.alert_threshold < self.review_threshold:
            raise ValueError(
                f"alert_threshold {self.alert_threshold:g} is not allowed:"
                f" from review_threshold ({self.review_threshold:g}) to 100"
            )
        return self


class Alerting(_Table):
    """Who is told, and the address that the link in an alert starts with."""

    phones: list[Phone] = []
    emails: list[Email] = []
    webhooks: list[HttpsUrl] = []
    console_url: HttpsUrl


class Retention(_Table):
    """How long logs and unconfirmed encounters are kept, in days."""

    log_days: LogDays = 90
    encounter_days: Annotated[int, Field(ge=1, le=3650)] = 365


class Settings(_Table):
    """All settings of one environment of an agency."""

    name: Name
    environment: Name
    display_name: Annotated[str, Field(min_length=1)]
    contact: Email
    account: Account | None = None
    region: Region | None = None
    removal: Literal["destroy", "retain"] = "retain"
    sources: Sources = Sources()
    sync: Sync = Sync()
    matching: Matching = Matching()
    alerting: Alerting
    retention: Retention = Retention()

    @property
    def stage(self) -> str:
        """The name of the CDK stage: springfield-prod."""
        return f"{self.name}-{self.environment}"


def load_agency(path: Path) -> list[Settings]:
    """The environments of an agency's file, each with its own values over the agency's.

    Raises:
        AgencyFileError: the file cannot be read, or any of its keys or values is not allowed.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AgencyFileError(f"{path}: cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise AgencyFileError(f"{path}: is not TOML: {error}") from error
    environments = document.pop("environments", None)
    if not isinstance(environments, dict) or not environments:
        raise AgencyFileError(f"{path}: environments: missing: at least one table such as [environments.dev]")
    loaded, problems = [], []
    for name, own in environments.items():
        try:
            loaded.append(Settings.model_validate(_merged(document, {**own, "environment": name})))
        except ValidationError as error:
            problems += [_describe(problem, own, name) for problem in error.errors()]
    if problems:
        raise AgencyFileError("\n".join(f"{path}: {problem}" for problem in dict.fromkeys(problems)))
    return loaded


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both_tables else value
    return merged


def _describe(problem: Any, own: dict[str, Any], environment: str) -> str:
    """One line: the key as it stands in the file, its value, and what is allowed."""
    path = [part for part in problem["loc"] if part != "environment"]
    if not path:
        path = ["environments", environment]
    elif path[0] in _ENVIRONMENT_KEYS or _is_in(own, path):
        path = ["environments", environment, *path]
    key = ".".join(str(part) for part in path)
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key{_suggestion(problem['loc'])}"
    if problem["type"] == "missing":
        return f"{key}: missing"
    rule = problem["msg"].removeprefix("Value error, ").replace("Input should", "must")
    if problem["type"] == "value_error":
        return f"{key}: {rule}"
    return f"{key}: {problem['input']!r} is not allowed: {rule}"


def _is_in(table: Any, path: list[Any]) -> bool:
    for part in path:
        if not isinstance(table, dict) or part not in table:
            return False
        table = table[part]
    return True


def _suggestion(location: tuple[Any, ...]) -> str:
    model: Any = Settings
    for part in location[:-1]:
        model = model.model_fields[part].annotation
    known = [field for field in model.model_fields if field != "environment"]
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(known)}"
