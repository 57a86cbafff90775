"""Read the agency's file for what stack outputs do not tell: its sources, limits and thresholds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import agencies
from agencies.files import AgencyFileError, load_agency
from lambdas.ingest.sources.settings import Sources, read_sources

if TYPE_CHECKING:
    from agencies.settings import Settings


def read_agency(stage: str, file: Path | None) -> Settings:
    """Read the settings of one environment, such as springfield-prod, by default from agencies/springfield.toml.

    Raises:
        AgencyFileError: The file cannot be read, is invalid, or lacks the environment.
    """
    if file is None:
        file = Path(agencies.__path__[0]) / f"{stage.rpartition('-')[0]}.toml"
        if not file.exists():
            raise AgencyFileError(f"{file}: no such file; name the agency's file with --agency-file")
    loaded = {settings.stage: settings for settings in load_agency(file)}
    if stage not in loaded:
        raise AgencyFileError(f"{file}: has no environment {stage}; it has {', '.join(loaded)}")
    return loaded[stage]


def sources_of(settings: Settings) -> Sources:
    """Return the enabled sources in the form that the functions read."""
    return read_sources(settings.as_functions_read(settings.sources.enabled))
