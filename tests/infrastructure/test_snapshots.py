"""One snapshot a stack: what a change does to the templates is seen in review. Update: pytest --snapshot-update."""

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


def normalised(template: Any) -> Any:
    """The template without what changes with the functions' code."""
    text = json.dumps(template)
    return json.loads(re.sub(r"\b[0-9a-f]{64}\b", "ASSET", text))


@pytest.mark.parametrize("stack", STACKS)
def test_template(prod: Deployment, stack: str, snapshot: SnapshotAssertion) -> None:
    assert normalised(prod.templates[stack]) == snapshot(extension_class=JSONSnapshotExtension)
