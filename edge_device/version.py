"""The version of the camera program: the one of the whole project."""

from functools import cache
from importlib.metadata import version as installed_version


@cache
def version() -> str:
    """Such as 0.1.0."""
    return installed_version("homeward")
