from __future__ import annotations

from datetime import UTC, datetime
from fnmatch import fnmatchcase

import pytest

from lambdas.common.collection_names import (
    REBUILT_WILDCARD,
    belongs_to,
    deployed_collection,
    is_deployed_collection,
    looks_rebuilt,
    rebuilt_collection,
)

OAK_DEV = deployed_collection("oak-dev")
OTHERS = ("oak-dev-dev", "oak-dev-prod", "oak-devils-dev", "oak-staging", "oa-dev", "oak-dev-20-dev")


def test_own_collections_are_the_deployed_one_and_those_of_rebuilds() -> None:
    rebuilt = rebuilt_collection(OAK_DEV, datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC))
    assert rebuilt == "homeward-oak-dev-20261123030405"
    for name in (OAK_DEV, rebuilt):
        assert belongs_to(name, OAK_DEV)
    assert fnmatchcase(rebuilt, f"{OAK_DEV}{REBUILT_WILDCARD}")


@pytest.mark.parametrize("stage", OTHERS)
def test_collections_of_other_environments_belong_to_them(stage: str) -> None:
    other = deployed_collection(stage)
    for name in (other, rebuilt_collection(other, datetime(2026, 11, 23, tzinfo=UTC))):
        assert not belongs_to(name, OAK_DEV)
        assert belongs_to(name, other)
        assert not fnmatchcase(name, f"{OAK_DEV}{REBUILT_WILDCARD}")


@pytest.mark.parametrize("name", ["homeward-oak-dev-2", f"{OAK_DEV}-2026112303040", f"{OAK_DEV}-20261123030405\n"])
def test_only_the_exact_suffix_of_a_rebuild_belongs(name: str) -> None:
    assert not belongs_to(name, OAK_DEV)


def test_physical_id_of_cloudformation_names_no_collection() -> None:
    assert is_deployed_collection(OAK_DEV)
    assert not is_deployed_collection("not-made")
    assert not is_deployed_collection("homeward-dev-Ingest-FacesResource-1ABCDEFGHIJK")


def test_stage_that_an_iam_pattern_would_take_for_a_rebuild() -> None:
    assert fnmatchcase(deployed_collection("oak-dev-20aaaaaaaa-dev"), f"{OAK_DEV}{REBUILT_WILDCARD}")
    assert looks_rebuilt("oak-dev-20aaaaaaaa-dev")
    assert not any(map(looks_rebuilt, OTHERS))
