"""The asset of a Lambda package, built as for a deployment. uv downloads the requirements from the registry."""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import aws_cdk as cdk
import pytest

from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE
from stacks.constructs.bundle import lambda_code, lambda_sources
from tests.infrastructure.templates import ROOT, new_app

AARCH64 = 0xB7  # e_machine of an ELF file
OURS = {"lambdas", "pictures"}
PACKAGES = sorted(path.parent.name for path in ROOT.glob("lambdas/*/requirements.txt"))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("assembly")), analytics_reporting=False)
    stack = cdk.Stack(app, "Bundle")
    lambda_code(stack, "detection", {"given.json": '["ü"]'}).bind(stack)
    [asset] = Path(app.outdir).glob("asset.*")
    return asset


def test_bundle_has_the_package_and_the_rooms_it_imports(bundle: Path) -> None:
    parts = {"__init__.py", "common", "cases", "encounters", "detection", "alerting"}
    assert {path.name for path in (bundle / "lambdas").iterdir()} == parts
    assert (bundle / "lambdas/detection/match_handler.py").is_file()
    assert (bundle / "lambdas/common/keys.py").is_file()


def test_bundle_has_the_given_files_at_its_root(bundle: Path) -> None:
    assert (bundle / "given.json").read_text(encoding="utf-8") == '["ü"]'


def test_compiled_requirements_are_for_lambda_on_arm(bundle: Path) -> None:
    compiled = list(bundle.rglob("*.so"))
    assert any(path.parent.name == "msgspec" for path in compiled)
    for library in compiled:
        assert int.from_bytes(library.read_bytes()[18:20], "little") == AARCH64, library
        assert ".cpython-314-" in library.name


def test_bundle_has_no_caches_tests_or_provided_packages(bundle: Path) -> None:
    names = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*")}
    assert not {name for name in names if name.endswith(".pyc") or "__pycache__" in name or "/tests/" in name}
    assert not {name for name in names if name.startswith(("boto3", "botocore", "bin/", "lambdas/ingest"))}


@cache
def pins(file: Path) -> dict[str, str]:
    lines = (line.partition(" ")[0].split("==") for line in file.read_text().splitlines() if line and line[0].isalnum())
    return {name.lower(): version for name, version in lines}


@pytest.mark.parametrize("package", PACKAGES)
def test_functions_pin_the_versions_that_the_tests_use(package: str) -> None:
    carried, tested = pins(ROOT / "lambdas" / package / "requirements.txt"), pins(ROOT / "requirements.txt")
    assert carried.items() <= tested.items()


distributions = cache(packages_distributions)


def imported(file: Path) -> set[str]:
    """Return the distributions that a module imports at run time, without those for type checking only."""
    tree = ast.parse(file.read_text())
    modules: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            modules.add(str(statement.module).partition(".")[0])
    names = distributions()
    return {
        name.lower().replace("_", "-") for module in modules - sys.stdlib_module_names - OURS for name in names[module]
    }


def test_bundle_has_the_decoder_of_pictures_where_it_is_used() -> None:
    assert ROOT / "pictures/decode.py" in set(lambda_sources("ingest"))
    assert ROOT / "pictures/decode.py" not in set(lambda_sources("webhook"))
    for file in (ROOT / "pictures").glob("*.py"):
        assert imported(file) <= set(pins(ROOT / "lambdas/detection/requirements.txt")), file


@pytest.mark.parametrize("package", PACKAGES)
def test_requirements_list_every_imported_distribution(package: str) -> None:
    carried = set(pins(ROOT / "lambdas" / package / "requirements.txt")) | {"boto3", "botocore", "urllib3"}
    for file in (ROOT / "lambdas" / package).glob("*.py"):
        assert imported(file) <= carried, file


def own_imports(file: Path) -> set[Path]:
    """Return the files of ours that a module imports when it runs, their packages included."""
    files: set[Path] = set()
    for statement in ast.parse(file.read_text()).body:
        if isinstance(statement, ast.ImportFrom) and str(statement.module).partition(".")[0] in OURS:
            module = ROOT / str(statement.module).replace(".", "/")
            candidates = [module.with_suffix(".py"), *(module / f"{alias.name}.py" for alias in statement.names)]
            packages = [folder / "__init__.py" for folder in (module, *module.parents) if ROOT in folder.parents]
            files |= {path for path in (*candidates, *packages) if path.is_file()}
    return files


@pytest.mark.parametrize("package", PACKAGES)
def test_bundle_has_every_module_that_its_handlers_import(package: str) -> None:
    bundled = set(lambda_sources(package))
    reached: set[Path] = set()
    to_visit = set((ROOT / "lambdas" / package).rglob("*_handler.py"))
    while to_visit:
        reached |= to_visit
        to_visit = {found for file in to_visit for found in own_imports(file)} - reached
    assert len(reached) > 1
    assert reached <= bundled


def test_asset_hash_depends_on_contents_and_platform_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def asset_hash(files: dict[str, str] | None = None, *, platform: str = "") -> str:
        stack = cdk.Stack(new_app(**{"bundle-platform": platform}), "Any")
        code = lambda_code(stack, "detection", files).bind(stack)
        assert code.s3_location
        return code.s3_location.object_key

    for_lambda, for_host = asset_hash(), asset_hash(platform="host")
    assert (asset_hash(), asset_hash(platform="host")) == (for_lambda, for_host)
    assert for_lambda != for_host
    assert len({asset_hash(files) for files in (None, {"a": "1"}, {"a": "2"}, {"b": "1"})}) == 4
    monkeypatch.setenv(LOCAL_CLOUD_VARIABLE, "1")
    assert asset_hash() == for_host, "a shell that points to a local cloud deploys what runs there"
