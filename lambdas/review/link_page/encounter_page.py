"""The page of one encounter."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING
from urllib.parse import quote

from lambdas.cases.case import CaseStatus
from lambdas.cases.readable import readable_phone
from lambdas.common.console_paths import encounter_path
from lambdas.encounters.encounter import Encounter, Stage
from lambdas.encounters.notice import NoticeKind
from lambdas.review.link_page.facts import case_facts, evidence_facts, joined, map_link, photo_caption
from lambdas.review.link_page.templates import escape, escape_paragraphs, html_page
from lambdas.review.picture_urls import LinkPicture
from lambdas.review.pictures import has_pictures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.cases.case import Case
    from lambdas.review.links import PageContent
    from lambdas.review.words.words import Words

_ENCOUNTER = Template("""$pictures
<p class="stage" role="status">$stage</p>
$form$decide$call
<h2>$evidence_title</h2>
<dl>$evidence</dl>
<h2>$person_title</h2>
<dl>$case</dl>
$map$narrative
<p>$lead</p>
""")
_FIGURE = Template('<figure><img src="$src" alt="$caption"><figcaption>$caption</figcaption></figure>')
_FORM = Template("""$refused<form method="post">
<label>$name <input name="by" required maxlength="80" autocomplete="name"></label>
<button>$acknowledge</button>
</form>
""")
_DECIDE = Template('<a class="call" href="$address" rel="noreferrer">$text</a>')
_CALL = Template('<a class="call" href="tel:$phone">$text</a>')
_MAP = Template('<p><a href="$address" rel="noreferrer noopener">$text</a></p>')
_NARRATIVE = Template("<h2>$title</h2>\n$paragraphs")


def encounter_page(content: PageContent, *, form_error: str = "") -> str:
    """Render the page. `form_error` says what was wrong with the form."""
    encounter, t = content.encounter, content.words
    case = content.case.case if content.case else None
    is_closed = content.case is None or content.case.status is not CaseStatus.OPEN
    can_acknowledge = encounter.stage in {Stage.OPEN, Stage.ALERTED} and not is_closed
    body = _ENCOUNTER.substitute(
        pictures=_pictures(content, case) if has_pictures(encounter) else "",
        stage=escape(_stage(content, is_closed=is_closed)),
        decide="" if is_closed else _decide(content),
        call=_call(case, t),
        form=_form(form_error, t) if can_acknowledge else "",
        evidence_title=escape(t("Evidence")),
        evidence=_definitions(evidence_facts(content)),
        person_title=escape(t("The missing person")),
        case=_definitions(case_facts(encounter, case, t)),
        map=_map(case, t),
        narrative=_narrative(case, t),
        lead=escape(
            t("A likeness is a lead, never an identification. A person must check it before anybody acts on it.")
        ),
    )
    return html_page(t.phrases.headlines[NoticeKind.FIRST], body, language=t.language)


def link_path(encounter: Encounter) -> str:
    """Return the path of the encounter's page."""
    return f"/e/{quote(encounter.encounter_id, safe='')}/{quote(encounter.link_token, safe='')}"


def _pictures(content: PageContent, case: Case | None) -> str:
    best, t = content.encounter.best, content.words
    caption = "Received from {site}, {minute}" if best.time_doubt else "Seen at {site}, {minute}"
    captions = {
        LinkPicture.SEEN: t(caption, site=content.site, minute=content.minute(best.captured_at)),
        LinkPicture.PHOTO: photo_caption(content.encounter, case, t),
    }
    figures = (
        _FIGURE.substitute(src=escape(f"{link_path(content.encounter)}/{picture.value}"), caption=escape(caption))
        for picture, caption in captions.items()
    )
    return f'<div class="pictures">{"".join(figures)}</div>'


def _form(error: str, t: Words) -> str:
    return _FORM.substitute(
        refused=f'<p class="refused">{escape(error)}</p>' if error else "",
        name=escape(t("Your name or badge number")),
        acknowledge=escape(t("Acknowledge: I am on it")),
    )


def _decide(content: PageContent) -> str:
    """Lead people with an account to the encounter in the console, where they can confirm or dismiss it."""
    if not content.console_origin or content.encounter.stage in {Stage.WITHDRAWN, Stage.EXPIRED}:
        return ""
    address = content.console_origin + encounter_path(content.encounter.encounter_id)
    return _DECIDE.substitute(address=escape(address), text=escape(content.words("Sign in to decide")))


def _call(case: Case | None, t: Words) -> str:
    agency = case.primary_agency if case else None
    if agency is None or not agency.phone:
        return ""
    extension = f";ext={agency.phone_extension}" if agency.phone_extension else ""
    who = joined((agency.name, readable_phone(agency.call or ""))) or ""
    return _CALL.substitute(phone=escape(agency.phone + extension), text=escape(t("Call {who}", who=who)))


def _map(case: Case | None, t: Words) -> str:
    address = map_link(case) if case else None
    text = escape(t("Map of where the person was last seen"))
    return _MAP.substitute(address=escape(address), text=text) if address else ""


def _narrative(case: Case | None, t: Words) -> str:
    if case is None or not case.narrative:
        return ""
    return _NARRATIVE.substitute(title=escape(t("Circumstances")), paragraphs=escape_paragraphs(case.narrative))


def _stage(content: PageContent, *, is_closed: bool) -> str:
    encounter, t = content.encounter, content.words
    decisions = {
        Stage.CONFIRMED: t("Confirmed by a reviewer."),
        Stage.DISMISSED: t("Dismissed by a reviewer: not the missing person. Stand down."),
        Stage.UNDECIDED: t("A reviewer could not decide."),
        Stage.WITHDRAWN: t("The case is closed. Stand down."),
        Stage.EXPIRED: t("Nobody decided in time; the pictures are deleted."),
    }
    if encounter.stage in decisions:
        return decisions[encounter.stage]
    if is_closed:
        return decisions[Stage.WITHDRAWN]
    if encounter.stage is Stage.ACKNOWLEDGED and encounter.acknowledged_at:
        minute = content.minute(encounter.acknowledged_at)
        return t("Acknowledged by {name}, {minute}.", name=encounter.acknowledged_by, minute=minute)
    return t("Nobody has acknowledged this yet.")


def _definitions(facts: Mapping[str, str | None]) -> str:
    return "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in facts.items() if value)
