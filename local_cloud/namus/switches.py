"""The switches that change the stand-in's behavior at run time."""

from enum import StrEnum
from typing import Literal

import msgspec


class Kind(StrEnum):
    """The kind of a request. `image` is a full picture, `thumbnail` a small one or a case's default picture."""

    ROBOTS = "robots"
    STATES = "states"
    SEARCH = "search"
    CASE = "case"
    IMAGE = "image"
    THUMBNAIL = "thumbnail"
    OTHER = "other"


class RequestFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault of some requests.

    Which requests: those of the kinds `on` whose path contains `path` (ignoring case). The first `after` of them pass.
    Then every `every`-th is hit, at most `times` times. Examples:

    * `{"do": "status", "times": 3}`: the next three requests fail with 503
    * `{"do": "status", "status": 429, "every": 5}`: every fifth request fails with 429
    * `{"do": "drop", "after": 40}`: the source goes down after 40 requests
    * `{"latency_ms": 2000}`: each request takes 2 seconds

    What happens: a delay of `latency_ms`, then the action `do`:

    * `status`: an error `status`, with the header `retry_after` if given
    * `drop`, `cut`: the connection is closed before or in the middle of the response
    * `redirect`: to the same path at the origin `to`
    * `truncate`, `text`, `empty`: a complete response with half of the body, a line of text, or no body
    """

    on: frozenset[Kind] = frozenset(Kind) - {Kind.ROBOTS}
    path: str = ""
    after: int = 0
    every: int = 1
    times: int | None = None
    latency_ms: int = 0
    do: Literal["status", "drop", "cut", "redirect", "truncate", "text", "empty"] | None = None
    status: int = 503
    retry_after: str | int | None = None
    to: str | None = None

    def __post_init__(self) -> None:
        if self.do == "redirect" and not self.to:
            raise ValueError('a redirect needs "to", an origin such as http://127.0.0.1:9')
        if self.every < 1:
            raise ValueError('"every" must be 1 or more')


class Switches(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the stand-in behaves.

    Attributes:
        shape: Shape of all documents: A (2018-19), B (2020 and later), or None for each file's own.
        resolved: Status of a resolved case: 200 with `caseIsResolved` true, or 404.
        robots: robots.txt like the real one (`disallow` all but three pages), permissive, or missing.
        nulls: Serve the null members of the files. Real documents have none.
        vanished: Numbers that Search lists although the case is 404, like a case removed in the meantime.
        removed: Numbers that Search does not list and whose case is 404.
        same_picture: identityId of a picture -> identityId of the picture to serve instead.
        mime_type: Media type that documents and responses state for every picture.
        faults: Tried in this order. The first one with a `do` that hits a request ends the search.
    """

    shape: Literal["A", "B"] | None = None
    resolved: Literal[200, 404] = 200
    robots: Literal["disallow", "allow", "missing"] = "disallow"
    nulls: bool = False
    vanished: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()
    same_picture: dict[int, int] = {}
    mime_type: str | None = None
    faults: tuple[RequestFault, ...] = ()


def changed(base: Switches, body: bytes) -> Switches:
    """Replace the switches that a JSON object names.

    Raises:
        msgspec.ValidationError: A member does not exist or has the wrong type.
        msgspec.DecodeError: The body is not JSON.
    """
    given = msgspec.json.decode(body, type=Switches)
    named = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.structs.replace(base, **{name: getattr(given, name) for name in named})
