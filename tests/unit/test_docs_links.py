"""Links and paths in the Markdown pages exist, and lines wrap at 100 characters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IGNORED = {"node_modules", "build", "cdk.out", "__pycache__"}
ROOMS = [
    folder
    for folder in sorted(ROOT.iterdir())
    if folder.is_dir() and folder.name not in IGNORED and (folder.name in {".ci", ".github"} or folder.name[0] != ".")
]
PAGES = sorted([*ROOT.glob("*.md"), *(page for room in ROOMS for page in room.rglob("*.md"))])
FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+")
# `lambdas/common/keys.py` or `tests/support/`, but no placeholder such as `agencies/NAME.toml`.
PATH = re.compile(r"`([a-z_.][a-z0-9_.-]*(?:/[a-z0-9_.-]+)+/?)`")
FILE = re.compile(r"\.(py|toml|md|json|html|yaml)$")


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes from the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def page(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_relative_links_lead_to_files(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_named_paths_exist(page: Path) -> None:
    rooms = {room.name for room in ROOMS}
    named = [path for path in PATH.findall(prose(page)) if path.split("/")[0] in rooms or FILE.search(path)]
    assert [path for path in named if not ((ROOT / path).exists() or (page.parent / path).exists())] == []


def test_lines_wrap_at_100_characters(page: Path) -> None:
    lines = [line for line in prose(page).splitlines() if not line.lstrip().startswith("|")]
    assert [line for line in lines if len(ADDRESS.sub("", line)) > 100] == []
