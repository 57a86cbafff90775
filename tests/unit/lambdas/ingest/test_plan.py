"""Tests of planning a sync from the listing and the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lambdas.cases.case import Case, CaseStatus
from lambdas.ingest.plan import Plan, known_cases
from lambdas.ingest.sources.protocol import CaseReference, UnreadableListingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.ingest.gallery.bucket_and_table import Gallery


def listed(*cases: tuple[str, str | None]) -> list[CaseReference]:
    return [CaseReference(source="namus", source_id=number, modified=modified) for number, modified in cases]


@pytest.fixture
def stored(gallery: Gallery) -> Gallery:
    """A gallery where MP1 is open, MP2 incomplete, MP3 closed, MP4 in quarantine, and another source has a case."""
    for number in ("MP1", "MP2", "MP3"):
        gallery.open_case(Case(case_id=f"namus:{number}", source="namus", source_id=number), b"{}")
    for number in ("MP1", "MP3"):
        gallery.finish_case(f"namus:{number}", content_sha256="0", source_modified="then")
    gallery.close_case("namus:MP3", CaseStatus.RESOLVED, source_modified="then")
    gallery.quarantine("namus:MP4", b"?", reason="not JSON", source_modified="then")
    gallery.open_case(Case(case_id="fbi:1", source="fbi", source_id="1"), b"{}")
    return gallery


def plan(gallery: Gallery, listing: Any) -> tuple[list[str], list[str]]:
    known = known_cases(gallery.dynamodb, table="cases", source="namus")
    made = Plan(source="namus", listing=listing, known=known, now=gallery.now())
    return [reference.source_id for reference in made], [reference.source_id for reference in made.vanished]


def test_unchanged_cases_are_not_fetched(stored: Gallery) -> None:
    as_before = listed(("MP1", "then"), ("MP3", "then"), ("MP4", "then"))
    assert plan(stored, [*as_before, *listed(("MP2", "then"))]) == (["MP2"], [])


def test_new_changed_and_incomplete_cases_are_fetched(stored: Gallery) -> None:
    now = listed(("MP1", "now"), ("MP2", "then"), ("MP3", "now"), ("MP4", "now"), ("MP5", "then"))
    assert plan(stored, now) == (["MP1", "MP2", "MP3", "MP4", "MP5"], [])


def test_only_unlisted_open_cases_have_vanished(stored: Gallery) -> None:
    assert plan(stored, []) == ([], ["MP1", "MP2"])


def test_cases_without_a_marker_are_fetched_weekly(stored: Gallery, clock: Any) -> None:
    unmarked = listed(("MP1", None), ("MP2", None), ("MP3", None), ("MP4", None))
    assert plan(stored, unmarked)[0] == ["MP2", "MP3"]
    clock.advance(days=8)
    assert plan(stored, unmarked)[0] == ["MP1", "MP2", "MP3", "MP4"]


def test_removed_case_that_is_listed_again_is_fetched(stored: Gallery) -> None:
    stored.close_case("namus:MP1", CaseStatus.REMOVED, source_modified=None)
    assert plan(stored, listed(("MP1", "then")))[0] == ["MP1"]


def test_interrupted_listing_makes_nothing_vanish(stored: Gallery) -> None:
    def breaking() -> Iterator[CaseReference]:
        yield from listed(("MP5", "then"))
        raise UnreadableListingError("half way")

    known = known_cases(stored.dynamodb, table="cases", source="namus")
    made = Plan(source="namus", listing=breaking(), known=known, now=stored.now())
    with pytest.raises(UnreadableListingError):
        list(made)
    assert made.vanished == []
