"""Requests to the address of an alert's link, as previews, scanners and the curious send them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.hostile.corpus import Accepted

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

LINK = "/e/e1/secret"
FORM = "application/x-www-form-urlencoded"


def get(path: Any = LINK, **members: Any) -> dict[str, Any]:
    return request("GET", path, **members)


def post(body: Any = "by=Lopez", *, kind: str = FORM, encoded: bool = False, path: str = LINK) -> dict[str, Any]:
    return request("POST", path, headers={"content-type": kind}, body=body, isBase64Encoded=encoded)


def request(method: str, path: Any, **members: Any) -> dict[str, Any]:
    http = {"method": method, "path": path, "sourceIp": "198.51.100.7"}
    return {"rawPath": path, "requestContext": {"http": http, "stage": "$default"}, "headers": {}, **members}


def _status(code: int) -> Accepted:
    return Accepted({"statusCode": code})


_PAGE, _DONE, _BAD, _NOTHING = _status(200), _status(303), _status(400), _status(404)
INPUTS: Corpus = {
    "page": (get(), _PAGE),
    "picture": (get(f"{LINK}/seen.jpg"), _status(302)),
    "acknowledgment": (post(), _DONE),
    "no path": (get(""), _NOTHING),
    "root": (get("/"), _NOTHING),
    "another path": (get("/wp-login.php"), _NOTHING),
    "no token": (get("/e/e1"), _NOTHING),
    "an empty token": (get("/e/e1/"), _NOTHING),
    "an empty id": (get("/e//secret"), _NOTHING),
    "another token": (get("/e/e1/Secret"), _NOTHING),
    "half the token": (get("/e/e1/secre"), _NOTHING),
    "another id": (get("/e/e2/secret"), _NOTHING),
    "an id of 3,000 letters": (get(f"/e/{'x' * 3_000}/secret"), _NOTHING),
    "a token of 100,000 letters": (lambda: get(f"/e/e1/{'x' * 100_000}"), _NOTHING),
    "a NUL": (get("/e/e1\0/secret"), _NOTHING),
    "a NUL, escaped": (get("/e/e1%00/secret"), _NOTHING),
    "a line break": (get("/e/e1/secret\r\nX: y"), _NOTHING),
    "half a surrogate pair": (get("/e/\udcff/secret"), _NOTHING),
    "a token in Chinese": (get("/e/e1/\u738b"), _NOTHING),
    "a key of a window": (get("/e/window#namus:MP1#cam-01/secret"), _NOTHING),
    "a path that climbs": (get("/e/e1/../e1/secret"), _NOTHING),
    "an escaped path that climbs": (get("/e/..%2fe1/secret"), _NOTHING),
    "another picture": (get(f"{LINK}/other.jpg"), _NOTHING),
    "a picture that climbs": (get(f"{LINK}/..%2f..%2fconfirmed"), _NOTHING),
    "a script": (get("/e/<script>/secret"), _NOTHING),
    "DELETE": (request("DELETE", LINK), _NOTHING),
    "TRACE": (request("TRACE", LINK), _NOTHING),
    "a method that is none": (request("NONSENSE", LINK), _NOTHING),
    "a query": (get(queryStringParameters={"by": "x"}, rawQueryString="by=x"), _PAGE),
    "a foreign host": (get(headers={"host": "evil.example", "origin": "https://evil.example"}), _PAGE),
    "cookies": (get(cookies=["a=b"] * 50), _PAGE),
    "no body": (post(None), _BAD),
    "an empty body": (post(""), _BAD),
    "no name": (post("who=Lopez"), _BAD),
    "an empty name": (post("by="), _BAD),
    "a blank name": (post("by=%E2%80%8B+%09%0A"), _BAD),
    "a NUL as name": (post("by=%00"), _BAD),
    "a name that is no UTF-8": (post("by=%FF%FE"), _BAD),
    "a name of half a pair": (post("by=x\udcff"), _BAD),
    "a name of 10 MB": (lambda: post("by=" + "x" * 10_000_000), _BAD),
    "a name of 200 letters": (post("by=" + "x" * 200), _DONE),
    "a name with markup": (post("by=%3Cb%3ELopez"), _DONE),
    "a name with a header": (post("by=Lopez%0D%0ASet-Cookie:+a"), _DONE),
    "a name with bidirectional controls": (post("by=%E2%80%AELopez"), _DONE),
    "two names": (post("by=Lopez&by=Ortiz"), _DONE),
    "1,000 fields": (post("a=b&" * 1_000 + "by=x"), _BAD),
    "JSON": (post('{"by": "Lopez"}', kind="application/json"), _BAD),
    "a multipart form": (post("by=Lopez", kind="multipart/form-data; boundary=b"), _BAD),
    "XML": (post("<by>Lopez</by>", kind="text/xml"), _BAD),
    "a type that is none": (post(kind="\0"), _BAD),
    "base64": (post(base64.b64encode(b"by=Lopez").decode(), encoded=True), _DONE),
    "base64 that is none": (post("====", encoded=True), _BAD),
    "base64 of no UTF-8": (post("/////w==", encoded=True), _BAD),
    "an acknowledgment of nothing": (post(path="/e/e2/secret"), _NOTHING),
}
