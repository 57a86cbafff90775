from __future__ import annotations

import base64
import contextlib
import itertools
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from standardwebhooks import Webhook, WebhookVerificationError

from lambdas.webhook import post
from lambdas.webhook.bounded_pool import bounded_pool
from lambdas.webhook.post import NotDeliveredError, Poster, Receiver
from lambdas.webhook.signature import signed_headers
from tests.support.raw_server import raw_server
from tests.support.web import web_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.web import Web

KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
BODY = json.dumps({"alert_id": "notice#e1#digest#1.es", "text": "POSIBLE COINCIDENCIA: José"}).encode()


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        yield web


def poster(secret: str = KEY, *, is_local: bool = True, at: datetime | None = None) -> Poster:
    return Poster(
        http=bounded_pool(),
        read_secret=lambda _: secret,
        is_local=is_local,
        now=lambda: at or datetime.now(tz=UTC),
    )


def webhook(web: Web) -> Receiver:
    return Receiver(name="records", secret="arn:key", url=web.url)


def test_official_library_verifies_the_signature(web: Web) -> None:
    poster().post(webhook(web), BODY, attempt=1)
    [post] = web.posts
    assert (post.path, post.body) == ("/alerts", BODY)
    assert Webhook(f"whsec_{KEY}").verify(post.body, post.headers) == json.loads(BODY)
    assert post.headers["webhook-id"] == "notice-e1-digest-1-es"
    assert post.headers["content-type"] == "application/json"


def test_official_library_refuses_changed_or_old_posts(web: Web) -> None:
    poster().post(webhook(web), BODY, attempt=1)
    poster(at=datetime.now(tz=UTC) - timedelta(minutes=6)).post(webhook(web), BODY, attempt=1)
    fresh, old = (post.headers for post in web.posts)
    body = web.posts[0].body
    receiver = Webhook(f"whsec_{KEY}")
    with pytest.raises(WebhookVerificationError, match="too old"):
        receiver.verify(body, old)
    with pytest.raises(WebhookVerificationError, match="No matching"):
        receiver.verify(body + b" ", fresh)
    with pytest.raises(WebhookVerificationError, match="No matching"):
        receiver.verify(body, {**fresh, "webhook-id": "other"})
    with pytest.raises(WebhookVerificationError, match="No matching"):
        Webhook(base64.b64encode(b"another key").decode()).verify(body, fresh)


def test_signature_matches_the_specifications_example() -> None:
    """The test vector of the Standard Webhooks libraries."""
    headers = signed_headers(
        b'{"test": 2432232314}',
        secret="MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at_s=1614265330,
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_attempts_share_the_id_but_not_the_time(web: Web) -> None:
    at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    poster(at=at).post(webhook(web), BODY, attempt=1)
    poster(at=at + timedelta(seconds=5)).post(webhook(web), BODY, attempt=2)
    ids, times = ([post.headers[name] for post in web.posts] for name in ("webhook-id", "webhook-timestamp"))
    assert len(set(ids)) == 1
    assert int(times[1]) - int(times[0]) == 5


def test_chat_room_gets_only_the_text_without_signature(web: Web) -> None:
    poster(web.url).post(Receiver(name="team", secret="arn:address"), BODY, attempt=1)
    [post] = web.posts
    assert json.loads(post.body) == {"text": "POSIBLE COINCIDENCIA: José"}
    assert not [name for name in post.headers if name.startswith("webhook")]


@pytest.mark.parametrize(
    ("status", "headers", "attempt", "pause_s"),
    [
        (500, {}, 1, 5),
        (503, {}, 2, 10),
        (502, {}, 3, 20),
        (429, {}, 12, 900),
        (429, {"retry-after": "120"}, 1, 120),
        (503, {"retry-after": "2"}, 3, 20),
        (503, {"retry-after": "999999"}, 1, 3600),
        (503, {"retry-after": "Mon, 23 Nov 2026 03:10:00 GMT"}, 1, 600),
        (503, {"retry-after": "soon"}, 1, 5),
        (400, {}, 1, 1),
        (404, {}, 7, 1),
        (301, {"location": "https://elsewhere.example"}, 1, 1),
    ],
)
def test_answer_determines_the_retry_pause(
    web: Web, status: int, headers: dict[str, str], attempt: int, pause_s: int
) -> None:
    web.answer = lambda _: (status, headers)
    with pytest.raises(NotDeliveredError, match=str(status)) as failed:
        poster(at=datetime(2026, 11, 23, 3, 0, tzinfo=UTC)).post(webhook(web), BODY, attempt=attempt)
    assert failed.value.pause_s == pause_s
    assert len(web.posts) == 1


def test_unreachable_receiver_error_hides_the_address() -> None:
    receiver = Receiver(name="team", secret="arn:address")
    with pytest.raises(NotDeliveredError) as failed:
        poster("http://127.0.0.1:9/services/a-secret").post(receiver, BODY, attempt=4)
    assert failed.value.pause_s == 40
    assert "a-secret" not in repr(failed.value)
    assert failed.value.__suppress_context__


@pytest.mark.parametrize(
    ("address", "is_local"),
    [
        ("http://127.0.0.1:1/x", False),
        ("http://hooks.example/x", True),
        ("http://127.0.0.1.hooks.example/x", True),
        ("file:///etc/passwd", True),
        (KEY, True),
    ],
)
def test_http_is_refused_except_to_localhost(address: str, is_local: bool) -> None:
    with pytest.raises(NotDeliveredError, match="no https:// address"):
        poster(address, is_local=is_local).post(Receiver(name="team", secret="arn"), BODY, attempt=1)


@pytest.mark.parametrize(
    ("head", "expected"),
    [(b"", pytest.raises(NotDeliveredError)), (b"HTTP/1.1 200 OK\r\nx: ", contextlib.nullcontext())],
)
def test_receiver_cannot_prolong_its_answer(head: bytes, expected: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "_TIMEOUT", urllib3.Timeout(connect=5, read=0.3))
    with raw_server() as server:
        server.answers["/slow"] = itertools.chain([head], itertools.repeat(b"y"))
        server.pause_s = 0.02
        started = time.monotonic()
        with expected:
            poster().post(Receiver(name="records", secret="arn:key", url=f"{server.url}/slow"), BODY, attempt=3)
    assert time.monotonic() - started < 10
