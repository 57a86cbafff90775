from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from lambdas.console import app, words
from lambdas.console.person import Role
from lambdas.console.routes import NAVIGATION, ROUTES, Route
from lambdas.console.web.errors import InvalidError
from lambdas.console.web.forms import read_form, read_query
from lambdas.console.words.spanish import SPANISH
from tests.support.console import ConsoleClient, person

if TYPE_CHECKING:
    from tests.support.review_desk import Desk

TEMPLATES = Path(app.__file__).parent / "templates"


def ask(console: ConsoleClient, route: Route, accept: str) -> int:
    path = re.sub(r"<\w+>", "x", route.path)
    ask_for = console.get if route.method == "GET" else console.post
    return ask_for(path, accept=accept).status


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_route_refuses_every_role_it_does_not_name(console: ConsoleClient, accept: str) -> None:
    for route in ROUTES:
        for groups in ((), *((role,) for role in Role)):
            console.person = person(*groups)
            is_allowed = not route.roles.isdisjoint(groups)
            assert (ask(console, route, accept) != 403) == is_allowed, (route.method, route.path, groups)


def test_every_route_names_roles() -> None:
    assert all(route.roles for route in ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_refusal_is_audited_under_the_signed_in_name(console: ConsoleClient, desk: Desk) -> None:
    console.person = person("auditor", name="kim@agency.example")
    assert console.get("/encounters").status == 403
    [record] = desk.audit.of("console#2026-11-23")
    assert (record.kind, record.by, record.via, record.note) == (
        "refused",
        "kim@agency.example",
        "console",
        "GET /encounters",
    )


def test_navigation_offers_only_what_the_role_may_use(console: ConsoleClient) -> None:
    assert 'href="/encounters"' in console.get("/encounters").text
    console.person = person("auditor")
    assert 'href="/encounters"' not in console.get("/nothing").text


def test_same_route_answers_a_page_or_json(console: ConsoleClient, desk: Desk) -> None:
    desk.add_encounter("e1")
    assert "e1" in console.get("/encounters").text
    assert [each["encounter_id"] for each in console.get_json("/encounters")["encounters"]] == ["e1"]


def test_unknown_path_is_not_found_as_page_and_json(console: ConsoleClient) -> None:
    assert console.get("/nothing").status == 404
    answered = console.get("/nothing", accept="application/json")
    assert (answered.status, answered.json()) == (404, {"error": "There is nothing at this address."})


def test_pages_forbid_caches_frames_and_foreign_content(console: ConsoleClient) -> None:
    for path in ("/encounters", "/nothing"):
        headers = console.get(path).headers
        assert headers["cache-control"] == "private, no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


def test_pages_load_only_files_of_the_console(console: ConsoleClient) -> None:
    page = console.get("/encounters").text
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert [file.rpartition("/")[2] for file in files] == ["style.css", "script.js"]
    for file in files:
        answered = console.get(file)
        assert (answered.status, answered.headers["content-encoding"]) == (200, "gzip")
        assert "immutable" in answered.headers["cache-control"]
    assert "http://" not in page
    assert "https://" not in page


def test_static_file_with_another_digest_is_not_found(console: ConsoleClient) -> None:
    for path in ("/static/0000000000000000/style.css", "/static/x/..%2Fapp.py", "/static/x/pico.LICENSE.txt"):
        assert console.get(path).status == 404


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("**/*.html")), ids=lambda path: path.name)
def test_templates_have_no_inline_scripts_or_styles(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]+src=)|javascript:|\|\s*safe", text)


def test_navigation_is_translated() -> None:
    assert set(NAVIGATION.values()) <= set(SPANISH)
    assert words.words("es")("Sign out") == "Cerrar sesión"


def test_browser_chooses_the_language(console: ConsoleClient) -> None:
    assert '<html lang="es">' in console.get("/encounters", accept_language="es-MX,es;q=0.9").text
    assert '<html lang="en">' in console.get("/encounters", accept_language="de").text


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    score: float = 0
    cameras: list[str] = []


def test_query_leaves_out_what_nobody_filled_in() -> None:
    assert read_query("score=&cameras=a&cameras=b&more=1", Filters) == Filters(cameras=["a", "b"])
    assert read_query("score=91.5&score=92", Filters) == Filters(score=92)


@pytest.mark.parametrize("query", ["score=high", "score=%ff", "&".join(f"a{n}=1" for n in range(200))])
def test_query_that_is_not_valid_says_why(query: str) -> None:
    with pytest.raises(InvalidError, match="not valid"):
        read_query(query, Filters)


def test_multipart_form_has_fields_and_files() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="score"\r\n\r\n90\r\n'
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        b"\xff\xd8\r\n\x00\x1a\r\n--x--\r\n"
    )
    form, files = read_form(body, "multipart/form-data; boundary=x", Filters)
    assert (form.score, files["photo"].content) == (90, b"\xff\xd8\r\n\x00\x1a")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"no form", "multipart/form-data"),
        (b"--x\r\n\r\nno name\r\n--x--", "multipart/form-data; boundary=x"),
        (b"{", "application/json"),
        (b'{"score": "high"}', "application/json"),
        (b'{"cameras": ["\xff"]}', "application/json"),
        (b'{"x":' + b"[" * 2000, "application/json"),
        (b"score=high", "application/x-www-form-urlencoded"),
        (b"\xff", "application/x-www-form-urlencoded"),
    ],
)
def test_form_that_is_not_valid_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(InvalidError):
        read_form(body, content_type, Filters)


@pytest.mark.parametrize("path", ["/encounters", "/nothing"])
def test_console_answers_head_as_get_without_a_body(console: ConsoleClient, path: str) -> None:
    head, get = console.head(path), console.get(path)
    assert (head.status, head.headers.keys(), head.body) == (get.status, get.headers.keys(), b"")
