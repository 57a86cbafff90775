"""The links function, with requests as a browser sends them."""

from __future__ import annotations

import base64
import importlib
import re
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from lambdas.cases.case import Case, CaseStatus, Name, Range
from lambdas.common.dynamodb import to_attributes
from lambdas.common.times import to_text
from lambdas.common.trusted_time import TimeDoubt
from lambdas.encounters.encounter import AlertState, Review, RunnerUp, Sighting, Stage, Timeline
from tests.support.review_functions import CONTEXT, ENVIRONMENT
from tests.support.stories import MARLOWE, put_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.review_desk import Desk

LINK = "/e/e1/secret"


GOLDEN = Path(__file__).with_name("golden")
APART = msgspec.structs.replace(
    MARLOWE,
    last_seen=msgspec.structs.replace(MARLOWE.last_seen, latitude=44.05, longitude=-121.3),
    height_cm=Range(min=177.8, max=177.8),
    weight_kg=Range(min=75, max=75),
    marks=("Tattoo: Swallow",),
    clothing=("Grey <b>wool</b> coat",),
    narrative="Left home at noon.\n\nTook the <i>bus</i>.",
)


@pytest.fixture
def load(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Return a function that imports a handler module as a cold start does."""

    def import_module(name: str) -> Any:
        for variable, value in ENVIRONMENT.items():
            monkeypatch.setenv(variable, value)
        sys.modules.pop(f"lambdas.review.{name}", None)
        return importlib.import_module(f"lambdas.review.{name}")

    return import_module


@pytest.fixture
def ask(load: Callable[[str], Any], desk: Desk) -> Callable[..., Any]:
    """Return a function that sends a request and returns status, headers and body."""
    put_case(desk.dynamodb)
    desk.dynamodb.put_item(TableName="cameras", Item=to_attributes({"camera": "cam-01", "site": "North Station"}))
    module = load("links_handler")
    object.__setattr__(module.links, "now", desk.clock)

    def send(
        path: str,
        *,
        method: str = "GET",
        body: str = "",
        encoded: bool = False,
        visitor: str = "198.51.100.7",
        content_type: str = "application/x-www-form-urlencoded",
    ) -> Any:
        http = {"method": method, "path": path, "sourceIp": visitor}
        event = {
            "rawPath": path,
            "requestContext": {"http": http, "stage": "$default"},
            "headers": {"content-type": content_type},
            "body": base64.b64encode(body.encode()).decode() if encoded else body,
            "isBase64Encoded": encoded,
        }
        answer = module.handler(event, CONTEXT)
        given = {name.lower(): value for name, value in answer["headers"].items()}
        return SimpleNamespace(status=answer["statusCode"], headers=given, body=answer["body"])

    return send


def test_page_has_every_fact_to_act_on(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(alert=AlertState.SENT, alerted_at="2026-11-23T02:59:30.000Z")
    page = ask(LINK)
    assert page.status == 200
    assert "<h1>Possible match, not verified</h1>" in page.body
    for fact in ("Marlowe Quill Exampleton", "91.5 of 100", "North Station (cam-01)", "(503) 555-0142", "Feb 27, 2021"):
        assert f"<dd>{fact}" in page.body or f"{fact}</dd>" in page.body, fact
    assert re.findall(r'<img src="([^"]+)"', page.body) == [f"{LINK}/seen.jpg", f"{LINK}/photo.jpg"]
    assert "Nobody has acknowledged this yet." in page.body
    assert '<a class="call" href="tel:+15035550142">Call Nowhere Falls Police Department' in page.body
    assert not re.search(r"<script|<button[^>]*>(Confirm|Dismiss)", page.body)


@pytest.mark.parametrize("path", [LINK, f"{LINK}/seen.jpg", "/e/e1/wrong", "/e"])
def test_head_is_answered_as_get_without_a_body(desk: Desk, ask: Callable[..., Any], path: str) -> None:
    """A scanner of links sends HEAD, which acknowledges nothing."""
    desk.add_encounter(**ALERTED)
    head, get = ask(path, method="HEAD"), ask(path)
    assert (head.status, head.headers.keys(), head.body) == (get.status, get.headers.keys(), "")
    assert desk.encounter().acknowledged_at is None


def test_page_offers_to_sign_in_while_a_verdict_counts(desk: Desk, ask: Callable[..., Any]) -> None:
    offer = '<a class="call" href="https://console.example/encounters/e1" rel="noreferrer">Sign in to decide</a>'
    for review, is_offered in ((Review.OPEN, True), (Review.DISMISSED, True), (Review.EXPIRED, False)):
        desk.add_encounter(review=review)
        assert (offer in ask(LINK).body) is is_offered, review
    put_case(desk.dynamodb, status=CaseStatus.RESOLVED)
    desk.add_encounter()
    assert offer not in ask(LINK).body


@pytest.fixture
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The agency's language. A test names it before `ask`, which imports the function."""
    monkeypatch.setitem(ENVIRONMENT, "LANGUAGE", request.param)
    return str(request.param)


@pytest.mark.parametrize("language", ["en", "es", "fr"], indirect=True)
def test_page_reads_as_kept(language: str, desk: Desk, ask: Callable[..., Any], request: pytest.FixtureRequest) -> None:
    """The visible text of the page, a line each. Accept a change with --snapshot-update, and read the difference."""
    put_case(desk.dynamodb, APART)
    shot = desk.add_sighting("e1", 0)
    alike = msgspec.structs.replace(shot, runner_up=RunnerUp(case_id="namus:MP900102", similarity=88.5))
    desk.add_encounter(alert=AlertState.SENT, alerted_at="2026-11-23T02:59:30.000Z", sightings={"c0": alike})
    page = ask(LINK).body
    assert f'<html lang="{language}">' in page
    body = page.partition("</style>")[2]
    lines = (unescape(line).strip() for line in re.sub(r"</?(?!b>|i>)[^>]+>", "\n", body).splitlines())
    text = "\n".join(line for line in lines if line) + "\n"
    golden = GOLDEN / f"link_page.{language}.txt"
    if request.config.getoption("update_snapshots"):
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("language", ["es"], indirect=True)
def test_refusals_are_in_the_language_of_the_agency(language: str, desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(alert=AlertState.SENT, alerted_at="2026-11-23T03:00:00.000Z")
    assert "Escriba su nombre o número de placa." in ask(LINK, method="POST", body="by=").body
    assert "No encontrado" in ask("/e/e1/wrong").body
    desk.clock.advance(hours=73)
    expired = ask(LINK).body
    assert "Este enlace ha caducado" in expired
    assert f'<html lang="{language}">' in expired


def test_page_has_what_tells_the_person_apart(desk: Desk, ask: Callable[..., Any]) -> None:
    put_case(desk.dynamodb, APART)
    desk.add_encounter()
    page = ask(LINK).body
    for fact in (
        "<dt>Age</dt><dd>37 when missing in 2021 (about 43 now)</dd>",
        "<dt>Height</dt><dd>5 ft 10 in (178 cm)</dd>",
        "<dt>Weight</dt><dd>165 lb (75 kg)</dd>",
        "<dt>Marks</dt><dd>Tattoo: Swallow</dd>",
        "<dt>Clothing</dt><dd>Grey &lt;b&gt;wool&lt;/b&gt; coat</dd>",
        "<p>Left home at noon.</p>\n<p>Took the &lt;i&gt;bus&lt;/i&gt;.</p>",
        'href="https://www.openstreetmap.org/?mlat=44.05000&amp;mlon=-121.30000#map=13/44.05000/-121.30000"',
    ):
        assert fact in page, fact


def test_map_link_searches_a_place_without_coordinates(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter()
    assert 'href="https://www.openstreetmap.org/search?query=Nowhere+Falls%2C+OR" rel="noreferrer' in ask(LINK).body


def test_page_says_why_a_time_is_not_believed(desk: Desk, ask: Callable[..., Any]) -> None:
    taken = "2026-11-23T02:59:00.000Z"
    shot = Sighting(
        similarity=97, captured_at=taken, key="encounters/e1/c0.jpg", photo_id="1", time_doubt=TimeDoubt.FUTURE
    )
    desk.add_encounter(sightings={"c0": shot})
    page = ask(LINK).body
    assert "<dt>Received</dt><dd>Nov 22, 2026 19:59 MST, the sender&#x27;s time is in the future</dd>" in page
    assert "Received from North Station, Nov 22, 2026 19:59 MST" in page
    assert "<dt>Seen</dt>" not in page


@pytest.mark.parametrize("poison", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"])
def test_page_opens_with_a_poison_time_of_an_earlier_version(desk: Desk, ask: Callable[..., Any], poison: str) -> None:
    here = to_text(desk.clock())
    shot = Sighting(similarity=97, captured_at=poison, key="encounters/e1/c0.jpg", photo_id="1")
    line = Timeline(captured_at=poison, received_at=here, searched_at=here, encountered_at=here)
    desk.add_encounter(sightings={"c0": shot}, timeline=line, started_at=poison)
    assert "<dt>Received</dt><dd>Nov 22, 2026 20:00 MST" in ask(LINK).body


def test_headers_forbid_caching_and_other_content(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter()
    page = ask(LINK)
    policy = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    images = policy["img-src"].split()
    for name in ("seen", "photo"):
        address = urlsplit(ask(f"{LINK}/{name}.jpg").headers["location"])
        assert f"{address.scheme}://{address.netloc}" in images
    assert len(images) == 4
    assert "no-store" in page.headers["cache-control"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]


def test_viewing_changes_only_the_audit(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(alert=AlertState.SENT)
    before = desk.item("e1")
    ask(LINK)
    ask(f"{LINK}/seen.jpg")
    ask(f"{LINK}/photo.jpg")
    assert desk.item("e1") == before
    assert sorted((record.kind.value, record.note or "") for record in desk.audit.of("e1")) == [
        ("picture_viewed", "photo.jpg"),
        ("picture_viewed", "seen.jpg"),
        ("viewed", ""),
    ]


@pytest.mark.parametrize(("name", "key"), [("seen", "encounters/e1/c1.jpg"), ("photo", "namus/MP900101/910101.jpg")])
def test_picture_redirects_to_a_url_valid_for_a_minute(
    desk: Desk, ask: Callable[..., Any], name: str, key: str
) -> None:
    desk.add_encounter()
    answer = ask(f"{LINK}/{name}.jpg")
    address = urlsplit(answer.headers["location"])
    assert answer.status == 302
    assert address.scheme == "https"
    assert address.path.endswith(key)
    assert parse_qs(address.query)["X-Amz-Expires"] == ["60"]


@pytest.mark.parametrize("encoded", [False, True])
def test_page_names_who_acknowledged(desk: Desk, ask: Callable[..., Any], encoded: bool) -> None:
    desk.add_encounter(alert=AlertState.SENT)
    answer = ask(LINK, method="POST", body="by=Officer+B%C3%A4r+%3Cb%3E", encoded=encoded)
    assert (answer.status, answer.headers["location"]) == (303, LINK)
    assert desk.encounter().stage is Stage.ACKNOWLEDGED
    assert desk.audited() == [("acknowledged", "Officer Bär <b>")]
    page = ask(LINK).body
    assert "Acknowledged by Officer Bär &lt;b&gt;, Nov 22, 2026 20:00 MST." in page
    assert "<form" not in page
    assert ask(LINK, method="POST", body="by=Second").status == 303
    assert desk.encounter().acknowledged_by == "Officer Bär <b>"


@pytest.mark.parametrize("body", ["", "by=", "by=%20%00%0A", "name=Ada"])
def test_acknowledgment_needs_a_name(desk: Desk, ask: Callable[..., Any], body: str) -> None:
    desk.add_encounter()
    answer = ask(LINK, method="POST", body=body)
    assert answer.status == 400
    assert "Write your name or badge number." in answer.body
    assert desk.encounter().acknowledged_at is None


def test_every_wrong_link_gets_the_same_answer(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter()
    desk.add_encounter("e0", link_token="")
    paths = ["/e/e1/wrong", "/e/e9/secret", "/e/e0/x", "/e/window%23x/secret", f"{LINK}/other.jpg", "/", "/e/e1"]
    answers = [ask(path) for path in paths] + [ask("/e/e1/wrong", method="POST", body="by=Ada")]
    assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
    assert {tuple(sorted(answer.headers.items())) for answer in answers} == {tuple(sorted(answers[0].headers.items()))}
    assert desk.audited() == []


def test_expired_link_says_so(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(alert=AlertState.SENT, alerted_at="2026-11-23T03:00:00.000Z")
    desk.clock.advance(hours=72)
    assert ask(LINK).status == 200
    desk.clock.advance(seconds=1)
    for answer in (ask(LINK), ask(f"{LINK}/seen.jpg"), ask(LINK, method="POST", body="by=Ada")):
        assert answer.status == 410
        assert "This link has expired" in answer.body
    assert ask("/e/e1/wrong").status == 404
    assert desk.encounter().acknowledged_at is None


@pytest.mark.parametrize(
    ("review", "text", "pictures"),
    [
        (Review.CONFIRMED, "Confirmed by a reviewer.", 2),
        (Review.UNDECIDED, "A reviewer could not decide.", 2),
        (Review.DISMISSED, "not the missing person. Stand down.", 0),
        (Review.WITHDRAWN, "The case is closed. Stand down.", 0),
        (Review.EXPIRED, "Nobody decided in time", 0),
    ],
)
def test_page_states_the_verdict(desk: Desk, ask: Callable[..., Any], review: Review, text: str, pictures: int) -> None:
    desk.add_encounter(review=review)
    page = ask(LINK)
    assert text in page.body
    assert page.body.count("<img") == pictures
    assert "<form" not in page.body
    assert ask(f"{LINK}/seen.jpg").status == (302 if pictures else 404)
    assert ask(LINK, method="POST", body="by=Ada").status == 303
    assert desk.encounter().acknowledged_at is None


def test_page_of_a_closed_case_says_stand_down(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter()
    put_case(desk.dynamodb, status=CaseStatus.RESOLVED)
    page = ask(LINK)
    assert "The case is closed. Stand down." in page.body
    assert "<form" not in page.body


def test_html_in_a_name_is_escaped(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter()
    name = '<img src=x onerror="alert(1)">'
    case = Case(case_id=MARLOWE.case_id, source="namus", source_id="MP900101", names=(Name(family=name),))
    put_case(desk.dynamodb, case)
    page = ask(LINK).body
    assert "onerror" in page
    assert name not in page


def test_stored_text_shows_no_control_characters(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(acknowledged_at="2026-11-23T02:59:00.000Z", acknowledged_by="Ada\u202e\x1b[31m\nLovelace")
    page = ask(LINK).body
    assert "Acknowledged by Ada Lovelace, " in page
    assert 'content="telephone=no, address=no, email=no, date=no"' in page


def test_daily_function_expires_and_settles(desk: Desk, load: Callable[[str], Any]) -> None:
    desk.add_encounter("old", started_at="2001-01-01T00:00:00.000Z")
    desk.add_encounter("dismissed", review=Review.DISMISSED)
    module = load("daily_handler")
    assert module.handler({}, CONTEXT) == {"EncountersExpired": 1, "EncountersSettled": 1}
    assert desk.picture_keys() == []


ALERTED: dict[str, Any] = {"alert": AlertState.SENT, "alerted_at": "2026-11-23T02:59:30.000Z"}


@pytest.mark.parametrize(
    "path",
    [
        "/e/" + "x" * 3000 + "/secret",
        "/e/e1/" + "s" * 3000,
        "/e/e1\x00/secret",
        "/e/e1/secret\x00",
        "/e/\udcff/secret",
        "/e/%00/secret",
        "/e/window#namus:MP900101#cam-01/secret",
        "/e//secret",
        "/e/é/s",
    ],
    ids=ascii,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_absurd_link_is_not_found(desk: Desk, ask: Callable[..., Any], path: str, method: str) -> None:
    desk.add_encounter(**ALERTED)
    assert ask(path, method=method, body="by=x").status == 404


@pytest.mark.parametrize(
    "form",
    [
        {"body": "by=" + "x" * 10_000_000},
        {"body": "by=%FF%FE"},
        {"body": "by=%00"},
        {"body": "by=x\udcff"},
        {"body": "&".join(["a=b"] * 50) + "&by=x"},
        {"body": "by=x", "content_type": "application/json"},
        {"body": "by=x", "content_type": "multipart/form-data; boundary=b"},
        {"body": ""},
    ],
    ids=lambda form: ascii(form)[:40],
)
def test_absurd_form_is_refused(desk: Desk, ask: Callable[..., Any], form: dict[str, str]) -> None:
    desk.add_encounter(**ALERTED)
    assert ask(LINK, method="POST", **form).status == 400
    assert desk.encounter().acknowledged_at is None


@pytest.mark.parametrize("body", ["by=x", "====", "\udcff", "/////w=="], ids=ascii)
def test_body_that_is_no_base64_is_refused(desk: Desk, load: Callable[[str], Any], body: str) -> None:
    desk.add_encounter(**ALERTED)
    module = load("links_handler")
    object.__setattr__(module.links, "now", desk.clock)
    event = {
        "rawPath": LINK,
        "requestContext": {"http": {"method": "POST", "path": LINK}, "stage": "$default"},
        "headers": {},
        "body": body,
        "isBase64Encoded": True,
    }
    assert module.handler(event, CONTEXT)["statusCode"] == 400


def test_looks_of_one_visitor_are_one_record(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(**ALERTED)
    for _ in range(5):
        ask(LINK)
        ask(f"{LINK}/seen.jpg")
    assert [kind for kind, _ in desk.audited()].count("viewed") == 1
    assert [kind for kind, _ in desk.audited()].count("picture_viewed") == 1
    ask(LINK, visitor="203.0.113.9")
    desk.clock.advance(minutes=6)
    ask(LINK)
    assert [kind for kind, _ in desk.audited()].count("viewed") == 3


def test_flood_of_looks_locks_only_its_visitor(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(**ALERTED)
    assert [ask(LINK).status for _ in range(61)] == [200] * 60 + [429]
    assert ask(LINK, visitor="203.0.113.9").status == 200
    desk.clock.advance(minutes=6)
    assert ask(LINK).status == 200


def test_wrong_tokens_lock_their_visitor_for_a_while(desk: Desk, ask: Callable[..., Any]) -> None:
    desk.add_encounter(**ALERTED)
    assert [ask(f"{LINK}{guess}").status for guess in range(6)] == [404] * 5 + [429]
    assert ask(LINK).status == 429
    assert ask(LINK, visitor="203.0.113.9").status == 200
    assert sorted(kind for kind, _ in desk.audited()) == ["locked", "viewed"]
    desk.clock.advance(minutes=16)
    assert ask(LINK).status == 200


def test_guessed_encounters_leave_no_item(desk: Desk, ask: Callable[..., Any]) -> None:
    before = desk.dynamodb.scan(TableName="encounters")["Count"]
    for number in range(7):
        assert ask(f"/e/unknown{number}/secret").status == 404
    assert desk.dynamodb.scan(TableName="encounters")["Count"] == before
