"""Tests that an agency file is read or refused in lines that name what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.files import AgencyFileError, load_agency
from agencies.settings import Settings
from tests.hostile.agency_files import INPUTS, agency
from tests.hostile.corpus import check, outcome

if TYPE_CHECKING:
    from collections.abc import Callable

_VALUES = st.sampled_from(
    ["1", "-1", "inf", "nan", "true", '""', '"dev"', r'"\u0000"', "[]", "[{}]", "{}", "1e300", "2026-01-01", "[[1]]"]
)
_TABLES = sorted(set(Settings.model_fields) - {"name", "display_name", "contact", "environment", "alerting"})


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], list[Settings]]:
    file = tmp_path_factory.mktemp("agency") / "agency.toml"

    def load_file(content: bytes) -> list[Settings]:
        file.write_bytes(content)
        return load_agency(file)

    return load_file


@pytest.mark.parametrize("name", INPUTS)
def test_agency_file_has_its_outcome(name: str, load: Callable[[bytes], list[Settings]]) -> None:
    check(INPUTS[name], load, errors=AgencyFileError)


@settings(max_examples=100, deadline=None)
@given(values=st.dictionaries(st.sampled_from(_TABLES), _VALUES, max_size=4))
def test_any_values_are_settings_or_refused(load: Callable[[bytes], list[Settings]], values: dict[str, str]) -> None:
    outcome(load, agency(**values), errors=AgencyFileError)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_refused(load: Callable[[bytes], list[Settings]], content: bytes) -> None:
    assert isinstance(outcome(load, content, errors=AgencyFileError), AgencyFileError)
