"""Documents of the four sources that Homeward downloads from, as anybody with an account there might write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.hostile.corpus import Accepted, Refused

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

IDS = {"namus": "MP1", "fbi": "a1", "interpol": "2020-1", "ncmec": "NCMC1-1"}


def namus(**members: Any) -> tuple[str, bytes]:
    return "namus", json.dumps({"idFormatted": "MP1", **members}).encode()


def fbi(**members: Any) -> tuple[str, bytes]:
    return "fbi", json.dumps({"uid": "a1", **members}).encode()


def interpol(images: Any = None, **members: Any) -> tuple[str, bytes]:
    return "interpol", json.dumps({"notice": {"entity_id": "2020/1", **members}, "images": images}).encode()


def ncmec(**members: Any) -> tuple[str, bytes]:
    child = {"orgPrefix": "NCMC", "caseNumber": "1", "seqNumber": 1, **members}
    return "ncmec", json.dumps({"childBean": child}).encode()


def subject(**members: Any) -> tuple[str, bytes]:
    return namus(subjectIdentification=members)


def phone(text: Any) -> tuple[str, bytes]:
    return namus(investigatingAgencies=[{"name": "A", "selection": {"agency": {"phone": text}}}])


_NOT_JSON = Refused("the document is not JSON")
_NONE = Accepted({"names": ()})
# Of every source: the same bytes are no document of any.
BROKEN: Corpus = {
    f"{source}, {name}": ((source, body), reason)
    for source in IDS
    for name, body, reason in (
        ("empty", b"", _NOT_JSON),
        ("a null", b"null", Refused("is a NoneType, not an object")),
        ("a list", b"[]", Refused("is a list, not an object")),
        ("cut off", b'{"uid": "a1", "title": "An', _NOT_JSON),
        ("HTML instead of JSON", b"<!doctype html><title>Sign in</title>", _NOT_JSON),
        ("Latin-1", '{"uid": "a1", "title": "J\u00f6rg"}'.encode("latin-1"), _NOT_JSON),
        ("UTF-16", '{"uid": "a1"}'.encode("utf-16"), _NOT_JSON),
        ("100,000 lists deep", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", _NOT_JSON),
        ("100,000 objects deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, _NOT_JSON),
        ("a number of 5,000 digits", b'{"uid":"a1","a":' + b"9" * 5_000 + b"}", _NOT_JSON),
        ("half a surrogate pair", b'{"uid":"a1","a":"\\ud800"}', _NOT_JSON),
        ("NaN", b'{"uid":"a1","a":NaN}', _NOT_JSON),
        ("another case's", b'{"uid":"b","idFormatted":"MP2"}', Refused("the document is that of|names no case")),
        ("with a list as its id", b'{"uid":["a1"],"idFormatted":{},"notice":7}', Refused("that of|names no case")),
    )
}
INPUTS: Corpus = BROKEN | {
    "namus, year 99": (namus(sighting={"date": "2021-99-99T00:00:00"}), Accepted({"last_seen.date": "2021"})),
    "namus, year 1": (namus(sighting={"date": "0001-01-01"}), Accepted({"last_seen.date": None})),
    "namus, year 9999": (namus(sighting={"date": "9999-12-31"}), Accepted({"last_seen.date": None})),
    "namus, a date that is a number": (namus(sighting={"date": 20_210_227}), Accepted({"last_seen.date": None})),
    "namus, Arabic digits": (namus(sighting={"date": "٢٠٢١-٠٢-٢٧"}), Accepted({"last_seen.date": "2021-02-27"})),
    "namus, off the Earth": (
        namus(sighting={"publicGeolocation": {"coordinates": {"lat": 1e300, "lon": "inf"}}}),
        Accepted({"last_seen.latitude": None, "last_seen.longitude": None}),
    ),
    "namus, markup in a name": (subject(firstName="[/nosuch]<b>"), Accepted({"names.0.given": "[/nosuch]<b>"})),
    "namus, NUL and bell": (subject(firstName="An\0n\x07"), Accepted({"names.0.given": "An n"})),
    "namus, bidirectional override": (subject(firstName="\u202eAnn"), Accepted({"names.0.given": "Ann"})),
    "namus, terminal sequence": (subject(firstName="\x1b[31mAnn\x1b]0;x\x07"), Accepted({"names.0.given": "Ann"})),
    "namus, header injection": (subject(firstName="Ann\r\nBcc: x@y"), Accepted({"names.0.given": "Ann Bcc: x@y"})),
    "namus, a name of spaces": (subject(firstName=" \u00a0\u200b\t"), _NONE),
    "namus, a name that is a list": (subject(firstName=["Ann"]), _NONE),
    "namus, a subject that is text": (namus(subjectIdentification="Ann"), _NONE),
    "namus, 10,000 nicknames": (lambda: subject(nicknames="Ann," * 10_000), Accepted({"names.19.kind": "alias"})),
    "namus, letters under 100 accents": (subject(firstName="A" + "\u0301" * 100), Accepted({"names.0.kind": "legal"})),
    "namus, a picture without an id": (namus(images=[{"files": {}}]), Accepted({"photos": ()})),
    "namus, a picture whose id is a path": (
        namus(images=[{"identityId": "../../1", "files": {"original": {"href": "/x"}}}]),
        Accepted({"photos": ()}),
    ),
    "namus, images that are an object": (namus(images={"0": 1}), Accepted({"photos": ()})),
    "namus, a negative height": (namus(subjectDescription={"heightFrom": -5}), Accepted({"height_cm": None})),
    "namus, an infinite height": (namus(subjectDescription={"heightFrom": "1e999"}), Accepted({"height_cm": None})),
    "namus, a true height": (namus(subjectDescription={"heightFrom": True}), Accepted({"height_cm": None})),
    "namus, an age of 10^30": (
        namus(subjectIdentification={"computedMissingMinAge": 10**30}),
        Accepted({"age_when_missing": None}),
    ),
    "namus, a telephone number in words": (phone("call me"), Accepted({"agencies.0.phone": None})),
    "namus, two telephone numbers": (phone("503-555-0142 503-555-0143"), Accepted({"agencies.0.phone": None})),
    "namus, a telephone number without end": (lambda: phone("503-555-01" * 800), Accepted({"agencies.0.phone": None})),
    "namus, a telephone number that is one": (phone(5_035_550_142), Accepted({"agencies.0.phone": None})),
    "namus, resolved as text": (namus(caseIsResolved="true"), Accepted({"status": "open"})),
    "namus, scripts without end": (
        lambda: namus(circumstances={"circumstancesOfDisappearance": "<script" * 2_000}),
        Accepted({"case_id": "namus:MP1"}),
    ),
    "namus, a script": (
        namus(circumstances={"circumstancesOfDisappearance": "a<script>alert(1)</script>b"}),
        Accepted({"narrative": "a b"}),
    ),
    "namus, a text of 4 MB": (
        lambda: namus(circumstances={"circumstancesOfDisappearance": "x" * 4_000_000}),
        Accepted({"narrative": "x" * 8_000}),
    ),
    "fbi, an impossible day": (fbi(description="February 31, 2020"), Accepted({"last_seen.date": None})),
    "fbi, year 9999": (fbi(description="September 6, 9999"), Accepted({"last_seen.date": None})),
    "fbi, a day written as in Britain": (fbi(description="6 September 2015"), Accepted({"last_seen.date": None})),
    "fbi, a link that is no address": (fbi(images=[{"original": "http://[x"}], path="/a"), Accepted({"photos": ()})),
    "fbi, one bad link of two": (
        fbi(images=[{"original": "http://[x"}, {"original": "https://x.example/1"}], path="/a"),
        Accepted({"photos.0.url": "https://x.example/1"}),
    ),
    "fbi, the same picture 60 times": (
        fbi(images=[{"original": "https://x.example/1"}] * 60),
        Accepted({"photos.0.url": "https://x.example/1"}),
    ),
    "fbi, images that are null": (fbi(images=None), Accepted({"photos": ()})),
    "fbi, a title of placeholders": (fbi(title="UNKNOWN - JANE DOE"), _NONE),
    "fbi, smart quotes": (fbi(aliases=["\u201cSlim\u201d"]), Accepted({"names.0.given": "Slim"})),
    "fbi, aliases of wrong types": (fbi(aliases=[None, 7, {}, "Ann"]), Accepted({"names.0.given": "Ann"})),
    "fbi, entities that name markup": (fbi(details="&lt;b&gt;bold"), Accepted({"narrative": "<b>bold"})),
    "fbi, an entity of no character": (fbi(details="a&#1114112;&#0;b"), Accepted({"case_id": "fbi:a1"})),
    "interpol, a birth in year 0": (interpol(date_of_birth="0000/00/00"), Accepted({"birth": None})),
    "interpol, an unknown day": (interpol(date_of_birth="1990/05/00"), Accepted({"birth.first": "1990-05-01"})),
    "interpol, missing before birth": (
        interpol(date_of_birth="2010/01/01", date_of_event="2001/01/01"),
        Accepted({"age_when_missing": None}),
    ),
    "interpol, nationalities of wrong types": (
        interpol(nationalities=["US", "us", 1, None, "U\n"]),
        Accepted({"nationalities": ("US",)}),
    ),
    "interpol, a country that breaks the line": (interpol(country="US\n"), Accepted({"last_seen.country": "US"})),
    "interpol, a picture id that is a path": (
        interpol(images={"_embedded": {"images": [{"picture_id": "../x", "_links": {"self": {"href": "/x"}}}]}}),
        Accepted({"photos": ()}),
    ),
    "interpol, colors of wrong types": (interpol(eyes_colors_id=[1, "BLU", None]), Accepted({"eyes_left": "blue"})),
    "interpol, a notice that is a list": (("interpol", b'{"notice": []}'), Refused("the document is that of")),
    "ncmec, an impossible day": (ncmec(missingDate="Feb 31, 2020"), Accepted({"last_seen.date": None})),
    "ncmec, unidentified remains": (ncmec(caseType="Unidentified"), Refused("unidentified remains")),
    "ncmec, an error": (("ncmec", b'{"status": "error", "msg": "no\\u001b[31m"}'), Refused("that of None.*'no'")),
    "ncmec, a path in the number": (ncmec(caseNumber="../1"), Refused("the document is that of")),
    "ncmec, an age backwards": (ncmec(approxAge="17-14"), Accepted({"age_when_missing.min": 14.0})),
    "ncmec, an age in words": (ncmec(approxAge="teen"), Accepted({"age_when_missing": None})),
    "ncmec, pictures in words": (ncmec(hasPhoto="yes"), Accepted({"photos": ()})),
    "ncmec, a name of one dash": (ncmec(firstName="-", lastName="N/A"), _NONE),
}
