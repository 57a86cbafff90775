"""Test that no regular expression ends in `$`, which also matches before a line break at the end of the text."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("agencies", "benchmarks", "edge_device", "homeward", "lambdas", "local_cloud", "stacks", "tools")
COMPILERS = {"match", "search", "compile", "sub", "split", "findall", "finditer"}


def open_ends(source: str) -> Iterator[int]:
    """Yield the line of each pattern that ends in `$`."""
    for node in ast.walk(ast.parse(source)):
        last = node.values[-1] if isinstance(node, ast.JoinedStr) and node.values else node
        if isinstance(last, ast.Constant) and isinstance(last.value, str) and last.value.endswith("$"):
            whole = ast.unparse(node).lstrip("rf'\"")
            if whole.startswith("^"):
                yield last.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in COMPILERS:
            for pattern in node.args[:1]:
                if ast.unparse(pattern).rstrip("'\"").endswith("$") and "MULTILINE" not in ast.unparse(node):
                    yield pattern.lineno


@pytest.mark.parametrize("package", PACKAGES)
def test_no_pattern_ends_in_a_dollar_sign(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    found = {f"{file.relative_to(ROOT)}:{line}" for file in files for line in open_ends(file.read_text("utf-8"))}
    assert found == set(), "write \\Z, or use re.fullmatch"


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('Meta(pattern=r"^a$")', 1),
        ('PATTERN = r"^a$"', 1),
        ('Meta(pattern=rf"^{NAME}$")', 1),
        ('re.search(r"(\\d+)$", text)', 1),
        ('re.findall(r"(a)$", text, re.MULTILINE)', 0),
        ('Meta(pattern=r"^a\\Z")', 0),
        ('print("price in $")', 0),
    ],
)
def test_pattern_that_ends_in_a_dollar_sign_is_found(source: str, count: int) -> None:
    assert len(set(open_ends(source))) == count
