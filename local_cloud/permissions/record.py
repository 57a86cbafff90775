"""The record of one cloud: the permission checks of its emulator, and what was deployed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from local_cloud.permissions.deployed import Deployed, read_deployed
from local_cloud.permissions.statements import Permission

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHECKS, DEPLOYED = "permissions.jsonl", "deployed.json"
_DEPLOYED_JSON = TypeAdapter(Deployed)


@dataclass(frozen=True)
class Record:
    """What one cloud checked: `allowed` and `denied` permissions of roles."""

    deployed: Deployed
    allowed: frozenset[Permission]
    denied: frozenset[Permission]


def note_deployed(client: Callable[[str], Any], folder: Path) -> None:
    """Write down what is deployed, in addition to what was deployed before and may be destroyed since."""
    file = folder / DEPLOYED
    now = asdict(read_deployed(client))
    if file.exists():
        before = json.loads(file.read_text(encoding="utf-8"))
        now = {
            name: before[name] + now[name] if isinstance(now[name], list) else before[name] | now[name] for name in now
        }
    file.write_text(json.dumps(now), encoding="utf-8")


def read_record(folder: Path) -> Record:
    """Read the record of a cloud from its folder."""
    lines = (folder / CHECKS).read_text(encoding="utf-8").splitlines()
    checks = [json.loads(line) for line in lines]
    by_verdict: dict[bool, set[Permission]] = {True: set(), False: set()}
    for check in checks:
        by_verdict[check["allowed"]].add(Permission(check["role"], check["action"], check["resource"]))
    return Record(
        deployed=_DEPLOYED_JSON.validate_json((folder / DEPLOYED).read_text(encoding="utf-8")),
        allowed=frozenset(by_verdict[True]),
        denied=frozenset(by_verdict[False]),
    )
