from __future__ import annotations

import pytest

from lambdas.ingest.sources.namus.api import NamUs
from lambdas.ingest.sources.ncmec.api import Ncmec
from lambdas.ingest.sources.open_source import open_source
from lambdas.ingest.sources.settings import Sources, SourceSettings
from lambdas.ingest.sources.us_states import state_code, state_name


@pytest.mark.parametrize("state", ["Oregon", "OREGON", "or", "OR", "State of Oregon", " oregon "])
def test_name_and_postal_code_mean_the_same_state(state: str) -> None:
    assert (state_code(state), state_name(state)) == ("OR", "Oregon")


@pytest.mark.parametrize(
    ("state", "code"),
    [("N.M.", "NM"), ("New-Mexico", "NM"), ("D.C.", "DC"), ("Washington", "WA"), ("Oregn", None), ("", None)],
)
def test_other_spellings(state: str, code: str | None) -> None:
    assert state_code(state) == code


def test_each_source_gets_the_spelling_that_it_wants() -> None:
    settings = SourceSettings(enabled=True, base_url="https://source.example", states=("or", "new mexico", "Oregon"))
    sources = Sources("homeward@agency.example", {"namus": settings, "ncmec": settings})
    namus, ncmec = open_source("namus", sources), open_source("ncmec", sources)
    assert isinstance(namus, NamUs)
    assert isinstance(ncmec, Ncmec)
    assert (namus.states, ncmec.states) == (("Oregon", "New Mexico"), ("OR", "NM"))
