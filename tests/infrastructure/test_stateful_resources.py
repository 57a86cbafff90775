"""The logical ids of resources with data. A changed id makes CloudFormation replace the resource and lose its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syrupy.extensions.json import JSONSnapshotExtension

from tests.infrastructure.templates import STATEFUL_TYPES

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.infrastructure.templates import Deployment


def test_stateful_resources_keep_their_logical_ids(prod: Deployment, snapshot: SnapshotAssertion) -> None:
    ids = {kind: sorted(prod.of_type(kind)) for kind in sorted(STATEFUL_TYPES)}
    assert all(ids.values()), "a type without resources pins nothing"
    assert ids == snapshot(extension_class=JSONSnapshotExtension)
