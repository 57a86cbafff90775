"""What mypy reads of the CDK: pyproject.toml lists its modules, because reading all takes longer than the rest."""

from __future__ import annotations

import re
import tomllib

from local_cloud.paths import ROOT

_IMPORT = re.compile(r"^\s*from aws_cdk(?:\.(\w+) import| import ([a-z]\w*))", re.MULTILINE)


def test_mypy_reads_each_module_of_the_cdk_that_we_import() -> None:
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    [read] = [set(each["module"]) for each in overrides if "aws_cdk" in each["module"]]
    sources = [file.read_text() for folder in ("stacks", "tests") for file in (ROOT / folder).rglob("*.py")]
    imported = {f"aws_cdk.{one or other}" for text in sources for one, other in _IMPORT.findall(text)}
    assert imported | {"aws_cdk"} == read
