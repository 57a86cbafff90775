"""What a page gets from a request, and what it may answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import msgspec

    from lambdas.console.person import Person

Q = TypeVar("Q")
F = TypeVar("F")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a form. `name` is what the browser calls it: not to be trusted."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Request(Generic[Q, F]):
    """A request of a person who may make it.

    Attributes:
        person: Who is signed in.
        at: The time.
        query: The query, as the type that the route names. None if it names none.
        form: The form, or the JSON document, as the type that the route names. None if it names none.
        path: The parameters of the path, such as `encounter_id`.
        headers: The headers, with names in lower case.
        files: The files of the form by field.
        language: The language of the page, such as "en".
    """

    person: Person
    at: datetime
    query: Q
    form: F
    path: Mapping[str, str]
    headers: Mapping[str, str]
    files: Mapping[str, Upload] = field(default_factory=dict)
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Data, and the template that shows them. A client that accepts only JSON gets the data."""

    template: str
    data: msgspec.Struct
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """The address to look at after a form. A client that accepts only JSON gets the data, and no redirect."""

    location: str
    data: msgspec.Struct | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """Bytes: a picture, or a file to save if it has a `filename`. Nobody may cache them."""

    body: bytes
    content_type: str
    filename: str | None = None


@dataclass(frozen=True)
class NotModified:
    """What the browser shows is current. htmx leaves the page as it is."""


Answer = Page | Redirect | Content | NotModified
AnyRequest = Request[Any, Any]
