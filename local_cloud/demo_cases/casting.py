"""Assigns headshots to the demo's people."""

from collections.abc import Sequence
from pathlib import Path

from local_cloud.demo_cases.people import BYSTANDERS
from local_cloud.errors import CloudError


class Casting:
    """Assigns each headshot to one person. The bystanders' headshots are used for cases only if others run out.

    Args:
        headshots: Files in folders `female` and `male`. No two of the people look alike.
    """

    def __init__(self, headshots: Sequence[Path]) -> None:
        reserved = [path for path in headshots if _name(path) in BYSTANDERS]
        self._free = [path for path in headshots if path not in reserved] + reserved

    def take(self, sex: str, preferred: str = "") -> Path:
        """Take the preferred headshot, such as `male/13.jpg`, or else the first free one of that sex.

        Raises:
            CloudError: None is free.
        """
        suitable = [path for path in self._free if path.parent.name == sex]
        if not suitable:
            raise CloudError(f"There are too few {sex} headshots for the demo's cases. Run `make setup`.")
        chosen = next((path for path in suitable if _name(path) == preferred), suitable[0])
        self._free.remove(chosen)
        return chosen

    def bystanders(self) -> list[Path]:
        """List the free headshots, the reserved ones first.

        Raises:
            CloudError: Fewer than three are free.
        """
        left = sorted(self._free, key=lambda path: _name(path) not in BYSTANDERS)
        if len(left) < 3:
            raise CloudError("There are too few headshots for the demo's bystanders. Run `make setup`.")
        return left


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
