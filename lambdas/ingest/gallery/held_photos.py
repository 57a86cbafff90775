"""Photos that wait for a person: they show several faces, and nothing tells which is the missing person's."""

from __future__ import annotations

SEVERAL_FACES = "SEVERAL_FACES"
CHILD_WITH_OTHER_FACES = "CHILD_WITH_OTHER_FACES"
SMALLER_FACES_IGNORED = "SMALLER_FACES_IGNORED"
_WHAT_TO_DO = "choose the face with: homeward case faces CASE"
HELD = {
    SEVERAL_FACES: f"held: several large faces; {_WHAT_TO_DO}",
    CHILD_WITH_OTHER_FACES: f"held: a child beside other faces; {_WHAT_TO_DO}",
}
# Reasons of photos whose face is compared with the case's other photos, as soon as there are some.
UNSURE = frozenset({*HELD, SMALLER_FACES_IGNORED})


def explain(reason: str | None) -> str | None:
    """Add to the reason of a held photo what to do about it."""
    return f"{reason}: {HELD[reason]}" if reason in HELD else reason
