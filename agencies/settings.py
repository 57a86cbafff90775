"""The typed model of an agency's file. Nothing here needs the AWS CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import to_json

from agencies.alerting import Alerting
from agencies.fields import Account, Email, LogDays, Name, Region, Removal, Similarity, SourceUrl
from lambdas.ingest.sources.settings import refuse_mixed_gallery

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(_Table):
    """One source of cases. Off until the operator says that it may be used, and how."""

    enabled: bool = False
    base_url: SourceUrl | None = None
    photo_origins: list[SourceUrl] = []
    permission: Annotated[str | None, Field(min_length=10, validate_default=True)] = None
    requests_per_second: Annotated[float, Field(gt=0, le=100)] = 1.0
    states: list[str] = []
    case_number_range: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    nationalities: list[str] = []
    wanted: bool = False
    folder: str | None = None

    @field_validator("permission")
    @classmethod
    def _is_given(cls, permission: str | None, others: ValidationInfo) -> str | None:
        if permission is None and others.data.get("enabled") and others.data.get("base_url"):
            raise ValueError('missing: a live source may be enabled only with permission = "who allowed it, and when"')
        return permission

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
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
    def enabled(self) -> dict[str, Source]:
        """The sources to read, by name."""
        every = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: source for name, source in every.items() if source.enabled}

    @property
    def in_the_cloud(self) -> dict[str, Source]:
        """What the deployed sync can reach: not a folder on somebody's disk, which `homeward sync` reads."""
        reachable = (
            (name, source)
            for name, source in self.enabled.items()
            if name != "folder" or (source.folder or "").startswith("s3://")
        )
        return dict(reachable)

    @model_validator(mode="after")
    def _are_of_one_gallery(self) -> Self:
        refuse_mixed_gallery({name: source.wanted for name, source in self.enabled.items()})
        return self


class Feed(_Table):
    """A feed whose pictures become captures of the camera `feed-NAME`. Each has its own permission, as a live source.

    Pictures are fetched from the feed's own origin and from `image_origins`, and from nowhere else.
    """

    name: Name
    url: SourceUrl
    permission: Annotated[str | None, Field(min_length=10, validate_default=True)] = None
    image_origins: list[SourceUrl] = []
    interval_minutes: Annotated[int, Field(ge=5, le=1440)] = 60

    @field_validator("permission")
    @classmethod
    def _is_given(cls, permission: str | None) -> str:
        if permission is None:
            raise ValueError('missing: a feed may be read only with permission = "who allowed it, and when"')
        return permission


class Sync(_Table):
    """How often the gallery follows its sources; `max_removed_percent` of it is the safety stop."""

    interval_hours: Annotated[int, Field(ge=1, le=168)] = 24
    max_removed_percent: Annotated[float, Field(gt=0, le=100)] = 10


class Thresholds(_Table):
    """What a match must reach to be reviewed, and to alert. Similarity from 0 to 100."""

    review_threshold: Similarity
    alert_threshold: Annotated[float, Field(validate_default=True)]

    @field_validator("alert_threshold")
    @classmethod
    def _is_in_order(cls, alert: float, others: ValidationInfo) -> float:
        review = others.data.get("review_threshold", 0)
        if not review <= alert <= 100:
            raise ValueError(f"{alert:g} is not allowed: must be a number from review_threshold ({review:g}) to 100")
        return alert


class Matching(Thresholds):
    """The thresholds, what makes them stricter (the strictest that applies wins), and how often one person is told of.

    Why children and drawings have stricter thresholds: docs/decisions/0017-thresholds.md.
    """

    review_threshold: Similarity = 80
    alert_threshold: Annotated[float, Field(validate_default=True)] = 95
    minors: Thresholds = Thresholds(review_threshold=85, alert_threshold=97)
    age_progression: Thresholds = Thresholds(review_threshold=85, alert_threshold=97)
    artist_rendering: Thresholds = Thresholds(review_threshold=90, alert_threshold=99)
    by_source: dict[str, Thresholds] = {}
    encounter_window_minutes: Annotated[float, Field(gt=0, le=1440)] = 10
    review_deadline_days: Annotated[int, Field(ge=1, le=365)] = 30
    dismissal_mute_days: Annotated[float, Field(ge=0, le=365)] = 7
    dismissal_limit: Annotated[int, Field(ge=1, le=100)] = 3
    dismissal_threshold_increase: Annotated[float, Field(ge=0, le=20)] = 2
    better_shot_margin: Annotated[float, Field(gt=0, le=20)] = 2
    better_shot_limit: Annotated[int, Field(ge=0, le=5)] = 1
    digest: bool = True
    max_retrospective_searches: Annotated[int, Field(ge=0, le=100_000)] = 1000
    rekognition_requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 5

    @field_validator("by_source")
    @classmethod
    def _are_sources(cls, by_source: dict[str, Thresholds]) -> dict[str, Thresholds]:
        if unknown := sorted(set(by_source) - set(Sources.model_fields)):
            raise ValueError(f"{', '.join(unknown)}: no such source; must be of {', '.join(Sources.model_fields)}")
        return by_source


class Retention(_Table):
    """How long logs and encounters, with their pictures, are kept, in days."""

    log_days: LogDays = 90
    encounter_days: Annotated[int, Field(ge=1, le=3650)] = 365


class Fleet(_Table):
    """How cameras get the camera program; `greengrass` hands it to those that are Greengrass v2 core devices."""

    greengrass: bool = False


class Settings(_Table):
    """All settings of one environment of an agency."""

    name: Name
    environment: Literal["dev", "staging", "prod"]
    display_name: Annotated[str, Field(min_length=1)]
    contact: Email
    account: Account | None = None
    region: Region | None = None
    removal_policy: Removal = "retain"
    sources: Sources = Sources()
    feeds: list[Feed] = []
    sync: Sync = Sync()
    matching: Matching = Matching()
    alerting: Alerting
    retention: Retention = Retention()
    fleet: Fleet = Fleet()

    @field_validator("retention")
    @classmethod
    def _outlasts_the_review(cls, retention: Retention, others: ValidationInfo) -> Retention:
        matching = others.data.get("matching", Matching())
        if matching.review_deadline_days > retention.encounter_days:
            raise ValueError(
                f"encounter_days ({retention.encounter_days}) is not allowed: "
                f"must be at least matching.review_deadline_days ({matching.review_deadline_days})"
            )
        return retention

    @field_validator("feeds")
    @classmethod
    def _have_names_of_their_own(cls, feeds: list[Feed]) -> list[Feed]:
        names = [feed.name for feed in feeds]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)}: two feeds of one name; each needs its own")
        return feeds

    def as_functions_read(self, sources: Mapping[str, Source]) -> str:
        """Return these sources as JSON, in the form that `lambdas.ingest.sources.settings` reads."""
        tables = {name: source.model_dump(exclude_defaults=True) for name, source in sources.items()}
        return to_json({"contact": self.contact, **tables}).decode()

    @property
    def stage(self) -> str:
        """The name of the CDK stage: springfield-prod."""
        return f"{self.name}-{self.environment}"
