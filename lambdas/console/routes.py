"""Every route that needs somebody signed in, with the roles that may use it. A test walks each with each role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lambdas.console import queue_rows
from lambdas.console.pages import (
    audit,
    camera_health,
    case,
    case_faces,
    cases,
    encounter,
    home,
    photo_search,
    pictures,
    queue,
    sync_status,
    thresholds,
    verdicts,
)
from lambdas.console.person import AUDITORS, EVERYBODY, REVIEWERS, SUPERVISORS, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Answer

Method = Literal["GET", "POST"]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route.

    Attributes:
        method: GET changes nothing but the audit.
        path: The path, with parameters such as `<encounter_id>`.
        roles: The roles that may use it.
        answer: The function of `pages/` that answers.
        query: The type of the query. Fields that are lists may be repeated.
        form: The type of the form, or of the JSON document that a client sends instead.
        data: The type of the answer's data, for the OpenAPI file.
        is_poll: Whether pages ask by themselves. It does not count as activity of the person.
    """

    method: Method
    path: str
    roles: frozenset[Role]
    answer: Callable[[Services, Any], Answer]
    query: type[msgspec.Struct] | None = None
    form: type[msgspec.Struct] | None = None
    data: type[msgspec.Struct] | None = None
    is_poll: bool = False


def route(
    method: Method, path: str, roles: frozenset[Role], answer: Callable[[Services, Any], Answer], **options: Any
) -> Route:
    """Make a route."""
    return Route(method=method, path=path, roles=roles, answer=answer, **options)


ROUTES = (
    route("GET", "/", EVERYBODY, home.show),
    route("GET", "/encounters", REVIEWERS, queue.show, query=queue_rows.Query, data=queue.Queue),
    route("GET", "/encounters/live", REVIEWERS, queue.news, query=queue.LiveQuery, data=queue.News, is_poll=True),
    route("GET", "/encounters/<encounter_id>", REVIEWERS, encounter.show, query=encounter.Query, data=encounter.View),
    route(
        "POST",
        "/encounters/<encounter_id>/verdict",
        REVIEWERS,
        verdicts.decide,
        form=verdicts.Verdict,
        data=verdicts.Outcome,
    ),
    route(
        "POST",
        "/encounters/<encounter_id>/acknowledge",
        REVIEWERS,
        verdicts.acknowledge,
        form=verdicts.Nothing,
        data=verdicts.Outcome,
    ),
    route(
        "POST",
        "/encounters/<encounter_id>/undo",
        REVIEWERS,
        verdicts.undo,
        form=verdicts.Nothing,
        data=verdicts.Outcome,
    ),
    route("GET", "/pictures/<token>", REVIEWERS, pictures.show),
    route("GET", "/cases", REVIEWERS, cases.browse, query=cases.Query, data=cases.CaseList),
    route("GET", "/cases/<case_id>", REVIEWERS, case.show, data=case.CaseView),
    route("POST", "/cases/<case_id>/close", SUPERVISORS, case.close, form=case.Closing, data=case.Closed),
    route(
        "POST",
        "/cases/<case_id>/face",
        SUPERVISORS,
        case_faces.choose,
        form=case_faces.Choosing,
        data=case_faces.Chosen,
    ),
    route("GET", "/cameras", REVIEWERS, camera_health.show, data=camera_health.View),
    route("GET", "/sync", REVIEWERS, sync_status.show, data=sync_status.View),
    route("GET", "/photo-search", SUPERVISORS, photo_search.show, data=photo_search.View),
    route(
        "POST",
        "/photo-search",
        SUPERVISORS,
        photo_search.search,
        form=photo_search.Form,
        data=photo_search.View,
    ),
    route("GET", "/thresholds", SUPERVISORS, thresholds.show, query=thresholds.Query, data=thresholds.View),
    route("GET", "/audit", AUDITORS, audit.show, query=audit.Query, data=audit.View),
    route("GET", "/audit/export", AUDITORS, audit.export, query=audit.ExportQuery),
)

# The pages that the navigation offers, to those who may use them.
NAVIGATION = {
    "/encounters": "Queue",
    "/cases": "Cases",
    "/cameras": "Cameras",
    "/sync": "Gallery",
    "/photo-search": "Search by photo",
    "/thresholds": "Thresholds",
    "/audit": "Audit",
}


def navigation_of(groups: frozenset[Role]) -> dict[str, str]:
    """Return the pages, by path, that a person with these roles may use."""
    usable = {each.path for each in ROUTES if each.method == "GET" and not groups.isdisjoint(each.roles)}
    return {path: label for path, label in NAVIGATION.items() if path in usable}
