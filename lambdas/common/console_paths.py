"""Paths of the console that other packages and the stacks refer to."""

from urllib.parse import quote

CALLBACK = "/auth/callback"
SIGNED_OUT = "/signed-out"


def encounter_path(encounter_id: str) -> str:
    """Return the path of an encounter's page."""
    return f"/encounters/{quote(encounter_id, safe='')}"
