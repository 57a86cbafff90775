"""Cases that earlier versions stored."""

from __future__ import annotations

import msgspec

from lambdas.cases.case import Case, SourcePhoto
from lambdas.cases.table import stored_case

PHOTO = {
    "photo_id": "1",
    "url": "/x",
    "uploaded_at": "2025-01-01",
    "width_px": 240,
    "height_px": 320,
    "media_type_declared": "image/jpg",
    "is_default": True,
}


def test_members_of_earlier_versions_are_ignored() -> None:
    case = {"case_id": "namus:MP1", "source": "namus", "source_id": "MP1", "photos": [PHOTO]}
    stored = stored_case({"case": msgspec.json.encode(case).decode(), "status": "open"})
    photo = SourcePhoto(photo_id="1", url="/x")
    assert stored.case == Case(case_id="namus:MP1", source="namus", source_id="MP1", photos=(photo,))
