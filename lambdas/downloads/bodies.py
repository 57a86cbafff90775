"""Read the body of a response, decoded, up to a maximum size."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, cast

from lambdas.downloads.errors import RefusedError, TooLargeError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

ACCEPT_ENCODING = "gzip, deflate"
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_ANY_HEADER, _NO_HEADER = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS


def read_body(response: httpx.Response, *, max_bytes: int) -> bytes:
    """Read and decompress a whole body. Raises as `read_start` does.

    Raises:
        TooLargeError: the decoded body has more than `max_bytes`.
    """
    body = read_start(response, max_bytes=max_bytes + 1)
    if len(body) > max_bytes:
        raise TooLargeError(f"{response.url} is larger than {max_bytes:,} bytes")
    return body


def read_start(response: httpx.Response, *, max_bytes: int) -> bytes:
    """Read and decompress the first `max_bytes` of a body. A body of any length never takes more memory than that.

    Raises:
        RefusedError: the body is encoded in more than one layer, or in one that we did not ask for.
        UnavailableError: the encoding is broken.
    """
    body = bytearray()
    try:
        for piece in _decoded(response, max_bytes, body):
            body += piece
            if len(body) >= max_bytes:
                break
    except zlib.error as error:
        raise UnavailableError(f"{response.url}: the body is not {_encoding(response)}: {error}") from error
    return bytes(body[:max_bytes])


def _decoded(response: httpx.Response, max_bytes: int, body: bytearray) -> Iterator[bytes]:
    """Yield pieces of the decoded body, none of them larger than what is missing from `max_bytes`, plus one byte."""
    encoding = _encoding(response)
    # httpx itself would decode any number of layers, and each piece whole.
    stream = cast("httpx.SyncByteStream", response.stream)
    if not encoding:
        yield from stream
        return
    inflate = zlib.decompressobj(_ANY_HEADER)
    for number, chunk in enumerate(stream):
        try:
            yield inflate.decompress(chunk, max_bytes - len(body) + 1)
        except zlib.error:
            if encoding != "deflate" or number:
                raise
            inflate = zlib.decompressobj(_NO_HEADER)  # some servers send `deflate` without the header of zlib
            yield inflate.decompress(chunk, max_bytes - len(body) + 1)
    if not inflate.eof:
        raise zlib.error("its end is missing")


def _encoding(response: httpx.Response) -> str:
    """Return the one encoding of the body, or an empty string for none."""
    named = [part.strip().lower() for part in response.headers.get("content-encoding", "").split(",")]
    layers = [name for name in named if name not in {"", "identity"}]
    if len(layers) > 1 or not _ENCODINGS.issuperset(layers):
        raise RefusedError(f"{response.url} is encoded with {', '.join(layers)}; accepted is one of {ACCEPT_ENCODING}")
    return layers[0] if layers else ""
