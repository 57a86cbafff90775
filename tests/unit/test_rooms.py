"""The tree of the source: rooms that a newcomer can look over."""

from __future__ import annotations

from collections import Counter

from local_cloud.paths import ROOT

_SOURCE = ("agencies", "benchmarks", "edge_device", "homeward", "lambdas", "local_cloud", "pictures", "stacks")
_MAX_MODULES = 20


def test_a_folder_has_at_most_20_modules() -> None:
    modules = [module for name in _SOURCE for module in (ROOT / name).rglob("*.py") if module.name != "__init__.py"]
    sizes = Counter(str(module.parent.relative_to(ROOT)) for module in modules)
    assert {folder.partition("/")[0] for folder in sizes} == set(_SOURCE)
    assert {folder: size for folder, size in sizes.items() if size > _MAX_MODULES} == {}
