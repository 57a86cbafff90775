"""What an environment's settings mean, in sentences for somebody who has not read the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.telephones import written_for_people
from homeward.agency.monthly_cost import monthly_cost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agencies.alerting import Filter, Recipient
    from agencies.settings import Settings

_LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French"}


def in_words(settings: Settings, *, cameras: int, people: int) -> list[str]:
    """Return sentences about one environment with this many cameras and passers-by per camera and day."""
    return [
        *_where(settings),
        *_cases(settings),
        *_cameras(settings, cameras),
        *_matches(settings),
        *_alerts(settings),
        _retention(settings),
        _cost(settings, cameras, people),
    ]


def _where(settings: Settings) -> Iterator[str]:
    place = f"account {settings.account}" if settings.account else "the account of the credentials"
    kept = "deletes" if settings.removal_policy == "destroy" else "keeps"
    yield f"It runs in {place}, {settings.region or 'the region of the credentials'}; cdk destroy {kept} its data."


def _cases(settings: Settings) -> Iterator[str]:
    for name, source in settings.sources.enabled.items():
        states = f", {_several(source.states)} only" if source.states else ""
        yield f"Cases come from {name}{states}, every {settings.sync.interval_hours} hours."
    if not settings.sources.enabled:
        yield "No source of cases is enabled."
    for feed in settings.feeds:
        yield f"Pictures of the feed {feed.name} are searched every {feed.interval_minutes} minutes."


def _cameras(settings: Settings, cameras: int) -> Iterator[str]:
    limits = settings.camera_limits
    yield (
        f"Cameras are registered with `homeward camera add`, not in the file; this estimate assumes {cameras}. "
        f"Each may cause {limits.searches_per_minute} searches a minute and {limits.first_alerts_per_hour} "
        "first alerts an hour."
    )


def _matches(settings: Settings) -> Iterator[str]:
    matching = settings.matching
    yield (
        f"A match of {matching.review_threshold:g} % opens an encounter for review; one of "
        f"{matching.alert_threshold:g} % also alerts ({matching.minors.alert_threshold:g} % for minors) if a second "
        f"sighting or photo agrees, one of {matching.alone:g} % ({matching.minors.alone:g} %) alone."
    )
    yield (
        f"Sightings of a person at a camera within {matching.encounter_window_minutes:g} minutes are one encounter. "
        f"Without a verdict it expires after {matching.review_deadline_days} days."
    )


def _retention(settings: Settings) -> str:
    kept = settings.retention
    return f"Encounters and their pictures are deleted after {kept.encounter_days} days, logs after {kept.log_days}."


def _alerts(settings: Settings) -> Iterator[str]:
    if not settings.alerting.recipients:
        yield "Nobody is told of a match."
    for recipient in settings.alerting.recipients:
        yield f"{recipient.name} gets {_channel(recipient)} {_when(recipient, settings)}."


def _channel(recipient: Recipient) -> str:
    if recipient.sms:
        return f"a text message at {written_for_people(recipient.sms)}"
    if recipient.email:
        return f"an e-mail at {recipient.email}"
    return f"a signed message at {recipient.webhook}" if recipient.webhook else "a message in its chat room"


def _when(recipient: Recipient, settings: Settings) -> str:
    alerting = settings.alerting
    language = _LANGUAGES[recipient.language or alerting.language]
    said = f"in {language} of {_which(recipient.filter)}"
    if recipient.escalation:
        minutes = alerting.escalate_after_minutes
        said += f" that nobody acknowledged within {minutes:g} minutes" if minutes else ", never: escalation is off"
    if recipient.quiet_hours:
        start, end = recipient.quiet_hours.split("-")
        minors = "" if recipient.quiet_for_minors else ", except about minors"
        said += f"; from {start} to {end} ({alerting.time_zone}) alerts wait until {end}{minors}"
    return said


def _which(chosen: Filter) -> str:
    limits = [
        *([f"of {_several(chosen.case_types)} persons"] if chosen.case_types else []),
        *([f"from {_several(chosen.sources)}"] if chosen.sources else []),
        *([f"last seen in {_several(chosen.counties)}"] if chosen.counties else []),
        *([f"at {_several(chosen.cameras)}"] if chosen.cameras else []),
        *([f"at {_several(chosen.sites)}"] if chosen.sites else []),
        *(["of minors"] if chosen.minors_only else []),
        *([f"of at least {chosen.minimum_similarity:g} %"] if chosen.minimum_similarity else []),
    ]
    return f"alerts {', '.join(limits)}" if limits else "every alert"


def _cost(settings: Settings, cameras: int, people: int) -> str:
    cost = monthly_cost(settings, cameras=cameras, people=people)
    return (
        f"It costs about ${cost.likely:,.0f} a month: ${cost.keys:,.0f} for encryption keys, and ${cost.searches:,.0f} "
        f"for searches if {people:,} people a day pass each camera. The limits in the file allow at most "
        f"${cost.most:,.0f}, of which ${cost.most_text_messages:,.0f} for text messages."
    )


def _several(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
