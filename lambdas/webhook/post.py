"""Post one alert to one receiver, and decide when to retry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec
import urllib3

from lambdas.webhook.chat_text import chat_text
from lambdas.webhook.signature import signed_headers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_FIRST_PAUSE_S = 5
_MAX_PAUSE_S = 900
_MAX_RETRY_AFTER_S = 3600
_TIMEOUT = urllib3.Timeout(connect=5, read=10)
_HTTPS = re.compile(r"https://[^\s/]+\S*")
_LOCALHOST = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?")


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook or a chat room.

    `secret` is the ARN of a secret: the signing key of a webhook, or the address of a chat room, which has no `url`.
    """

    name: str
    secret: str
    url: str | None = None


class NotDeliveredError(RuntimeError):
    """The receiver did not accept the alert. The message says why; retry after `pause_s` seconds."""

    def __init__(self, reason: str, *, pause_s: int) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


@dataclass(frozen=True, kw_only=True)
class Poster:
    """Posts alerts. `read_secret` reads a secret by its ARN; `is_local` allows http:// addresses on localhost."""

    http: urllib3.PoolManager
    read_secret: Callable[[str], str]
    is_local: bool
    now: Callable[[], datetime]

    def post(self, receiver: Receiver, body: bytes, *, attempt: int) -> None:
        """Post the JSON document of an alert. Redirects are not followed: they may lead to any server.

        Raises:
            NotDeliveredError: the receiver is unreachable, or its status is not 2xx.
        """
        secret = self.read_secret(receiver.secret)
        url = receiver.url or secret
        if not (_HTTPS.fullmatch(url) or (self.is_local and _LOCALHOST.fullmatch(url))):
            reason = f"no https:// address; set that of a chat room with: homeward webhook set-url {receiver.name}"
            raise NotDeliveredError(reason, pause_s=_backoff_s(attempt))
        posted, headers = self._signed(body, secret) if receiver.url else _chat_message(body)
        headers |= {"content-type": "application/json", "user-agent": "Homeward"}
        try:
            answer = self.http.request(
                "POST",
                url,
                body=posted,
                headers=headers,
                timeout=_TIMEOUT,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except urllib3.exceptions.HTTPError as error:
            # The message of the error may contain the address, which is a secret for a chat room.
            raise NotDeliveredError(type(error).__name__, pause_s=_backoff_s(attempt)) from None
        answer.close()
        self._check(answer.status, answer.headers.get("retry-after"), attempt)

    def _signed(self, body: bytes, secret: str) -> tuple[bytes, dict[str, str]]:
        message_id = msgspec.json.decode(body)["alert_id"]
        at_s = int(self.now().timestamp())
        return body, signed_headers(body, secret=secret, message_id=message_id, at_s=at_s)

    def _check(self, status: int, retry_after: str | None, attempt: int) -> None:
        if 200 <= status < 300:
            return
        if status == 429 or status >= 500:
            requested_s = self._retry_after_s(retry_after)
            pause_s = _backoff_s(attempt)
            if requested_s:
                pause_s = min(max(pause_s, requested_s), _MAX_RETRY_AFTER_S)
            raise NotDeliveredError(f"the receiver answered {status}", pause_s=pause_s)
        # A retry rarely helps. A short pause soon moves the alert to the dead-letter queue, where an operator sees it.
        raise NotDeliveredError(f"the receiver refused with {status}", pause_s=1)

    def _retry_after_s(self, retry_after: str | None) -> int:
        """Parse a Retry-After header, which has seconds or a date; 0 if it has neither."""
        if not retry_after:
            return 0
        if retry_after.isdecimal():
            return int(retry_after)
        try:
            return max(0, round((parsedate_to_datetime(retry_after) - self.now()).total_seconds()))
        except (TypeError, ValueError):
            return 0


def _chat_message(body: bytes) -> tuple[bytes, dict[str, str]]:
    """Build the message format that Slack, Mattermost, Rocket.Chat and Google Chat share."""
    document = msgspec.json.decode(body)
    return msgspec.json.encode({"text": chat_text(document["text"], link=document.get("link", ""))}), {}


def _backoff_s(attempt: int) -> int:
    return int(min(_FIRST_PAUSE_S * 2 ** (attempt - 1), _MAX_PAUSE_S))
