"""Post one alert to one receiver, and say how to go on where that fails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec
import urllib3

from lambdas.webhook.signature import signed_headers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_FIRST_PAUSE_S = 5
_LONGEST_PAUSE_S = 900
_LONGEST_ASKED_FOR_S = 3600
_TIMEOUT = urllib3.Timeout(connect=5, read=10)
_HTTPS = re.compile(r"https://[^\s/]+\S*")
_ON_THIS_MACHINE = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?")


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook with its address and the ARN of its key; or a chat room, whose address is itself the secret."""

    name: str
    secret: str
    url: str | None = None


class NotDeliveredError(RuntimeError):
    """The receiver did not take the alert; the text says why. It is to be tried again after `pause_s` seconds."""

    def __init__(self, reason: str, *, pause_s: int) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


@dataclass(frozen=True, kw_only=True)
class Poster:
    """`read_secret` reads a secret by its ARN; `is_local` allows addresses without TLS on this machine."""

    http: urllib3.PoolManager
    read_secret: Callable[[str], str]
    is_local: bool
    now: Callable[[], datetime]

    def post(self, receiver: Receiver, body: bytes, *, attempt: int) -> None:
        """Post an alert's document; a redirect is not followed, it may lead to anybody.

        Raises:
            NotDeliveredError: the receiver cannot be reached, or its answer is not of the 200s.
        """
        secret = self.read_secret(receiver.secret)
        url = receiver.url or secret
        if not (_HTTPS.fullmatch(url) or (self.is_local and _ON_THIS_MACHINE.fullmatch(url))):
            reason = f"no https:// address; for a chat room: homeward webhook set-url {receiver.name}"
            raise NotDeliveredError(reason, pause_s=_pause_s(attempt))
        posted, headers = self._signed(body, secret) if receiver.url else _as_chat(body)
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
            # Not its text: that may have the address in it, which for a chat room is a secret.
            raise NotDeliveredError(type(error).__name__, pause_s=_pause_s(attempt)) from None
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
            asked = self._seconds(retry_after)
            pause_s = min(max(_pause_s(attempt), asked), _LONGEST_ASKED_FOR_S) if asked else _pause_s(attempt)
            raise NotDeliveredError(f"it answered {status}", pause_s=pause_s)
        # Trying again is of little use: it soon goes where an operator sees it.
        raise NotDeliveredError(f"it refused with {status}", pause_s=1)

    def _seconds(self, retry_after: str | None) -> int:
        """Seconds, or a date; 0 where it is neither."""
        if not retry_after:
            return 0
        if retry_after.isdecimal():
            return int(retry_after)
        try:
            return max(0, round((parsedate_to_datetime(retry_after) - self.now()).total_seconds()))
        except (TypeError, ValueError):
            return 0


def _as_chat(body: bytes) -> tuple[bytes, dict[str, str]]:
    """What Slack, Mattermost, Rocket.Chat and Google Chat take as a message."""
    return msgspec.json.encode({"text": msgspec.json.decode(body)["text"]}), {}


def _pause_s(attempt: int) -> int:
    return int(min(_FIRST_PAUSE_S * 2 ** (attempt - 1), _LONGEST_PAUSE_S))
