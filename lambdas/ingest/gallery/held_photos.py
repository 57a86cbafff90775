"""Photos that wait for a person: they show several faces, and nothing tells which is the missing person's."""

from __future__ import annotations

SEVERAL_FACES = "SEVERAL_FACES"
CHILD_WITH_OTHER_FACES = "CHILD_WITH_OTHER_FACES"
_WHAT_TO_DO = "crop it to the face of the missing person and import it again"
HELD = {
    SEVERAL_FACES: f"held: several large faces; {_WHAT_TO_DO}",
    CHILD_WITH_OTHER_FACES: f"held: a child beside other faces; {_WHAT_TO_DO}",
}


def explain(reason: str | None) -> str | None:
    """Add to the reason of a held photo what to do about it."""
    return f"{reason}: {HELD[reason]}" if reason in HELD else reason
