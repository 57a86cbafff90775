"""The first page: the queue for those who decide, the audit for those who only check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.console.person import REVIEWERS
from lambdas.console.web.exchange import AnyRequest, Redirect

if TYPE_CHECKING:
    from lambdas.console.services import Services


def show(_services: Services, request: AnyRequest) -> Redirect:
    """Redirect to the first page of the person's role."""
    return Redirect(location="/encounters" if request.person.has_one_of(REVIEWERS) else "/audit")
