"""Tests of decoding SOURCES and of opening a source."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from lambdas.cases.case import CaseType
from lambdas.ingest.sources.agency_folder.cases import AgencyFolder
from lambdas.ingest.sources.interpol.api import Interpol
from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sources.open_source import open_source
from lambdas.ingest.sources.settings import read_sources

if TYPE_CHECKING:
    from pathlib import Path


def sources(**tables: Any) -> Any:
    return read_sources(json.dumps({"contact": "homeward@agency.example", **tables}))


def on(**members: Any) -> dict[str, Any]:
    return {"enabled": True, "base_url": "https://source.example", **members}


def test_only_enabled_sources_are_read() -> None:
    assert set(sources(namus=on(), fbi=on(enabled=False)).enabled) == {"namus"}


def test_settings_reach_their_source(tmp_path: Path) -> None:
    found = sources(
        namus=on(states=["Oregon"], case_number_range=[1, 5]), folder={"enabled": True, "folder": str(tmp_path)}
    )
    namus = open_source("namus", found)
    assert isinstance(namus, NamUs)
    assert (namus.states, namus.numbers, namus.client.contact) == (("Oregon",), (1, 5), "homeward@agency.example")
    assert isinstance(open_source("folder", found), AgencyFolder)


def test_wanted_and_missing_persons_cannot_be_mixed() -> None:
    red = open_source("interpol", sources(interpol=on(wanted=True), fbi=on(wanted=True)))
    assert isinstance(red, Interpol)
    assert red.case_type is CaseType.WANTED
    with pytest.raises(ValueError, match=r"wanted persons \(interpol\) need a gallery"):
        sources(interpol=on(wanted=True), namus=on())


@pytest.mark.parametrize(
    ("name", "table", "problem"),
    [
        ("fbi", on(enabled=False), "'fbi' is not enabled.*enabled: none"),
        ("doenetwork", on(), "there is no source 'doenetwork'; sources: fbi, folder"),
        ("fbi", {"enabled": True}, "'fbi' has no base_url"),
        ("folder", {"enabled": True}, "'folder' has no folder"),
        ("folder", {"enabled": True, "folder": "/nowhere/at/all"}, "there is no folder /nowhere/at/all"),
    ],
)
def test_source_that_cannot_be_opened_raises(name: str, table: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        open_source(name, sources(**{name: table}))


@pytest.mark.parametrize("text", ["{}", '{"contact": 5}', '{"contact": "a@b.example", "namus": {"enabled": "yes"}}'])
def test_settings_of_the_wrong_type_raise(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_sources(text)
