"""Converts documents between the two shapes: A (2018-19) and B (2020 and later)."""

from typing import Any

from local_cloud.namus.json_access import at
from local_cloud.namus.states import POSTAL_CODES

_PORTRAIT = {
    "A": {"id": 1, "name": "FacialCaseId", "localizedName": "Facial/case ID", "ordinal": 10},
    "B": {"id": 24, "name": "ActualPhoto", "localizedName": "Actual photo", "ordinal": 5},
}


def convert_shape(document: dict[str, Any], shape: str) -> dict[str, Any]:
    """Convert a document to shape A or B. Members without a counterpart are dropped, malformed ones kept."""
    changed = dict(document)
    agency, description = (_agency_as_a, _without_primary) if shape == "A" else (_agency_as_b, _with_primary)
    if isinstance(document.get("sighting"), dict):
        changed["sighting"] = (
            _sighting_as_a(document["sighting"]) if shape == "A" else _sighting_as_b(document["sighting"])
        )
    for name, change in (("investigatingAgencies", agency), ("images", _IMAGE[shape])):
        if isinstance(document.get(name), list):
            changed[name] = [change(entry) if isinstance(entry, dict) else entry for entry in document[name]]
    return description(changed)


def _sighting_as_a(sighting: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value
        for name, value in sighting.items()
        if name not in {"address", "missingFromTribalLand", "primaryResidenceOnTribalLand"}
    }
    flat = {
        "city": at(sighting, "address", "city"),
        "state": at(sighting, "address", "state", "name"),
        "stateDisplayName": at(sighting, "address", "state", "displayName"),
        "county": at(sighting, "address", "county", "name"),
        "countyDisplayName": at(sighting, "address", "county", "displayName"),
    }
    return kept | {name: value for name, value in flat.items() if value is not None}


def _sighting_as_b(sighting: dict[str, Any]) -> dict[str, Any]:
    flat = {"city", "state", "stateDisplayName", "county", "countyDisplayName"}
    if not flat & sighting.keys():
        return sighting
    kept = {name: value for name, value in sighting.items() if name not in flat}
    state, county = sighting.get("state"), sighting.get("county")
    code = sighting.get("stateDisplayName") or POSTAL_CODES.get(str(state))
    address = {
        "city": sighting.get("city"),
        "state": {"name": state, "displayName": code} if state else None,
        "county": {"name": county, "displayName": sighting.get("countyDisplayName")} if county else None,
    }
    return kept | {"address": {name: value for name, value in address.items() if value is not None}}


def _agency_as_a(agency: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name: value for name, value in agency.items() if name not in {"selection", "isCaseOwner", "countyDisplayName"}
    }
    return kept | ({"properties": agency["selection"]} if "selection" in agency else {})


def _agency_as_b(agency: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in agency.items() if name != "properties"}
    return kept | ({"selection": agency["properties"]} if "properties" in agency else {})


def _without_primary(document: dict[str, Any]) -> dict[str, Any]:
    document.pop("primaryInvestigatingAgency", None)
    if isinstance(document.get("subjectDescription"), dict):
        absent = {"primaryEthnicity", "ethnicitiesOther"}
        subject = document["subjectDescription"].items()
        document["subjectDescription"] = {name: value for name, value in subject if name not in absent}
    return document


def _with_primary(document: dict[str, Any]) -> dict[str, Any]:
    agencies = document.get("investigatingAgencies")
    first = agencies[0] if isinstance(agencies, list) and agencies else None
    if "primaryInvestigatingAgency" not in document and isinstance(first, dict):
        document["primaryInvestigatingAgency"] = {name: first[name] for name in ("id", "name") if name in first}
    return document


def _image_as_a(image: dict[str, Any]) -> dict[str, Any]:
    changed = _as_portrait(image, "A")
    if isinstance(image.get("files"), dict):
        files = image["files"].items()
        changed["files"] = {size: _without_storage(file) if isinstance(file, dict) else file for size, file in files}
    return changed


def _without_storage(file: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in file.items() if name not in {"storageKey", "fileName"}}


def _image_as_b(image: dict[str, Any]) -> dict[str, Any]:
    changed = _as_portrait(image, "B")
    if isinstance(image.get("files"), dict):
        stored = {"storageKey": f"00000000-0000-4000-8000-{image.get('identityId')!s:>012}"}
        files = image["files"].items()
        changed["files"] = {size: stored | file if isinstance(file, dict) else file for size, file in files}
    return changed


def _as_portrait(image: dict[str, Any], shape: str) -> dict[str, Any]:
    """Rename the category of portraits: FacialCaseId in shape A, ActualPhoto in B. Others keep their names."""
    other = _PORTRAIT["B" if shape == "A" else "A"]["name"]
    if at(image, "category", "name") != other:
        return dict(image)
    return image | {"category": image["category"] | _PORTRAIT[shape]}


_IMAGE = {"A": _image_as_a, "B": _image_as_b}
