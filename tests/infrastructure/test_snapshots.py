"""One template snapshot per stack, so that reviews show what a change does. Update: pytest --snapshot-update."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.extensions.json import JSONSnapshotExtension

from tests.infrastructure.templates import STACKS

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.infrastructure.templates import Deployment


def normalized(template: Any) -> Any:
    """Return the template without asset hashes, which change with the functions' code."""
    text = json.dumps(template)
    return json.loads(re.sub(r"\b[0-9a-f]{64}\b", "ASSET", text))


@pytest.mark.parametrize("stack", STACKS)
def test_template(prod: Deployment, stack: str, snapshot: SnapshotAssertion) -> None:
    assert normalized(prod.templates[stack]) == snapshot(extension_class=JSONSnapshotExtension)
