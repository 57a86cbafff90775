"""Tests that a camera's settings are read or refused in lines that name what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_device.settings import Settings, SettingsError, read_settings
from tests.hostile.camera_files import INPUTS, PLAIN
from tests.hostile.corpus import check, outcome

if TYPE_CHECKING:
    from collections.abc import Callable

_VALUES = st.sampled_from(
    ["1", "-1", "inf", "nan", "true", '""', '"x"', r'"\u0000"', "[]", "[[[1]]]", "{}", "1e300", "2026-01-01", "0x7f"]
)
_KEYS = sorted(
    {*Settings.model_fields, "x"}
    | {f"{table}.{key}" for table in ("mqtt", "outbox", "zones") for key in ("port", "max_mb", "path", "masks", "key")}
)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes | str], Settings]:
    """Return a function that reads a file with this content, or the file of a path, as `homeward-edge run` does."""
    file = tmp_path_factory.mktemp("camera") / "camera.toml"

    def read_file(content: bytes | str) -> Settings:
        if isinstance(content, str):
            return read_settings(Path(content), {})
        file.write_bytes(content)
        return read_settings(file, {})

    return read_file


@pytest.mark.parametrize("name", INPUTS)
def test_camera_file_has_its_outcome(name: str, read: Callable[[bytes | str], Settings]) -> None:
    check(INPUTS[name], read, errors=SettingsError)


@pytest.mark.parametrize("table", ["5", '"x"', "[]", "[{}]"])
def test_option_over_what_is_no_table_is_refused(tmp_path: Path, table: str) -> None:
    file = tmp_path / "camera.toml"
    file.write_text(f"{PLAIN}mqtt = {table}\n")
    with pytest.raises(SettingsError, match=r"mqtt: .* is not allowed: must be a table"):
        read_settings(file, {"mqtt.port": 8884})


@settings(max_examples=150, deadline=None)
@given(values=st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=6))
def test_any_values_are_settings_or_refused(read: Callable[[bytes | str], Settings], values: dict[str, str]) -> None:
    content = "\n".join(f"{key} = {value}" for key, value in sorted(values.items()))
    outcome(read, content.encode(), errors=SettingsError)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_refused(read: Callable[[bytes | str], Settings], content: bytes) -> None:
    assert isinstance(outcome(read, content, errors=SettingsError), SettingsError)
