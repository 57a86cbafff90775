"""The version of the camera program, which is the project's."""

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version


@cache
def version() -> str:
    """Version, such as 0.1.0."""
    try:
        return installed_version("homeward-edge")  # on a device
    except PackageNotFoundError:
        return installed_version("homeward")
