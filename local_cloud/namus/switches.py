"""What a test or a demo may change about the stand-in while it runs."""

from enum import StrEnum
from typing import Literal

import msgspec


class Kind(StrEnum):
    """What a request asks for. `image` is a picture in full, `thumbnail` a small one or a case's default picture."""

    ROBOTS = "robots"
    STATES = "states"
    SEARCH = "search"
    CASE = "case"
    IMAGE = "image"
    THUMBNAIL = "thumbnail"
    OTHER = "other"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that goes wrong with some of the requests.

    Which: those of the kinds `on` whose path contains `path`, in any case; of these the first `after` go through,
    then every `every`-th is hit, until `times` were. Examples: the next three are 503 with
    `{"do": "status", "times": 3}`, every fifth is 429 with `{"do": "status", "status": 429, "every": 5}`, the source is
    down after 40 requests with `{"do": "drop", "after": 40}`, everything takes 2 s with `{"latency_ms": 2000}`.

    What: `latency_ms` before the answer; then, by `do`, an error `status` (with `retry_after` as the header, if given);
    the connection dropped before an answer (`drop`) or in the middle of one (`cut`); a redirect to the same path at the
    origin `to`; a whole answer with half of the body's bytes (`truncate`), a line of text (`text`), or none (`empty`).
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
        shape: of all documents: A (2018-19), B (2020 and later), or None for that of each file.
        resolved: what a resolved case answers: 200 with `caseIsResolved` true, or 404.
        robots: robots.txt as the real one (`disallow` all but three pages), permissive, or not there.
        nulls: whether documents keep the null members of their files; the real ones have none.
        vanished: numbers that Search lists and that answer 404, as a case removed in between does.
        removed: numbers that are gone from both.
        same_picture: identityId of a picture -> identityId of the picture whose bytes are served for it.
        mime_type: what documents and answers call every picture, whatever it is.
        faults: see Fault; tried in this order. The first that hits a request with a `do` keeps it from the others.
    """

    shape: Literal["A", "B"] | None = None
    resolved: Literal[200, 404] = 200
    robots: Literal["disallow", "allow", "missing"] = "disallow"
    nulls: bool = False
    vanished: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()
    same_picture: dict[int, int] = {}
    mime_type: str | None = None
    faults: tuple[Fault, ...] = ()


def changed(base: Switches, body: bytes) -> Switches:
    """The switches with the members of a JSON object instead of their own.

    Raises:
        msgspec.ValidationError: a member does not exist or has the wrong type.
        msgspec.DecodeError: it is no JSON.
    """
    given = msgspec.json.decode(body, type=Switches)
    named = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return msgspec.structs.replace(base, **{name: getattr(given, name) for name in named})
