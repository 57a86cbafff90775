"""The Search endpoint: projections, predicates, order, and errors."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from local_cloud.namus.json_access import at, entries, scalar
from local_cloud.namus.population import Entry, Population, state_of
from local_cloud.namus.states import POSTAL_CODES

MAX_ROWS = 10_000
"""Search never returns rows after this one, even with paging. `count` has the full number."""


@dataclass(frozen=True)
class SearchError(Exception):
    """An error response of Search."""

    status: int
    message: str


def search(population: Population, cases_url: str, request: Any) -> dict[str, Any]:
    """Run a search.

    Args:
        population: The cases. Only open ones are found.
        cases_url: Path in front of a case's number, for the `image` member that every row has.
        request: The decoded body.

    Raises:
        SearchError: 400 with every unknown field, 500 for an operator other than IsIn.
    """
    if not isinstance(request, dict):
        raise SearchError(400, "The request is not a JSON object")
    projections = [str(name) for name in entries(request, "projections")]
    predicates, orders = entries(request, "predicates"), entries(request, "orderSpecifications")
    _check_fields([*projections, *(str(at(clause, "field")) for clause in (*predicates, *orders))])
    found = list(_matching(population, predicates))
    if not projections:
        return {"count": len(found), "results": []}
    first = _whole(request, "skip", 0)
    last = min(first + _whole(request, "take", MAX_ROWS), MAX_ROWS)
    numbers = _ordered([entry.number for entry in found], orders, population)[first:last]
    rows = (_row(population.document(number), number, projections, cases_url) for number in numbers)
    return {"count": len(found), "results": list(rows)}


def _check_fields(names: Iterable[str]) -> None:
    unknown = dict.fromkeys(name for name in names if name not in _FIELDS)
    if unknown:
        raise SearchError(400, "\n".join(f'Invalid field name "{name}"' for name in unknown))


def _whole(request: dict[str, Any], name: str, default: int) -> int:
    value = request.get(name, default)
    if not isinstance(value, int) or value < 0:
        raise SearchError(400, f"{name} must be a whole number of 0 or more")
    return value


def _matching(population: Population, predicates: list[Any]) -> Iterator[Entry]:
    for predicate in predicates:
        if at(predicate, "operator") != "IsIn":
            raise SearchError(500, "An error has occurred.")
    wanted = [
        (predicate["field"], {scalar(value) for value in entries(predicate, "values")}) for predicate in predicates
    ]
    for entry in population.entries():
        if entry.is_open and all(values & _values(population, entry, field) for field, values in wanted):
            yield entry


def _values(population: Population, entry: Entry, field: str) -> set[Any]:
    """Read the values of a field. A case may be listed under several states."""
    if field == "stateOfLastContact":
        return set(entry.states)
    return {scalar(_FIELDS[field](population.document(entry.number)))}


def _ordered(numbers: list[int], orders: list[Any], population: Population) -> list[int]:
    # Sorting is stable, so the least significant order comes first.
    for order in reversed(orders):
        read = _FIELDS[order["field"]]
        keys = {number: _sort_key(read(population.document(number))) for number in numbers}
        numbers = sorted(numbers, key=keys.__getitem__, reverse=order.get("direction") == "Descending")
    return numbers


def _sort_key(value: Any) -> tuple[int, float, str]:
    """Sort nulls before numbers before text, like a database."""
    if isinstance(value, (int, float)):
        return (1, value, "")
    return (2, 0, value) if isinstance(value, str) else (0, 0, "")


def _row(document: Any, number: int, projections: list[str], cases_url: str) -> dict[str, Any]:
    row = {name: _FIELDS[name](document) for name in projections}
    if "namus2Number" in row:
        row["namus2Number"] = number
    return row | {
        "link": f"/MissingPersons/Case#/{number}",
        "image": f"{cases_url}/{number}/Images/Default/Thumbnail",
    }


def _member(*path: str) -> Callable[[Any], Any]:
    return lambda document: scalar(at(document, *path))


def _date(document: Any) -> str | None:
    """Read the date of last contact. Search adds a time of day, unlike the document."""
    date = scalar(at(document, "sighting", "date"))
    return f"{date}T00:00:00" if isinstance(date, str) else None


def _postal_code(document: Any) -> str | None:
    code = scalar(
        at(document, "sighting", "address", "state", "displayName") or at(document, "sighting", "stateDisplayName")
    )
    return str(code) if code else POSTAL_CODES.get(state_of(document) or "")


def _either(in_address: tuple[str, ...], flat: str) -> Callable[[Any], Any]:
    """Read a member of the sighting's address, or the flat member of shape A."""

    def read(document: Any) -> Any:
        return scalar(at(document, "sighting", "address", *in_address) or at(document, "sighting", flat))

    return read


def _ethnicities(document: Any) -> list[Any]:
    return [scalar(at(entry, "name")) for entry in entries(document, "subjectDescription", "ethnicities")]


def _race_ethnicity(document: Any) -> Any:
    primary = scalar(at(document, "subjectDescription", "primaryEthnicity", "name"))
    listed = _ethnicities(document)
    return primary or ("Multiple" if len(listed) > 1 else next(iter(listed), None))


def _images(document: Any) -> list[dict[str, Any]]:
    """List the pictures without links, which only the case's document has."""
    return [
        {
            "identityId": scalar(at(image, "identityId")),
            "isPublic": scalar(at(image, "isPublic")),
            "category": {"name": scalar(at(image, "category", "name"))},
        }
        for image in entries(document, "images")
    ]


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "namus2Number": _member("id"),
    "idFormatted": _member("idFormatted"),
    "createdDateTime": _member("createdDateTime"),
    "modifiedDateTime": _member("modifiedDateTime"),
    "firstName": _member("subjectIdentification", "firstName"),
    "middleName": _member("subjectIdentification", "middleName"),
    "lastName": _member("subjectIdentification", "lastName"),
    "computedMissingMinAge": _member("subjectIdentification", "computedMissingMinAge"),
    "computedMissingMaxAge": _member("subjectIdentification", "computedMissingMaxAge"),
    "dateOfLastContact": _date,
    "cityOfLastContact": _either(("city",), "city"),
    "countyOfLastContact": _either(("county", "name"), "county"),
    "countyDisplayNameOfLastContact": _either(("county", "displayName"), "countyDisplayName"),
    "stateOfLastContact": state_of,
    "stateDisplayNameOfLastContact": _postal_code,
    "gender": _member("subjectDescription", "sex", "name"),
    "raceEthnicity": _race_ethnicity,
    "ethnicities": _ethnicities,
    "heightFrom": _member("subjectDescription", "heightFrom"),
    "heightTo": _member("subjectDescription", "heightTo"),
    "weightFrom": _member("subjectDescription", "weightFrom"),
    "weightTo": _member("subjectDescription", "weightTo"),
    "hairColor": _member("physicalDescription", "hairColor", "name"),
    "leftEyeColor": _member("physicalDescription", "leftEyeColor", "name"),
    "rightEyeColor": _member("physicalDescription", "rightEyeColor", "name"),
    "circumstancesOfDisappearance": _member("circumstances", "circumstancesOfDisappearance"),
    "images": _images,
}
