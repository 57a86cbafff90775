from __future__ import annotations

import pytest

from tests.infrastructure.templates import Deployment, deployment


@pytest.fixture(params=["dev", "prod"])
def either(request: pytest.FixtureRequest) -> Deployment:
    return deployment(request.param)


@pytest.fixture
def dev() -> Deployment:
    return deployment("dev")


@pytest.fixture
def prod() -> Deployment:
    return deployment("prod")
