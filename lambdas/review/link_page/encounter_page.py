"""The page of one encounter."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING
from urllib.parse import quote

from lambdas.cases.case import CaseStatus
from lambdas.cases.readable import readable_phone
from lambdas.common.console_paths import encounter_path
from lambdas.encounters.encounter import Encounter, Stage
from lambdas.review.link_page.facts import case_facts, evidence_facts, joined, map_link, photo_caption
from lambdas.review.link_page.templates import escape, escape_paragraphs, html_page
from lambdas.review.picture_urls import LinkPicture
from lambdas.review.pictures import has_pictures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.cases.case import Case
    from lambdas.review.links import PageContent

HEADLINE = "Possible match, not verified"

_ENCOUNTER = Template("""$pictures
<p class="stage" role="status">$stage</p>
$form$decide$call
<h2>Evidence</h2>
<dl>$evidence</dl>
<h2>The missing person</h2>
<dl>$case</dl>
$map$narrative
<p>A likeness is a lead, never an identification. A person must check it before anybody acts on it.</p>
""")
_FIGURE = Template('<figure><img src="$src" alt="$caption"><figcaption>$caption</figcaption></figure>')
_FORM = Template("""$refused<form method="post">
<label>Your name or badge number <input name="by" required maxlength="80" autocomplete="name"></label>
<button>Acknowledge: I am on it</button>
</form>
""")
_DECIDE = Template('<a class="call" href="$address" rel="noreferrer">Sign in to decide</a>')
_CALL = Template('<a class="call" href="tel:$phone">Call $who</a>')
_MAP = Template('<p><a href="$address" rel="noreferrer noopener">Map of where the person was last seen</a></p>')
_NARRATIVE = Template("<h2>Circumstances</h2>\n$paragraphs")
_DECISIONS = {
    Stage.CONFIRMED: "Confirmed by a reviewer.",
    Stage.DISMISSED: "Dismissed by a reviewer: not the missing person. Stand down.",
    Stage.UNDECIDED: "A reviewer could not decide.",
    Stage.WITHDRAWN: "The case is closed. Stand down.",
    Stage.EXPIRED: "Nobody decided in time; the pictures are deleted.",
}


def encounter_page(content: PageContent, *, form_error: str = "") -> str:
    """Render the page. `form_error` says what was wrong with the form."""
    encounter = content.encounter
    case = content.case.case if content.case else None
    is_closed = content.case is None or content.case.status is not CaseStatus.OPEN
    stage = _DECISIONS[Stage.WITHDRAWN] if is_closed and encounter.stage not in _DECISIONS else _stage(content)
    can_acknowledge = encounter.stage in {Stage.OPEN, Stage.ALERTED} and not is_closed
    form = _FORM.substitute(refused=f'<p class="refused">{escape(form_error)}</p>' if form_error else "")
    body = _ENCOUNTER.substitute(
        pictures=_pictures(content, case) if has_pictures(encounter) else "",
        stage=escape(stage),
        decide="" if is_closed else _decide(content),
        call=_call(case),
        form=form if can_acknowledge else "",
        evidence=_definitions(evidence_facts(content)),
        case=_definitions(case_facts(encounter, case)),
        map=_map(case),
        narrative=_narrative(case),
    )
    return html_page(HEADLINE, body)


def link_path(encounter: Encounter) -> str:
    """Return the path of the encounter's page."""
    return f"/e/{quote(encounter.encounter_id, safe='')}/{quote(encounter.link_token, safe='')}"


def _pictures(content: PageContent, case: Case | None) -> str:
    best = content.encounter.best
    seen = content.minute(best.captured_at)
    captions = {
        LinkPicture.SEEN: f"{'Received from' if best.time_doubt else 'Seen at'} {content.site}, {seen}",
        LinkPicture.PHOTO: photo_caption(content.encounter, case),
    }
    figures = (
        _FIGURE.substitute(src=escape(f"{link_path(content.encounter)}/{picture.value}"), caption=escape(caption))
        for picture, caption in captions.items()
    )
    return f'<div class="pictures">{"".join(figures)}</div>'


def _decide(content: PageContent) -> str:
    """Lead people with an account to the encounter in the console, where they can confirm or dismiss it."""
    if not content.console_origin or content.encounter.stage in {Stage.WITHDRAWN, Stage.EXPIRED}:
        return ""
    return _DECIDE.substitute(address=escape(content.console_origin + encounter_path(content.encounter.encounter_id)))


def _call(case: Case | None) -> str:
    agency = case.primary_agency if case else None
    if agency is None or not agency.phone:
        return ""
    extension = f";ext={agency.phone_extension}" if agency.phone_extension else ""
    number = escape(agency.phone + extension)
    return _CALL.substitute(phone=number, who=escape(joined((agency.name, readable_phone(agency.call or ""))) or ""))


def _map(case: Case | None) -> str:
    address = map_link(case) if case else None
    return _MAP.substitute(address=escape(address)) if address else ""


def _narrative(case: Case | None) -> str:
    if case is None or not case.narrative:
        return ""
    return _NARRATIVE.substitute(paragraphs=escape_paragraphs(case.narrative))


def _stage(content: PageContent) -> str:
    encounter = content.encounter
    if encounter.stage is Stage.ACKNOWLEDGED and encounter.acknowledged_at:
        return f"Acknowledged by {encounter.acknowledged_by}, {content.minute(encounter.acknowledged_at)}."
    return _DECISIONS.get(encounter.stage, "Nobody has acknowledged this yet.")


def _definitions(facts: Mapping[str, str | None]) -> str:
    return "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in facts.items() if value)
