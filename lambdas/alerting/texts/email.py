"""The e-mail of an alert: one fact a line, and links to both pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.alerting.texts.defuse import inert
from lambdas.encounters.notice import NoticeKind

if TYPE_CHECKING:
    from lambdas.alerting.alert import Alert
    from lambdas.alerting.texts.languages.phrases import Phrases


def email_text(alert: Alert, phrases: Phrases, headline: str) -> str:
    """Render the headline, what it means, and every known fact. A recall has no links to pictures."""
    alert = inert(alert)
    is_recall = alert.kind is NoticeKind.RECALL
    lines = _person(alert, phrases) | _sighting(alert, phrases) | ({} if is_recall else _links(alert, phrases))
    facts = "\n".join(f"{label}: {value}" for label, value in lines.items() if value)
    return f"{headline}. {phrases.stand_down if is_recall else phrases.must_be_checked}\n\n{facts}\n"


def _person(alert: Alert, phrases: Phrases) -> dict[str, str | None]:
    labels = phrases.labels
    return {
        labels.name: alert.name or phrases.name_not_known,
        labels.case: alert.case_id,
        labels.minor: phrases.minor if alert.is_minor else None,
        labels.sex: phrases.sexes.get(alert.sex, alert.sex) if alert.sex else None,
        labels.age: alert.age,
        labels.last_seen: alert.last_seen,
        labels.agency: alert.agency,
        labels.phone: alert.phone,
        labels.case_number: alert.case_number,
    }


def _sighting(alert: Alert, phrases: Phrases) -> dict[str, str | None]:
    labels, margin = phrases.labels, alert.runner_up_margin
    strength, shots = phrases.strengths[alert.strength], phrases.shot_count(alert.shots)
    doubt = phrases.time_doubts[alert.time_doubt] if alert.time_doubt else None
    return {
        labels.camera: f"{alert.site} ({alert.camera})",
        (labels.received_at if doubt else labels.seen_at): alert.seen_at + (f" ({doubt})" if doubt else ""),
        labels.similarity: f"{alert.similarity:.1f} / 100 ({strength}, {shots})",
        labels.mean: f"{alert.mean_similarity:.1f}" if alert.shots > 1 else None,
        labels.runner_up: None if margin is None else phrases.points_behind.format(points=margin),
        labels.photo: phrases.photo_note(alert.photo_kind, alert.photo_year),
    }


def _links(alert: Alert, phrases: Phrases) -> dict[str, str | None]:
    labels = phrases.labels
    return {
        labels.picture: f"{alert.link}/seen.jpg",
        labels.case_photo: f"{alert.link}/photo.jpg",
        labels.review: alert.link,
    }
