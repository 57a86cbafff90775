"""The NamUs stand-in of one test, with documents that the test writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class NamusStandIn:
    """The address and the documents of a stand-in. `template` is the document that cases are copied from."""

    url: str
    folder: Path
    faces: list[Path]
    template: dict[str, Any]

    def write_case(self, number: int, *, modified: str = "2025-01-01T00:00:00", **changes: Any) -> None:
        """Write case 970000 + number, with pictures number * 10 and number * 10 + 1."""
        document = json.loads(json.dumps(self.template).replace("900501", str(970000 + number)))
        images = [json.loads(json.dumps(document["images"][0])) for _ in range(2)]
        for identity, image in enumerate(images, start=number * 10):
            href = f"/api/CaseSets/NamUs/MissingPersons/Cases/{970000 + number}/Images/{identity}/Original"
            image |= {"identityId": identity, "files": {"original": {"href": href}}}
        document |= {"modifiedDateTime": modified, "images": images, **changes}
        (self.folder / f"{970000 + number}.json").write_text(json.dumps(document))

    def write_picture(self, identity: int, data: bytes) -> None:
        """Write a picture."""
        (self.folder / "images").mkdir(exist_ok=True)
        (self.folder / "images" / f"{identity}.jpg").write_bytes(data)

    def switch(self, **switches: Any) -> None:
        """Set the stand-in's switches."""
        httpx.put(f"{self.url}/_stand_in/switches", json=switches).raise_for_status()

    def take_requests(self) -> dict[str, int]:
        """Count the requests by kind, and reset the counts."""
        counted = self.requests()
        httpx.delete(f"{self.url}/_stand_in/requests")
        return counted

    def requests(self) -> dict[str, int]:
        """Count the requests by kind since the last reset."""
        counted = httpx.get(f"{self.url}/_stand_in/requests").json()["kinds"]
        return {kind: count for kind, count in counted.items() if count}
