"""The typed model of an agency file. It works without the AWS CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import to_json

from agencies.alerting import Alerting
from agencies.console import Console, is_plain_host
from agencies.fields import (
    Account,
    AlertSimilarity,
    Country,
    DisplayName,
    Email,
    LogDays,
    Name,
    Percent,
    Points,
    Region,
    Removal,
    Similarity,
)
from agencies.regions import complaint
from agencies.sources import Feed, Source, Sources
from agencies.table import Table
from lambdas.common.camera_names import ALLOWED, is_camera_name
from lambdas.common.collection_names import looks_rebuilt
from lambdas.common.outside_text import shown
from lambdas.encounters.policy import Thresholds as PolicyThresholds

# Each feed's schedule needs a statement in the function's resource policy, which may have 20 KB.
_MAX_FEEDS = 50
# A function's environment may have 4 KB in all, and the example agency's takes half of it. A camera's thresholds take
# this many bytes besides its name.
_MAX_CAMERAS_BYTES, _CAMERA_BYTES = 1500, 75

if TYPE_CHECKING:
    from collections.abc import Mapping


_DEFAULT = PolicyThresholds()
Environment = Literal["dev", "staging", "prod"]


class Sync(Table):
    """The schedule of syncs.

    Attributes:
        interval_hours: time between two syncs.
        max_removed_percent: a sync that would remove more of the cases than this stops instead.
    """

    interval_hours: Annotated[int, Field(ge=1, le=168)] = 24
    max_removed_percent: Percent = 10


class Thresholds(Table):
    """The minimum similarities, 0 to 100, of the bands of a match.

    Attributes:
        review_threshold: an encounter opens, for review.
        alert_threshold: it alerts if a second sighting of the same passer-by, or a second photo of the case, agrees.
        alone_threshold: one sighting alerts alone. Default: as strict as the rest of [matching] demands.
    """

    review_threshold: Similarity
    alert_threshold: Annotated[AlertSimilarity, Field(validate_default=True)]
    alone_threshold: AlertSimilarity | None = None

    @field_validator("alert_threshold")
    @classmethod
    def _is_at_least_review(cls, alert: float, others: ValidationInfo) -> float:
        review = others.data.get("review_threshold", 0)
        if not review <= alert <= 100:
            raise ValueError(f"{alert:g} is not allowed: must be a number from review_threshold ({review:g}) to 100")
        return alert

    @field_validator("alone_threshold")
    @classmethod
    def _is_at_least_alert(cls, alone: float | None, others: ValidationInfo) -> float | None:
        alert = others.data.get("alert_threshold", 0)
        if alone is not None and not alert <= alone <= 100:
            raise ValueError(f"{alone:g} is not allowed: must be a number from alert_threshold ({alert:g}) to 100")
        return alone

    @property
    def alone(self) -> float:
        """Return the alone threshold; by default the alert threshold, because the strictest of several tables wins."""
        return self.alert_threshold if self.alone_threshold is None else self.alone_threshold


class Matching(Thresholds):
    """The thresholds of matches, and the limits on alerts about the same case at the same camera.

    Where several thresholds apply, the strictest wins. docs/decisions/0017-thresholds.md says why matches with minors
    and drawings have stricter ones, and docs/decisions/0041-evidence-that-decides.md what the three bands are.

    Attributes:
        alone_threshold: the default is the one of the policy, or alert_threshold if that is higher.
        corroboration_wait_s: how long an encounter is shown as waiting for a second sighting of the passer-by.
        by_source: thresholds for the cases of one source.
        by_camera: thresholds of one camera, in place of the agency's three; alone_threshold is the agency's by default.
        encounter_window_minutes: sightings of a case at a camera within this time are one encounter.
        review_deadline_days: an open encounter expires after this.
        dismissal_mute_days: after a dismissal, the case does not alert at this camera for this long.
        better_shot_margin: another alert of an encounter needs a similarity that is higher by this.
        better_shot_limit: the maximum number of such alerts per encounter.
        digest: whether an alert sums up the encounter when its window ends.
        max_retrospective_searches: captures searched again per run after the gallery got new faces; 0 turns it off.
        rekognition_requests_per_second: the account's quota for SearchFacesByImage, and for IndexFaces.
    """

    review_threshold: Similarity = _DEFAULT.review
    alert_threshold: Annotated[AlertSimilarity, Field(validate_default=True)] = _DEFAULT.alert
    corroboration_wait_s: Annotated[float, Field(ge=0, le=60)] = 5
    minors: Thresholds = Thresholds(review_threshold=85, alert_threshold=98, alone_threshold=99.3)
    age_progression: Thresholds = Thresholds(review_threshold=85, alert_threshold=98, alone_threshold=99.3)
    artist_rendering: Thresholds = Thresholds(review_threshold=90, alert_threshold=99)
    by_source: dict[str, Thresholds] = {}
    by_camera: dict[str, Thresholds] = {}
    encounter_window_minutes: Annotated[float, Field(gt=0, le=1440)] = 10
    review_deadline_days: Annotated[int, Field(ge=1, le=365)] = 30
    dismissal_mute_days: Annotated[float, Field(ge=0, le=365)] = 7
    better_shot_margin: Annotated[Points, Field(gt=0, le=20)] = 2
    better_shot_limit: Annotated[int, Field(ge=0, le=5)] = 1
    digest: bool = True
    max_retrospective_searches: Annotated[int, Field(ge=0, le=100_000)] = 1000
    rekognition_requests_per_second: Annotated[float, Field(gt=0, le=1000)] = 5

    @field_validator("by_source")
    @classmethod
    def _are_sources(cls, by_source: dict[str, Thresholds]) -> dict[str, Thresholds]:
        if unknown := sorted(set(by_source) - set(Sources.model_fields)):
            raise ValueError(
                f"{shown(', '.join(unknown))}: no such source; must be one of {', '.join(Sources.model_fields)}"
            )
        return by_source

    @field_validator("by_camera")
    @classmethod
    def _are_cameras(cls, by_camera: dict[str, Thresholds]) -> dict[str, Thresholds]:
        if wrong := sorted(name for name in by_camera if not is_camera_name(name)):
            raise ValueError(f"{shown(', '.join(wrong))}: no camera can have this name; allowed are {ALLOWED}")
        if sum(len(name) for name in by_camera) + _CAMERA_BYTES * len(by_camera) > _MAX_CAMERAS_BYTES:
            raise ValueError(
                f"{len(by_camera)} cameras with thresholds of their own are too many for a function's environment: "
                "leave out those that can have the agency's thresholds"
            )
        return by_camera

    @property
    def alone(self) -> float:
        """Return the alone threshold; its default is never below the alert threshold."""
        return max(_DEFAULT.alone, self.alert_threshold) if self.alone_threshold is None else self.alone_threshold


class Retention(Table):
    """The retention, in days.

    Attributes:
        log_days: of the logs; one of the periods of CloudWatch Logs.
        encounter_days: of encounters and their pictures.
    """

    log_days: LogDays = 90
    encounter_days: Annotated[int, Field(ge=1, le=3650)] = 365


class Review(Table):
    """How reviewers decide. With `four_eyes`, a second reviewer, who does not know of the first, must confirm too."""

    four_eyes: bool = False


class Fleet(Table):
    """How cameras get the camera program, and which topics count besides those of this environment's cameras.

    Attributes:
        greengrass: Cameras that are Greengrass v2 core devices get the camera program.
        deeplens: Registered AWS DeepLens devices may publish the prototype's message.
        legacy_topics: Cameras from before topics carried their environment may publish on homeward/v1.
    """

    greengrass: bool = False
    deeplens: bool = False
    legacy_topics: bool = False


class CameraLimits(Table):
    """What one camera may use, so that a camera that floods leaves the rest to the others.

    Attributes:
        searches_per_minute: captures searched in any minute, a third of them at once; more are dropped.
        first_alerts_per_hour: encounters that alert; more await review without an alert.
        sms_percent: the share of alerting.sms_per_day that may be about one camera.
    """

    searches_per_minute: Annotated[int, Field(ge=1, le=6000)] = 60
    first_alerts_per_hour: Annotated[int, Field(ge=1, le=1000)] = 30
    sms_percent: Annotated[int, Field(ge=1, le=100)] = 50


class Settings(Table):
    """The settings of one environment of an agency: the agency's values with the environment's own over them."""

    name: Name
    environment: Environment
    display_name: DisplayName
    contact: Email
    country: Country = "US"
    account: Account | None = None
    region: Region | None = None
    removal_policy: Removal = "retain"
    sources: Sources = Sources()
    feeds: list[Feed] = []
    sync: Sync = Sync()
    matching: Matching = Matching()
    review: Review = Review()
    alerting: Alerting
    retention: Retention = Retention()
    fleet: Fleet = Fleet()
    camera_limits: CameraLimits = CameraLimits()
    console: Console = Console()

    @field_validator("environment")
    @classmethod
    def _has_a_collection_of_its_own(cls, environment: str, others: ValidationInfo) -> str:
        name = others.data.get("name", "")
        if looks_rebuilt(f"{name}-{environment}"):
            raise ValueError(f"{environment!r} is not allowed for the name {name!r}: choose another name")
        return environment

    @field_validator("retention")
    @classmethod
    def _outlasts_review(cls, retention: Retention, others: ValidationInfo) -> Retention:
        matching = others.data.get("matching", Matching())
        if matching.review_deadline_days > retention.encounter_days:
            raise ValueError(
                f"encounter_days ({retention.encounter_days}) is not allowed: "
                f"must be at least matching.review_deadline_days ({matching.review_deadline_days})"
            )
        return retention

    @field_validator("fleet")
    @classmethod
    def _runs_in_the_region(cls, fleet: Fleet, others: ValidationInfo) -> Fleet:
        region = others.data.get("region")
        if fleet.greengrass and region and (reason := complaint(region, greengrass=True)):
            raise ValueError(f"greengrass = true is not allowed in {region}: {reason}")
        return fleet

    @field_validator("console")
    @classmethod
    def _has_its_certificate_where_it_runs(cls, console: Console, others: ValidationInfo) -> Console:
        if console.certificate is None:
            return console
        alerting, region = others.data.get("alerting"), others.data.get("region")
        if alerting and not is_plain_host(alerting.console_url):
            raise ValueError("certificate needs alerting.console_url: https:// and a host name, and nothing else")
        if region and console.certificate.split(":")[3] != region:
            raise ValueError(f"certificate {console.certificate!r} is not allowed: it must be in {region}")
        return console

    @field_validator("feeds")
    @classmethod
    def _have_unique_names(cls, feeds: list[Feed]) -> list[Feed]:
        if len(feeds) > _MAX_FEEDS:
            raise ValueError(f"{len(feeds)} feeds are not allowed: the maximum is {_MAX_FEEDS}")
        names = [feed.name for feed in feeds]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)}: two feeds have this name; rename one")
        return feeds

    @property
    def feeds_document(self) -> str:
        """Return the feeds as JSON, as lambdas/feeds/settings.py reads them."""
        feeds = [feed.model_dump(exclude={"interval_minutes"}) for feed in self.feeds]
        return to_json({"contact": self.contact, "feeds": feeds}).decode()

    def as_functions_read(self, sources: Mapping[str, Source]) -> str:
        """Return these sources as JSON, in the form that `lambdas.ingest.sources.settings` reads."""
        tables = {name: source.model_dump(exclude_defaults=True) for name, source in sources.items()}
        own = self.model_dump(include={"contact", "country"}, exclude_defaults=True)
        return to_json({**own, **tables}).decode()

    @property
    def stage(self) -> str:
        """Return the name of the CDK stage, e.g. springfield-prod."""
        return f"{self.name}-{self.environment}"
