"""The base of the tables of an agency file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table that allows no unknown key and converts no value."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
