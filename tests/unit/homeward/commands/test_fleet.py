from __future__ import annotations

import pytest
from typer.testing import CliRunner

from homeward.cli import app


@pytest.mark.parametrize("name", ["oak", "oak-", "oak-dev-", "OAK-dev", "oak_dev", "-dev", "oak-test"])
def test_name_that_is_no_environment_is_wrong_usage(name: str) -> None:
    """A mistyped name must not look like an empty fleet."""
    result = CliRunner().invoke(app, ["fleet", "empty", f"--agency={name}"])
    assert (result.exit_code, f"{name!r} is not an environment" in result.stderr) == (2, True)


def test_help_of_the_group_has_examples() -> None:
    assert "homeward fleet empty -a springfield-dev --dry-run" in CliRunner().invoke(app, ["fleet", "--help"]).output
