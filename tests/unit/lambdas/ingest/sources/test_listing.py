"""Tests that one odd row of a listing does not hide the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lambdas.downloads.pace import ProcessPace
from lambdas.downloads.polite_client import PoliteClient
from lambdas.ingest.sources.fbi.api import Fbi
from lambdas.ingest.sources.interpol.api import Interpol
from lambdas.ingest.sources.listing import decode_page, row_marker
from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sources.ncmec.api import Ncmec
from lambdas.ingest.sources.protocol import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = b"[" * 100_000 + b"]" * 100_000


def fbi(client: PoliteClient) -> Any:
    return Fbi(client)


def interpol(client: PoliteClient) -> Any:
    return Interpol(client, nationalities=("US",))


def namus(client: PoliteClient) -> Any:
    return NamUs(client, states=("Oregon",))


def ncmec(client: PoliteClient) -> Any:
    return Ncmec(client, states=("OR",))


SOURCES: list[tuple[Callable[[PoliteClient], Any], dict[str, Any], bytes, str]] = [
    (fbi, {"uid": "a1", "poster_classification": "missing"}, b'{"total": %d, "items": [%s]}', "a1"),
    (interpol, {"entity_id": "2020/1"}, b'{"total": %d, "_embedded": {"notices": [%s]}}', "2020-1"),
    (namus, {"namus2Number": 7}, b'{"count": %d, "results": [%s]}', "MP7"),
    (
        ncmec,
        {"orgPrefix": "NCMC", "caseNumber": "1", "seqNumber": 1},
        b'{"status": "success", "totalPages": 1, "x": %d, "persons": [%s]}',
        "NCMC1-1",
    ),
]


@pytest.mark.parametrize(
    "odd",
    [
        b"null",
        b"7",
        b"[]",
        b'{"uid": {}, "entity_id": [], "namus2Number": "x", "seqNumber": null}',
        b'{"uid": "../a", "entity_id": "../a", "namus2Number": -1, "orgPrefix": "../a"}',
        b'{"namus2Number": %s}' % (b"9" * 5_000),
        b'{"x": %s}' % DEEP,
        b'{"x": NaN, "y": 1e999, "z": "\\ud800", "t": "a\x01b\xff"}',
    ],
    ids=["null", "number", "list", "types", "paths", "digits", "depth", "no JSON"],
)
@pytest.mark.parametrize(("source", "row", "page", "source_id"), SOURCES, ids=["fbi", "interpol", "namus", "ncmec"])
def test_odd_row_does_not_hide_the_others(
    source: Callable[[PoliteClient], Any], row: dict[str, Any], page: bytes, source_id: str, odd: bytes
) -> None:
    # The good row has the odd value too: a marker cannot be made of everything.
    good = json.dumps(row).encode()[:-1] + b', "odd": ' + odd + b"}"
    body = page % (2, b", ".join([odd, good]))
    client = PoliteClient(
        base_url="https://source.example",
        contact="homeward@agency.example",
        pace=ProcessPace(1e6),
        permission="the test's own",
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)),
    )
    assert {reference.source_id for reference in source(client).list_cases()} == {source_id}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": ', b"\xff\xfe", b"[" * 100])
def test_page_that_is_not_json_is_a_fault(body: bytes) -> None:
    with pytest.raises(DocumentError, match="the page is not JSON"):
        decode_page(body)


def test_value_that_is_nested_too_deeply_becomes_null() -> None:
    body = b'{"a": "[[\\"[", "b": %s, "c": {"d": %s}, "e": 1}' % (DEEP, DEEP)
    decoded = decode_page(body)
    assert (decoded["a"], decoded["e"], sorted(decoded)) == ('[["[', 1, ["a", "b", "c", "e"])


def test_row_has_a_marker_unless_json_cannot_hold_it() -> None:
    row = {"age": 3, "name": "x"}
    assert row_marker(row, without=frozenset({"age"})) == row_marker(
        {"name": "x", "age": 4}, without=frozenset({"age"})
    )
    assert row_marker(row) != row_marker({"age": 4, "name": "x"})
    assert row_marker({"x": "\ud800"}) is None
