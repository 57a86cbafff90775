"""Read the agency's file for what stack outputs do not tell: its sources, limits and thresholds."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import agencies
from agencies.files import AgencyFileError, load_agency
from lambdas.ingest.sources.settings import Sources, read_sources

if TYPE_CHECKING:
    from agencies.settings import Settings


class NoAgencyFileError(AgencyFileError):
    """The agency has no file where the command line looks for it."""


def read_agency(stage: str, file: Path | None) -> Settings:
    """Read the settings of one environment, such as springfield-prod, by default from agencies/springfield.toml.

    Raises:
        NoAgencyFileError: There is no default file for this agency.
        AgencyFileError: The file cannot be read, is invalid, or lacks the environment.
    """
    folder = Path(agencies.__path__[0])
    if file is None:
        file = folder / f"{stage.rpartition('-')[0] or stage}.toml"
        if not file.exists():
            raise NoAgencyFileError(f"{file}: no such file; name the agency's file with --agency-file{_others(folder)}")
    loaded = {settings.stage: settings for settings in load_agency(file)}
    if stage not in loaded:
        raise AgencyFileError(f"{file}: has no environment {stage}; it has {', '.join(loaded)}")
    return loaded[stage]


def _others(folder: Path) -> str:
    """List the environments of the agency files in a folder. Files with errors are left out."""
    stages: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        with contextlib.suppress(AgencyFileError):
            stages += [settings.stage for settings in load_agency(file)]
    return f". Environments with a file in {folder.name}/: {', '.join(stages)}" if stages else ""


def sources_of(settings: Settings) -> Sources:
    """Return the enabled sources in the form that the functions read."""
    return read_sources(settings.as_functions_read(settings.sources.enabled))
