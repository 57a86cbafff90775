"""The agency's own file, for what a deployment does not tell: the sources with their settings, and the limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import agencies
from agencies.files import AgencyFileError, load_agency
from lambdas.ingest.sources.settings import Sources, read_sources

if TYPE_CHECKING:
    from agencies.settings import Settings

AgencyFile = Annotated[
    Path | None,
    typer.Option("--agency-file", help="The agency's file; without it agencies/NAME.toml.", show_default=False),
]


def read_agency(stage: str, file: Path | None) -> Settings:
    """The settings of one environment, e.g. springfield-prod.

    Raises:
        AgencyFileError: the file cannot be read, is wrong, or is not that environment's.
    """
    file = file or Path(agencies.__path__[0]) / f"{stage.rpartition('-')[0]}.toml"
    loaded = {settings.stage: settings for settings in load_agency(file)}
    if stage not in loaded:
        raise AgencyFileError(f"{file}: has no environment {stage}; it has {', '.join(loaded)}")
    return loaded[stage]


def sources_of(settings: Settings) -> Sources:
    """The sources that the agency has enabled, as the functions read them."""
    return read_sources(settings.as_functions_read(settings.sources.enabled))
