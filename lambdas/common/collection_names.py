"""Name the face collections of an environment: the deployment's own, and those that rebuilds of its gallery make.

All environments of an account share one list of collections, and one agency's name may start with another's:
homeward-oak-dev belongs to agency oak, homeward-oak-dev-prod to agency oak-dev. So a collection belongs to an
environment only if its whole name has one of these two forms.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.common.things import STAGE

if TYPE_CHECKING:
    from datetime import datetime

_DEPLOYED = re.compile(rf"homeward-{STAGE}")
_REBUILT_SUFFIX = re.compile(r"-20[0-9]{12}")
# The same suffix in an IAM policy, where ? stands for any one character.
REBUILT_WILDCARD = f"-20{'?' * 12}"


def deployed_collection(stage: str) -> str:
    """Name the collection that the stack of `springfield-prod` creates."""
    return f"homeward-{stage}"


def is_deployed_collection(name: str) -> bool:
    """Tell whether a stack of any environment could have created a collection of this name."""
    return _DEPLOYED.fullmatch(name) is not None


def rebuilt_collection(deployed: str, started_at: datetime) -> str:
    """Name the collection of a rebuild: `homeward-springfield-prod-20261123030000`."""
    return f"{deployed}-{started_at:%Y%m%d%H%M%S}"


def belongs_to(name: str, deployed: str) -> bool:
    """Tell whether the collection is the deployed one, or that of a rebuild of its gallery."""
    suffix = name.removeprefix(deployed)
    return name == deployed or (suffix != name and _REBUILT_SUFFIX.fullmatch(suffix) is not None)


def looks_rebuilt(stage: str) -> bool:
    """Tell whether the stage's collection could be mistaken for a rebuild of another stage's gallery."""
    return re.match(rf"{STAGE}-20.{{12}}\Z", stage) is not None
