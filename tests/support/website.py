"""A source's web server as an httpx transport: it answers by path and records the requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Website:
    """A source's server: what it answers by path, and the requests it got."""

    answers: dict[str, httpx.Response | Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(request.url.path, httpx.Response(404))
        return answer(request) if callable(answer) else _fresh(answer)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]


def _fresh(answer: httpx.Response) -> httpx.Response:
    """A response can be read once, so that each request gets its own."""
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
