"""The pages behind a link: plain HTML that works on a phone, with no script and nothing from anybody else."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from lambdas.cases.case import CaseStatus, PhotoKind
from lambdas.encounters.encounter import Encounter, Stage
from lambdas.encounters.evidence import Strength, evidence_of
from lambdas.review.links import Which, has_pictures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdas.cases.case import Case
    from lambdas.review.links import Shown

HEADLINE = "Possible match, not verified"

_STYLE = """
:root { color-scheme: light dark; font: 18px/1.4 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 44rem; padding: 0 0.8rem 2rem; }
h1 { font-size: 1.25rem; margin: 0 -0.8rem 0.8rem; padding: 0.7rem 0.8rem; background: #7a3b00; color: #fff; }
.pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem; }
figure { margin: 0; }
img { width: 100%; height: 45vw; max-height: 22rem; object-fit: contain; background: #8883; border-radius: 6px; }
figcaption { font-size: 0.85rem; }
.stage { border-left: 6px solid #7a3b00; padding: 0.4rem 0.8rem; margin: 1rem 0; font-weight: 600; }
h2 { font-size: 1.05rem; margin: 1.2rem 0 0; }
dl { display: grid; grid-template-columns: fit-content(38%) 1fr; gap: 0.2rem 0.9rem; margin: 0.5rem 0; }
dt { opacity: 0.75; }
dd { margin: 0; overflow-wrap: anywhere; }
label { display: block; }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: 0.6rem; margin-top: 0.4rem; }
button { background: #0b5a2b; color: #fff; border: 0; border-radius: 6px; font-weight: 700; }
.call { display: block; padding: 0.6rem; margin: 0.6rem 0; text-align: center; border: 2px solid; border-radius: 6px; }
.refused { color: #c00000; font-weight: 600; }
"""
_DOCUMENT = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<link rel="icon" href="data:,">
<title>$title</title>
<style>$style</style>
<h1>$title</h1>
$body
</html>
""")
_ENCOUNTER = Template("""$pictures
<p class="stage" role="status">$stage</p>
$form$call
<h2>Evidence</h2>
<dl>$evidence</dl>
<h2>The missing person</h2>
<dl>$case</dl>
<p>A likeness is a lead, never an identification. A person must check it before anybody acts on it.</p>
""")
_FIGURE = Template('<figure><img src="$src" alt="$caption"><figcaption>$caption</figcaption></figure>')
_FORM = Template("""$refused<form method="post">
<label>Your name or badge number <input name="by" required maxlength="80" autocomplete="name"></label>
<button>Acknowledge: I am on it</button>
</form>
""")
_CALL = Template('<a class="call" href="tel:$phone">Call $who</a>')
_DECIDED = {
    Stage.CONFIRMED: "Confirmed by a reviewer.",
    Stage.DISMISSED: "Dismissed by a reviewer: not the missing person. Stand down.",
    Stage.UNDECIDED: "A reviewer could not decide.",
    Stage.WITHDRAWN: "The case is closed. Stand down.",
    Stage.EXPIRED: "Nobody decided in time; the pictures are deleted.",
}
_KINDS = {PhotoKind.AGE_PROGRESSION: "age-progressed picture", PhotoKind.ARTIST: "drawn picture"}
_STRENGTHS = {
    Strength.STRONG: "strong: several shots agree, and no other case is near",
    Strength.FAIR: "fair",
    Strength.WEAK: "weak: another case resembles the capture almost as much",
}


def headers(*picture_addresses: str) -> dict[str, str]:
    """What a browser may do with a page: show it, with pictures from these addresses, and keep nothing."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    # A picture's address redirects to its bucket, and browsers hold both against the policy.
    origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, picture_addresses)}
    policy = {
        "default-src": "'none'",
        "img-src": " ".join(["'self'", "data:", *sorted(origins)]),
        "style-src": f"'sha256-{digest}'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=63072000",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }


def encounter_page(shown: Shown, *, refused: str = "") -> str:
    """The page of an encounter; `refused` is what was wrong with the form."""
    encounter = shown.encounter
    case = shown.case.case if shown.case else None
    is_closed = shown.case is None or shown.case.status is not CaseStatus.OPEN
    stage = _DECIDED[Stage.WITHDRAWN] if is_closed and encounter.stage not in _DECIDED else _stage(shown)
    may_acknowledge = encounter.stage in {Stage.OPEN, Stage.ALERTED} and not is_closed
    form = _FORM.substitute(refused=f'<p class="refused">{escape(refused)}</p>' if refused else "")
    body = _ENCOUNTER.substitute(
        pictures=_pictures(shown, case) if has_pictures(encounter) else "",
        stage=escape(stage),
        call=_call(case),
        form=form if may_acknowledge else "",
        evidence=_facts(_evidence(shown)),
        case=_facts(_case(encounter, case)),
    )
    return _document(HEADLINE, body)


def message_page(title: str, text: str) -> str:
    """A page that says one thing."""
    return _document(title, f"<p>{escape(text)}</p>")


def link_path(encounter: Encounter) -> str:
    """The path of the encounter's page."""
    return f"/e/{quote(encounter.encounter_id, safe='')}/{quote(encounter.link_token, safe='')}"


def _document(title: str, body: str) -> str:
    return _DOCUMENT.substitute(title=escape(title), style=_STYLE, body=body)


def _pictures(shown: Shown, case: Case | None) -> str:
    seen = f"Seen at {shown.site}, {shown.minute(shown.encounter.best.captured_at)}"
    captions = {Which.SEEN: seen, Which.PHOTO: _photo(shown.encounter, case)}
    figures = (
        _FIGURE.substitute(src=escape(f"{link_path(shown.encounter)}/{which.value}"), caption=escape(caption))
        for which, caption in captions.items()
    )
    return f'<div class="pictures">{"".join(figures)}</div>'


def _photo(encounter: Encounter, case: Case | None) -> str:
    photos = case.photos if case else ()
    found = next((photo for photo in photos if photo.photo_id == encounter.best.photo_id), None)
    kind = _KINDS.get(found.kind, "photo") if found else "photo"
    name = (case.name if case else None) or encounter.case_id
    return f"{name}: {kind}" + (f" of {found.taken_year}" if found and found.taken_year else "")


def _call(case: Case | None) -> str:
    agency = case.primary_agency if case else None
    if agency is None or not agency.phone:
        return ""
    return _CALL.substitute(phone=escape(agency.phone), who=escape(_line((agency.name, agency.phone)) or ""))


def _stage(shown: Shown) -> str:
    encounter = shown.encounter
    if encounter.stage is Stage.ACKNOWLEDGED and encounter.acknowledged_at:
        return f"Acknowledged by {encounter.acknowledged_by}, {shown.minute(encounter.acknowledged_at)}."
    return _DECIDED.get(encounter.stage, "Nobody has acknowledged this yet.")


def _evidence(shown: Shown) -> dict[str, str | None]:
    evidence = evidence_of(shown.encounter)
    shots = f"{evidence.shots} ({evidence.alerting_shots} above the alert threshold), mean {evidence.mean:.1f}"
    return {
        "Similarity": f"{evidence.best:.1f} of 100",
        "Strength": _STRENGTHS[evidence.strength],
        "Shots": shots,
        "Next case": f"{-evidence.margin:+.1f} points" if evidence.margin is not None else None,
        "Camera": shown.site if shown.site == shown.encounter.camera else f"{shown.site} ({shown.encounter.camera})",
        "Seen": shown.minute(shown.encounter.best.captured_at),
    }


def _case(encounter: Encounter, case: Case | None) -> dict[str, str | None]:
    if case is None:
        return {"Case": encounter.case_id}
    seen, agency = case.last_seen, case.primary_agency
    called = (agency.name, agency.phone or agency.phone_raw) if agency else ()
    return {
        "Name": case.name or "not known",
        "Case": case.case_id,
        "Sex": case.sex,
        "Age when missing": str(case.age_when_missing or "") or None,
        "Last seen": _line((seen.date, seen.place)),
        "Height": f"{case.height_cm} cm" if case.height_cm else None,
        "Weight": f"{case.weight_kg} kg" if case.weight_kg else None,
        "Hair": case.hair,
        "Marks": "; ".join(case.marks) or None,
        "Agency": _line(called),
        "Agency's number": agency.case_number if agency else None,
    }


def _facts(facts: Mapping[str, str | None]) -> str:
    return "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in facts.items() if value)


def _line(parts: Iterable[str | None]) -> str | None:
    return " ".join(part for part in parts if part) or None
