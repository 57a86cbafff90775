"""How often Python collects garbage on Lambda."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from local_cloud.paths import ROOT


@pytest.mark.parametrize(
    ("environment", "is_less_often"), [({"AWS_LAMBDA_FUNCTION_NAME": "demo-dev-Match"}, True), ({}, False)]
)
def test_garbage_is_collected_less_often_only_on_lambda(environment: dict[str, str], is_less_often: bool) -> None:
    others = {name: value for name, value in os.environ.items() if name != "AWS_LAMBDA_FUNCTION_NAME"}
    program = (
        "import gc; before = gc.get_threshold(); import lambdas; print(gc.isenabled(), gc.get_threshold() != before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**others, **environment}, cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    assert done.stdout.decode().split() == ["True", str(is_less_often)]
