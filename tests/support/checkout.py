"""A copy of the project with the agency files that a test gives it, as a user's fork has them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "agencies" / "examples" / "springfield.toml"


def check_out(folder: Path) -> Path:
    """Copy the CDK app to a folder, without any agency file but the examples."""
    folder.mkdir()
    for name in ("app.py", "cdk.json"):
        shutil.copyfile(ROOT / name, folder / name)
    shutil.copytree(ROOT / "agencies", folder / "agencies")
    for own in (folder / "agencies").glob("*.toml"):
        own.unlink()
    for name in ("stacks", "lambdas", "edge_device", ".venv"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def add_agency(checkout: Path, name: str, *, account: str) -> Path:
    """Copy the example to an agency's own file, as the deploy guide says, with the environment dev alone."""
    text = EXAMPLE.read_text().replace('name = "springfield"', f'name = "{name}"').replace("111111111111", account)
    text = re.sub(r"^\[environments\.prod\].*?(?=^\[sources)", "", text, flags=re.MULTILINE | re.DOTALL)
    file = checkout / "agencies" / f"{name}.toml"
    file.write_text(text)
    return file
