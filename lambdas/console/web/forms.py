"""Read queries and forms: URL-encoded, multipart, or a JSON document."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qs

import msgspec

from lambdas.console.web.errors import InvalidError
from lambdas.console.web.exchange import Upload

if TYPE_CHECKING:
    from collections.abc import Mapping

S = TypeVar("S", bound=msgspec.Struct)

_MAX_FIELDS = 100
Fields = dict[str, list[str]]


def read_query(text: str, kind: type[S]) -> S:
    """Read a query string. Empty values count as absent, as the fields of a filter that nobody filled in.

    Raises:
        InvalidError: a value is not valid.
    """
    return _convert(_url_encoded(text), kind)


def read_form(body: bytes, content_type: str, kind: type[S]) -> tuple[S, dict[str, Upload]]:
    """Read a form and its files.

    Raises:
        InvalidError: the body is no such form, or a value is not valid.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        try:
            return msgspec.json.decode(body or b"{}", type=kind), {}
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidError(f"The document is not valid: {error}") from error
    if media_type == "multipart/form-data":
        fields, files = _multipart(body, content_type)
        return _convert(fields, kind), files
    try:
        return _convert(_url_encoded(body.decode()), kind), {}
    except UnicodeDecodeError as error:
        raise InvalidError("The form is not in UTF-8.") from error


def _url_encoded(text: str) -> Fields:
    try:
        return parse_qs(text, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidError(f"The address or the form is not valid: {error}") from error


def _multipart(body: bytes, content_type: str) -> tuple[Fields, dict[str, Upload]]:
    """Split a multipart form into its fields and its files."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields: Fields = {}
    files: dict[str, Upload] = {}
    if not message.is_multipart():
        raise InvalidError("The form is not a valid multipart form.")
    for part in message.iter_parts():
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True)
        if not name or not isinstance(content, bytes) or len(fields) + len(files) >= _MAX_FIELDS:
            raise InvalidError("The form is not a valid multipart form.")
        if (filename := part.get_filename()) is not None:
            files[name] = Upload(name=filename, content=content)
        elif value := content.decode(errors="replace"):
            fields.setdefault(name, []).append(value)
    return fields, files


def _convert(fields: Mapping[str, list[str]], kind: type[S]) -> S:
    """Convert texts to the type's fields. Only fields that are lists keep several values; others keep the last."""
    lists = {name for name, hint in get_type_hints(kind).items() if _is_list(hint)}
    values: dict[str, Any] = {name: each if name in lists else each[-1] for name, each in fields.items()}
    try:
        return msgspec.convert(values, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidError(f"The form is not valid: {error}") from error


def _is_list(hint: Any) -> bool:
    if get_origin(hint) in {Union, UnionType}:
        return any(_is_list(each) for each in get_args(hint))
    return get_origin(hint) in {list, tuple}
