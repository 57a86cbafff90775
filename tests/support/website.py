"""A source's web server as an httpx transport."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Website:
    """Answers by path, and records the requests."""

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
    """Copy a response, which can be read only once."""
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
