"""Which headshot plays whom."""

from collections.abc import Sequence
from pathlib import Path

from local_cloud.demo_cases.people import BYSTANDERS
from local_cloud.errors import CloudError


class Casting:
    """Headshots in folders `female` and `male`, each given to one part only.

    Args:
        headshots: of people of whom no two look alike.

    The bystanders' are set aside, unless too few are left without them.
    """

    def __init__(self, headshots: Sequence[Path]) -> None:
        reserved = [path for path in headshots if _name(path) in BYSTANDERS]
        self._free = [path for path in headshots if path not in reserved] + reserved

    def take(self, sex: str, preferred: str = "") -> Path:
        """The preferred headshot, such as `male/13.jpg`, or, where that is gone, the first one of that sex.

        Raises:
            CloudError: all are taken.
        """
        suitable = [path for path in self._free if path.parent.name == sex]
        if not suitable:
            raise CloudError(f"There are too few {sex} headshots for the demo's cases. Run `make setup`.")
        chosen = next((path for path in suitable if _name(path) == preferred), suitable[0])
        self._free.remove(chosen)
        return chosen

    def bystanders(self) -> list[Path]:
        """The headshots that nobody took, those set aside first.

        Raises:
            CloudError: fewer than three are left.
        """
        left = sorted(self._free, key=lambda path: _name(path) not in BYSTANDERS)
        if len(left) < 3:
            raise CloudError("There are too few headshots for the demo's bystanders. Run `make setup`.")
        return left


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
