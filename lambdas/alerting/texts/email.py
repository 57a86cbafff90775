"""The e-mail of an alert: one fact a line, and links to both pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.alerting.texts.defuse import inert
from lambdas.cases.readable import readable_phone
from lambdas.encounters.notice import ENDINGS

if TYPE_CHECKING:
    from lambdas.alerting.alert import Alert
    from lambdas.alerting.texts.languages.phrases import Phrases


def email_text(alert: Alert, phrases: Phrases, headline: str) -> str:
    """Render the headline, what it means, and every known fact. A recall and a stand-down have no links to pictures."""
    alert = inert(alert)
    is_over = alert.kind in ENDINGS
    lines = _person(alert, phrases) | _sighting(alert, phrases) | ({} if is_over else _links(alert, phrases))
    facts = "\n".join(f"{label}: {value}" for label, value in lines.items() if value)
    return f"{headline}. {phrases.endings[alert.kind] if is_over else phrases.must_be_checked}\n\n{facts}\n"


def _person(alert: Alert, phrases: Phrases) -> dict[str, str | None]:
    labels, notation = phrases.labels, phrases.notation
    return {
        labels.name: alert.name or phrases.name_not_known,
        labels.case: alert.case_id,
        labels.minor: phrases.minor if alert.is_minor else None,
        labels.sex: phrases.sexes.get(alert.sex, alert.sex) if alert.sex else None,
        labels.age: phrases.years_of(alert),
        labels.last_seen: phrases.last_seen_facts(alert),
        labels.height: notation.height_of(alert.height_cm),
        labels.weight: notation.weight_of(alert.weight_kg),
        labels.hair: alert.hair,
        labels.marks: alert.marks,
        labels.clothing: alert.clothing,
        labels.agency: alert.agency,
        labels.phone: readable_phone(alert.phone) if alert.phone else None,
        labels.case_number: alert.case_number,
    }


def _sighting(alert: Alert, phrases: Phrases) -> dict[str, str | None]:
    labels, time = phrases.labels, phrases.notation.dates(alert.seen_at)
    doubt = phrases.time_doubts[alert.time_doubt] if alert.time_doubt else None
    return {
        labels.camera: f"{alert.site} ({alert.camera})",
        (labels.received_at if doubt else labels.seen_at): time + (f" ({doubt})" if doubt else ""),
        labels.similarity: phrases.graded("{similarity:.1f} / 100, {strength} ({images}: {ground})", alert),
        labels.why: None if alert.kind in ENDINGS else phrases.why_alerted(alert),
        labels.mean: f"{alert.mean_similarity:.1f}" if alert.shots > 1 else None,
        labels.runner_up: phrases.next_case(alert),
        labels.photo: phrases.photo_note(alert.photo_kind, alert.photo_year),
    }


def _links(alert: Alert, phrases: Phrases) -> dict[str, str | None]:
    labels = phrases.labels
    return {
        labels.picture: f"{alert.link}/seen.jpg",
        labels.case_photo: f"{alert.link}/photo.jpg",
        labels.review: alert.link,
    }
