"""The endpoints of the NamUs web API."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local_cloud.namus.document_shapes import convert_shape
from local_cloud.namus.images import placeholder, thumbnail
from local_cloud.namus.json_access import at, entries, without_nulls
from local_cloud.namus.population import Entry, Population
from local_cloud.namus.search import SearchError, search
from local_cloud.namus.states import POSTAL_CODES
from local_cloud.namus.switches import Switches

_CASES = "/api/CaseSets/NamUs/MissingPersons/Cases"
_ROBOTS = {
    "disallow": "User-agent: *\nAllow: /$\nAllow: /About\nAllow: /Contact\nDisallow: /\n",
    "allow": "User-agent: *\nDisallow:\n",
}


class Api:
    """The API of a population.

    Args:
        population: The cases.
        switches: How the API behaves; may be replaced between requests.
    """

    def __init__(self, population: Population, switches: Switches) -> None:
        self._population = population
        self.switches = switches

    def routes(self) -> list[Route]:
        """List the routes in lower case. `FaultInjection` lowers each path, because the real API ignores case."""
        cases, images = _CASES.lower(), f"{_CASES.lower()}/{{number:int}}/images"
        return [
            Route("/robots.txt", self._robots),
            Route("/api/casesets/namus/states", self._states),
            Route("/api/casesets/namus/missingpersons/search", self._search, methods=["POST"]),
            Route(f"{cases}/{{number:int}}", self._case),
            Route(f"{images}/default/thumbnail", self._default_picture),
            Route(f"{images}/default/poster", self._default_picture),
            Route(f"{images}/{{identity:int}}/original", self._picture),
            Route(f"{images}/{{identity:int}}/download", self._picture),
            Route(f"{images}/{{identity:int}}/thumbnail", self._thumbnail),
        ]

    def refresh(self) -> None:
        """Load changes since the last request."""
        self._population.refresh()

    def entries(self) -> Iterable[Entry]:
        """List the cases that Search may find."""
        return (entry for entry in self._population.entries() if entry.number not in self.switches.removed)

    def document(self, number: int) -> Any:
        """Read a case's document as stored."""
        return self._population.document(number)

    def picture(self, identity: int) -> bytes | None:
        """Read a picture, or the picture that the switches substitute for it."""
        return self._population.picture(self.switches.same_picture.get(identity, identity))

    async def _robots(self, _: Request) -> Response:
        text = _ROBOTS.get(self.switches.robots)
        return PlainTextResponse(text) if text else _not_found()

    async def _states(self, _: Request) -> Response:
        listed = enumerate(POSTAL_CODES.items(), start=1)
        return JSONResponse([{"id": number, "name": name, "displayName": code} for number, (name, code) in listed])

    async def _search(self, request: Request) -> Response:
        self.refresh()
        try:
            return JSONResponse(search(self, _CASES, json.loads(await request.body())))
        except SearchError as error:
            return PlainTextResponse(error.message, error.status)
        except ValueError:
            return PlainTextResponse("The request body is not JSON", 400)

    async def _case(self, request: Request) -> Response:
        document = self._visible(request.path_params["number"])
        if document is None:
            return _not_found()
        content = document if isinstance(document, bytes) else msgspec.json.encode(self._as_served(document))
        return Response(content, media_type="application/json")

    async def _picture(self, request: Request) -> Response:
        found = self._find_picture(request)
        if found is None:
            return _not_found()
        identity, picture, media_type = found
        download = request.url.path.endswith("/download")
        headers = {"content-disposition": f'attachment; filename="{identity}"'} if download else {}
        return Response(picture, headers=headers, media_type=media_type)

    async def _thumbnail(self, request: Request) -> Response:
        found = self._find_picture(request)
        return Response(thumbnail(found[1]), media_type="image/jpeg") if found else _not_found()

    async def _default_picture(self, request: Request) -> Response:
        document = self._visible(request.path_params["number"])
        if document is None:
            return _not_found()
        identity = at(document, "defaultImage", "defaultImageIdentityId")
        picture = self.picture(identity) if isinstance(identity, int) else None
        if picture is None:
            return Response(placeholder(), media_type="image/png")
        is_poster = request.url.path.endswith("/poster")
        return Response(picture if is_poster else thumbnail(picture), media_type="image/jpeg")

    def _visible(self, number: int) -> Any:
        """Read the document of a case. None if it is unknown, removed, vanished, or resolved and hidden."""
        self.refresh()
        if number in self.switches.removed | self.switches.vanished:
            return None
        document = self.document(number)
        hidden = self.switches.resolved == 404 and at(document, "caseIsResolved") is True
        return None if hidden else document

    def _find_picture(self, request: Request) -> tuple[int, bytes, str] | None:
        """Find a public picture of the case: identityId, bytes, and media type."""
        identity = request.path_params["identity"]
        listed = entries(self._visible(request.path_params["number"]), "images")
        image = next((image for image in listed if at(image, "identityId") == identity), None)
        if image is None or at(image, "isPublic") is False:
            return None
        stated = at(image, "files", "original", "mimeType")
        can_be_header = isinstance(stated, str) and stated.isascii() and stated.isprintable()
        media_type = self.switches.mime_type or (stated if can_be_header else "image/jpg")
        picture = self.picture(identity)
        return None if picture is None else (identity, picture, media_type)

    def _as_served(self, document: dict[str, Any]) -> Any:
        document = {name: value for name, value in document.items() if name != "_stand_in"}
        if self.switches.shape:
            document = convert_shape(document, self.switches.shape)
        if self.switches.mime_type:
            document = _with_mime_type(document, self.switches.mime_type)
        return document if self.switches.nulls else without_nulls(document)


def _with_mime_type(document: Any, mime_type: str) -> Any:
    """Replace every `mimeType` of a document, at any depth."""
    if isinstance(document, dict):
        changed = {name: _with_mime_type(value, mime_type) for name, value in document.items()}
        return changed | ({"mimeType": mime_type} if "mimeType" in document else {})
    if isinstance(document, list):
        return [_with_mime_type(entry, mime_type) for entry in document]
    return document


def _not_found() -> Response:
    return JSONResponse({"message": "The requested resource was not found."}, 404)
