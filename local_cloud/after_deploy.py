"""Applies what ministack's CloudFormation drops from a template, and behaviour needs, by the services' own calls."""

from collections.abc import Callable
from typing import Any

ClientFactory = Callable[[str], Any]


def apply_dropped_settings(client: ClientFactory) -> None:
    """Read the template of each deployed stack and apply the dropped settings of its resources."""
