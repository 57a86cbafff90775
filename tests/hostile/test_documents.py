"""Tests that a document of a source is a case or is refused, whatever it holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.cases.case import Case, CaseType
from lambdas.ingest.sources.fbi.document import read_fbi_case
from lambdas.ingest.sources.interpol.document import read_interpol_case
from lambdas.ingest.sources.namus.document import read_namus_case
from lambdas.ingest.sources.ncmec.document import read_ncmec_case
from lambdas.ingest.sources.protocol import DocumentError
from tests.hostile.corpus import check, outcome
from tests.hostile.documents import IDS, INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable

_READERS: dict[str, Callable[[str, str, bytes], Case]] = {
    "namus": lambda source, number, body: read_namus_case(source, number, body, base_url="https://namus.example"),
    "fbi": read_fbi_case,
    "interpol": lambda source, number, body: read_interpol_case(source, number, body, case_type=CaseType.MISSING),
    "ncmec": read_ncmec_case,
}
_NAMES = sorted(
    {"idFormatted", "uid", "notice", "childBean", "entity_id", "orgPrefix", "caseNumber", "seqNumber", "images"}
    | {"sighting", "date", "title", "aliases", "description", "original", "caption", "path", "birthDate", "approxAge"}
    | {"subjectIdentification", "nicknames", "investigatingAgencies", "selection", "agency", "phone", "height"}
    | {"nationalities", "date_of_birth", "date_of_event", "firstName", "details", "altContact", "hasPhoto"}
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=12,
)


def read(document: tuple[str, bytes]) -> Case:
    source, body = document
    return _READERS[source](source, IDS[source], body)


@pytest.mark.parametrize("name", INPUTS)
def test_document_has_its_outcome(name: str) -> None:
    check(INPUTS[name], read, errors=DocumentError)


@settings(max_examples=150, deadline=None)
@given(source=st.sampled_from(sorted(IDS)), members=st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=12))
def test_any_members_are_a_case_or_refused(source: str, members: dict[str, Any]) -> None:
    number = IDS[source]
    identity: dict[str, Any] = {
        "idFormatted": number,
        "uid": number,
        "notice": {**members, "entity_id": number},
        "childBean": {**members, "orgPrefix": "NCMC", "caseNumber": "1", "seqNumber": 1},
    }
    document = json.dumps({**members, **identity}).encode("utf-8", "surrogatepass")
    found = outcome(read, (source, document), errors=DocumentError)
    assert isinstance(found, DocumentError) or found.case_id == f"{source}:{number}"


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(sorted(IDS)), body=st.binary(max_size=300))
def test_any_bytes_are_refused(source: str, body: bytes) -> None:
    assert isinstance(outcome(read, (source, body), errors=DocumentError), DocumentError)
