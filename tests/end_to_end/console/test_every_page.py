"""Every page with the permissions of the deployed function: a missing grant or a broken template is a 5xx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.console.routes import NAVIGATION, ROUTES
from local_cloud.demo.watch import wait_until
from tests.end_to_end.deployed_agency import CASE, PERSON, jpeg
from tests.support.chromium import accessibility_problems

if TYPE_CHECKING:
    from tests.end_to_end.console.console_site import ConsoleSite

ASK = "path => fetch(path, {headers: {accept: 'application/json'}}).then(answer => answer.status)"
# Queries that read otherwise than the pages do without one.
VARIANTS = (
    "/encounters?order=strongest",
    "/encounters?status=confirmed&case=" + CASE,
    "/cases?q=Marlowe&status=resolved",
)


def test_every_page_answers_and_is_accessible(console: ConsoleSite) -> None:
    console.agency.send(jpeg(PERSON[1]), camera="console-2")
    [encounter] = wait_until("the encounter", lambda: console.agency.encounters_at("console-2"))
    known = {"encounter_id": encounter["encounter_id"], "case_id": CASE}
    page = console.signed_in("supervisor")
    page.goto("/")
    failed, problems = [], []
    for route in ROUTES:
        path = re.sub(r"<(\w+)>", lambda name: known.get(name[1], "x"), route.path)
        status = page.evaluate(ASK, path) if route.method == "GET" else 200
        failed += [(path, status)] if status >= 500 else []
    for path in (*NAVIGATION, *VARIANTS, f"/encounters/{known['encounter_id']}", f"/cases/{CASE}"):
        shown = page.goto(path)
        assert shown
        failed += [(path, shown.status)] if shown.status >= 400 else []
        problems += [(path, problem) for problem in accessibility_problems(page)]
    assert (failed, problems) == ([], [])
