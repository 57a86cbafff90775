from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.infrastructure.checked import templates
from tests.infrastructure.templates import Deployment, deployment

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(params=["dev", "prod"])
def either(request: pytest.FixtureRequest) -> Deployment:
    return deployment(request.param)


@pytest.fixture
def dev() -> Deployment:
    return deployment("dev")


@pytest.fixture
def prod() -> Deployment:
    return deployment("prod")


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Return a function that returns the checked templates of an agency, which the workers of pytest-xdist share."""
    own = tmp_path_factory.getbasetemp()
    return cache(partial(templates, own.parent if "PYTEST_XDIST_WORKER" in os.environ else own))
