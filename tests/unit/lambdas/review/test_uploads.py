"""The form behind an upload link."""

from __future__ import annotations

import base64
import importlib
import json
import re
import sys
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.common.times import now
from lambdas.review.upload_links import new_upload_link
from tests.support.review_functions import CONTEXT, ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def ask(s3: S3Client, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    sys.modules.pop("lambdas.review.uploads_handler", None)
    module = importlib.import_module("lambdas.review.uploads_handler")

    def send(path: str) -> Any:
        http = {"method": "GET", "path": path}
        event = {"rawPath": path, "requestContext": {"http": http, "stage": "$default"}, "headers": {}}
        answer = module.handler(event, CONTEXT)
        return SimpleNamespace(status=answer["statusCode"], headers=answer["headers"], body=answer["body"])

    return send


@pytest.fixture
def link(dynamodb: DynamoDBClient) -> str:
    return new_upload_link(dynamodb, table="encounters", camera="transit-7", expires_at=now() + timedelta(minutes=10))


def test_form_signs_one_picture_of_its_camera(ask: Callable[[str], Any], link: str) -> None:
    page = ask(link)
    assert page.status == 200
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.body))
    link_id = link.split("/")[2]
    assert re.fullmatch(rf"captures/transit-7/upload-{link_id}/[0-9a-f]{{16}}\.jpg", fields["key"])
    conditions = json.loads(base64.b64decode(unescape(fields["policy"])))["conditions"]
    assert {"key": fields["key"]} in conditions
    assert ["content-length-range", 1, 15_000_000] in conditions
    assert {"success_action_redirect": f"https://links.example{link}/sent"} in conditions
    assert fields["key"] not in ask(link).body, "each form has a key of its own"


def test_form_names_the_agency_and_has_no_inline_code(ask: Callable[[str], Any], link: str) -> None:
    page = ask(link)
    assert "Town &lt;Police&gt; searches" in page.body
    assert not re.search(r"<script>|\son\w+=|javascript:|style=", page.body)
    policy = dict(rule.split(" ", 1) for rule in page.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    action = re.search(r'action="(https?://[^/"]+)', page.body)
    assert action
    assert set(policy["form-action"].split()) == {"'self'", action[1], "https://links.example"}
    assert ask("/u/form.js").body.startswith('"use strict"')


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("es", ("Enviar una imagen", "¿Dónde se tomó?", "La imagen ha llegado", "Este enlace no funciona")),
        (
            "fr",
            ("Envoyer une image", "Où a-t-elle été prise ?", "est arrivée", "Ce lien ne fonctionne pas"),
        ),
    ],
)
def test_form_is_in_the_language_of_the_agency(
    language: str,
    lines: tuple[str, ...],
    dynamodb: DynamoDBClient,
    link: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ENVIRONMENT, "LANGUAGE", language)
    ask = request.getfixturevalue("ask")
    pages = [ask(path).body for path in (link, f"{link}/sent", f"{link}x")]
    assert all(f'<html lang="{language}">' in page for page in pages)
    assert all(line in "".join(pages) for line in lines)
    messages = re.findall(r'data-(?!max)[a-z-]+="([^"]+)"', pages[0])
    assert len(messages) == len(set(messages)) == 4


@pytest.mark.parametrize("end", ["", "/sent"])
def test_wrong_or_expired_link_shows_nothing(
    ask: Callable[[str], Any], link: str, dynamodb: DynamoDBClient, end: str
) -> None:
    assert ask(link + end).status == 200
    old = new_upload_link(dynamodb, table="encounters", camera="transit-7", expires_at=now() - timedelta(seconds=1))
    for path in (f"{link[:-1]}{end}", f"{old}{end}", f"/u/0000{end}", "/u/a%2Fb/c", "/e/0/0"):
        page = ask(path)
        assert page.status == 404
        assert "<form" not in page.body
