"""Acknowledge an encounter, decide on it, and undo that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from lambdas.common.outside_text import single_line
from lambdas.console.person import SUPERVISORS
from lambdas.console.web.errors import ConflictError, InvalidError, NotFoundError
from lambdas.console.web.exchange import AnyRequest, Redirect
from lambdas.encounters.encounter import Review
from lambdas.review.audit import Via
from lambdas.review.errors import NoEncounterError, ReviewError

if TYPE_CHECKING:
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Request

MAX_NOTE = 500
REASONS: dict[Review, dict[str, str]] = {
    Review.CONFIRMED: {
        "met": "Met in person",
        "identified": "Identified by document, fingerprint or DNA",
        "marks": "Marks and features agree",
        "face": "The face agrees in several pictures",
    },
    Review.DISMISSED: {
        "unknown-person": "None of these: an unknown person",
        "look-alike": "Another case that looks alike",
        "known-person": "Known to us: works or lives here",
        "age": "Too young or too old",
        "features": "Marks or features differ",
        "picture": "No face, or a picture of a picture",
    },
    Review.UNDECIDED: {
        "quality": "The picture is too poor",
        "photo": "The case's photos are too old or too few",
        "needs-check": "Somebody has to check on site",
    },
}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with its reason, one of those that the page offers for it, and a note."""

    verdict: Literal["confirmed", "dismissed", "undecided"]
    reason: str
    note: str = ""


class Nothing(msgspec.Struct, frozen=True):
    """A form without fields."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: recorded, as-before, awaits-second or awaits-supervisor."""

    outcome: str


def decide(services: Services, request: Request[None, Verdict]) -> Redirect:
    """Record the verdict of this person.

    Raises:
        InvalidError: the reason is not one of this verdict, or the note is too long.
        ConflictError: the encounter takes no verdict any more, or waits for somebody else's.
    """
    form, encounter_id = request.form, request.path["encounter_id"]
    verdict = Review(form.verdict)
    if form.reason not in REASONS[verdict]:
        raise InvalidError("Choose a reason.")
    note = single_line(form.note).strip()
    if len(note) > MAX_NOTE:
        raise InvalidError(f"The note is longer than {MAX_NOTE} characters.")
    try:
        decided = services.verdicts.decide(
            encounter_id,
            verdict,
            by=request.person.name,
            at=request.at,
            via=Via.CONSOLE,
            note=f"{form.reason}: {note}" if note else form.reason,
            can_undo=True,
            is_supervisor=request.person.has_one_of(SUPERVISORS),
        )
    except ReviewError as error:
        raise _explained(error) from error
    return _back(encounter_id, decided.value)


def acknowledge(services: Services, request: AnyRequest) -> Redirect:
    """Say that this person takes the alert. The first one wins.

    Raises:
        ConflictError: the encounter is over.
    """
    encounter_id = request.path["encounter_id"]
    try:
        is_first = services.verdicts.acknowledge(encounter_id, by=request.person.name, at=request.at, via=Via.CONSOLE)
    except ReviewError as error:
        raise _explained(error) from error
    return _back(encounter_id, "recorded" if is_first else "as-before")


def undo(services: Services, request: AnyRequest) -> Redirect:
    """Take back this person's verdict of the last minutes.

    Raises:
        ConflictError: there is nothing to undo, or it is too late.
    """
    encounter_id, is_supervisor = request.path["encounter_id"], request.person.has_one_of(SUPERVISORS)
    try:
        services.verdicts.undo(
            encounter_id, by=request.person.name, at=request.at, via=Via.CONSOLE, is_supervisor=is_supervisor
        )
    except ReviewError as error:
        raise _explained(error) from error
    return _back(encounter_id, "recorded")


def _back(encounter_id: str, outcome: str) -> Redirect:
    return Redirect(location=f"/encounters/{encounter_id}", data=Outcome(outcome=outcome))


def _explained(error: ReviewError) -> Exception:
    if isinstance(error, NoEncounterError):
        return NotFoundError("There is no such encounter. It may have expired.")
    text = str(error)
    return ConflictError(f"{text[:1].upper()}{text[1:]}.")
