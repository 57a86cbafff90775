from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lambdas.console.access.sessions import Sessions, SessionsTable
from lambdas.console.access.sign_in import SignIn
from lambdas.console.app import build_app
from lambdas.console.web.cookies import SESSION, SIGN_IN
from local_cloud.pipeline.tables import make_table
from tests.support.console import ORIGIN, Answered, answered, http_event, services_of
from tests.support.user_pool import UserPool, user_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.clock import Clock
    from tests.support.review_desk import Desk


class Browser:
    """Requests with the cookies that the answers set."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []

    def get(self, path: str, **headers: str) -> Answered:
        return self._ask("GET", path, {"accept": "text/html", **headers})

    def post(self, path: str, **headers: str) -> Answered:
        return self._ask("POST", path, {"accept": "text/html", "origin": ORIGIN, **headers})

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> Answered:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        event = http_event(method, path, None, sent)
        event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        response = self.app.resolve(event, None)
        self.set = response.get("cookies", [])
        for each in self.set:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answered(response)

    def begin(self, wanted: str = "/encounters?status=open") -> str:
        """Ask for a page without a session, and return the address of the managed login."""
        to_sign_in = self.get(wanted).headers["location"]
        return self.get(to_sign_in).headers["location"]

    def sign_in(self, pool: UserPool, wanted: str = "/encounters?status=open") -> Answered:
        address = self.begin(wanted)
        state = parse_qs(urlsplit(address).query)["state"][0]
        return self.get(f"/auth/callback?code={pool.sign_in(address)}&state={state}")


@pytest.fixture(scope="module")
def running_pool() -> Iterator[UserPool]:
    with user_pool() as pool:
        yield pool


@pytest.fixture
def pool(running_pool: UserPool) -> UserPool:
    running_pool.__init__(url=running_pool.url)  # type: ignore[misc] # as new
    return running_pool


@pytest.fixture
def sessions(desk: Desk, pool: UserPool) -> Sessions:
    make_table(desk.dynamodb, "sessions", {"session": "HASH"})
    table = SessionsTable(dynamodb=desk.dynamodb, name="sessions")
    return Sessions(table=table, provider=pool.provider(), now=desk.clock)


@pytest.fixture
def app(desk: Desk, sessions: Sessions) -> Any:
    services = services_of(desk)
    sign_in = SignIn(services=services, sessions=sessions, provider=sessions.provider, origin=ORIGIN)
    app = build_app(services, sign_in.gate, origin=ORIGIN)
    sign_in.add_to(app)
    return app


@pytest.fixture
def browser(app: Any) -> Browser:
    return Browser(app)


def test_sign_in_leads_to_the_page_that_was_asked_for(browser: Browser, pool: UserPool, desk: Desk) -> None:
    done = browser.sign_in(pool)
    assert (done.status, done.headers["location"]) == (303, "/encounters?status=open")
    assert "ana@agency.example" in browser.get("/encounters").text
    [record] = desk.audit.of("console#2026-11-23")
    assert (record.kind, record.by, record.via) == ("signed_in", "ana@agency.example", "console")


def test_session_cookie_is_for_this_host_and_no_script(browser: Browser, pool: UserPool) -> None:
    browser.sign_in(pool)
    [cookie] = [each for each in browser.set if each.startswith(f"{SESSION}=")]
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_table_does_not_have_the_value_of_the_cookie(browser: Browser, pool: UserPool, desk: Desk) -> None:
    browser.sign_in(pool)
    assert browser.cookies[SESSION] not in str(desk.dynamodb.scan(TableName="sessions"))


def test_sign_in_never_leads_to_another_site(browser: Browser, pool: UserPool) -> None:
    elsewhere = (
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a%20b",
        "/%0d%0a",
        "/" + "x" * 4000,  # browsers drop a cookie that long, and the sign-in with it
    )
    for wanted in elsewhere:
        address = browser.get(f"/sign-in?next={wanted}").headers["location"]
        state = parse_qs(urlsplit(address).query)["state"][0]
        done = browser.get(f"/auth/callback?code={pool.sign_in(address)}&state={state}")
        assert done.headers["location"] == "/", wanted


def test_callback_needs_the_browser_that_began_the_sign_in(browser: Browser, pool: UserPool, app: Any) -> None:
    address = browser.begin()
    query = f"code={pool.sign_in(address)}&state={parse_qs(urlsplit(address).query)['state'][0]}"
    victim = Browser(app)
    assert victim.get(f"/auth/callback?{query}").status == 401
    victim.begin()
    assert victim.get(f"/auth/callback?{query}").status == 401
    assert SESSION not in victim.cookies


def test_callback_refuses_a_broken_cookie(browser: Browser) -> None:
    for text in ("", "x", "====", "bm8ganNvbg", "\u00fc"):
        browser.cookies[SIGN_IN] = text
        assert browser.get("/auth/callback?code=1&state=").status == 401, text


def test_token_that_is_not_for_this_sign_in_is_refused(browser: Browser, pool: UserPool) -> None:
    wrong = ({"nonce": "of another"}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": None})
    for claims in (*wrong, {"token_use": "access"}):
        pool.claims = claims
        assert browser.sign_in(pool).status == 401, claims
    pool.claims, pool.signing_key = {}, "somebody else's"
    assert browser.sign_in(pool).status == 401
    assert SESSION not in browser.cookies


def test_without_a_session_a_page_redirects_and_json_is_refused(browser: Browser) -> None:
    assert browser.get("/encounters?score=90").headers["location"] == "/sign-in?next=/encounters%3Fscore%3D90"
    assert browser.get("/encounters", accept="application/json").status == 401
    picture = browser.get("/favicon.ico", accept="image/avif,image/webp,*/*;q=0.8")
    assert picture.status in {401, 404}
    assert "location" not in picture.headers
    part = browser.get("/encounters", hx_request="true", hx_current_url=f"{ORIGIN}/encounters?score=90")
    assert (part.status, part.headers["hx-redirect"]) == (401, "/sign-in?next=/encounters%3Fscore%3D90")


def test_header_that_is_no_address_leads_home(browser: Browser) -> None:
    assert browser.post("/encounters/e1/undo", referer="http://[").headers["location"] == "/sign-in?next=/"
    live = browser.get("/encounters/live", hx_request="true", hx_current_url="http://[")
    assert (live.status, live.headers["hx-redirect"]) == (401, "/sign-in?next=/")


def test_guessed_session_is_refused(browser: Browser) -> None:
    for value in ("", "guessed", "x" * 5000, "\u00fc"):
        browser.cookies[SESSION] = value
        assert browser.get("/encounters").status == 303, value


def test_session_ends_after_30_idle_minutes(browser: Browser, pool: UserPool, clock: Clock) -> None:
    browser.sign_in(pool)
    for _ in range(3):
        clock.advance(minutes=29)
        assert browser.get("/encounters").status == 200
    clock.advance(minutes=30)
    assert browser.get("/encounters").status == 303


def test_polls_do_not_keep_a_session_alive(sessions: Sessions, browser: Browser, pool: UserPool, clock: Clock) -> None:
    browser.sign_in(pool)
    for _ in range(2):
        clock.advance(minutes=14)
        assert sessions.open(browser.cookies[SESSION], is_poll=True)
    clock.advance(minutes=2)
    assert browser.get("/encounters").status == 303


def test_session_ends_12_hours_after_the_sign_in(browser: Browser, pool: UserPool, clock: Clock) -> None:
    browser.sign_in(pool)
    for _ in range(35):
        clock.advance(minutes=20)
        assert browser.get("/encounters").status == 200
    clock.advance(minutes=20)
    assert browser.get("/encounters").status == 303


def test_person_who_is_disabled_is_out_within_15_minutes(browser: Browser, pool: UserPool, clock: Clock) -> None:
    browser.sign_in(pool)
    pool.welcome = False
    clock.advance(minutes=14)
    assert browser.get("/encounters").status == 200
    clock.advance(minutes=1)
    assert browser.get("/encounters").status == 303
    pool.welcome = True
    assert browser.get("/encounters").status == 303


def test_changed_groups_count_after_15_minutes(browser: Browser, pool: UserPool, clock: Clock) -> None:
    browser.sign_in(pool)
    pool.claims = {"cognito:groups": ["auditor"]}
    clock.advance(minutes=15)
    assert browser.get("/encounters").status == 403
    assert browser.get("/encounters").status == 403


def test_user_pool_that_does_not_answer_ends_no_session(browser: Browser, pool: UserPool, clock: Clock) -> None:
    browser.sign_in(pool)
    pool.welcome, pool.refusal = False, "InternalErrorException"
    clock.advance(minutes=15)
    with pytest.raises(Exception, match="InternalErrorException"):
        browser.get("/encounters")
    pool.welcome = True
    assert browser.get("/encounters").status == 200


def test_signing_out_ends_the_session_and_its_tokens(
    browser: Browser, pool: UserPool, desk: Desk, clock: Clock
) -> None:
    browser.sign_in(pool)
    stolen = browser.cookies[SESSION]
    clock.advance(seconds=1)
    leaving = browser.post("/sign-out")
    assert f"{pool.url}/logout?client_id=console-client&amp;logout_uri=" in leaving.text
    assert (browser.cookies[SESSION], pool.revoked) == ("", ["refresh-1"])
    browser.cookies[SESSION] = stolen
    assert browser.get("/encounters").status == 303
    assert [kind for kind, _ in desk.audited("console#2026-11-23")] == ["signed_in", "signed_out"]


def test_another_site_cannot_sign_somebody_out(browser: Browser, pool: UserPool) -> None:
    browser.sign_in(pool)
    for origin in ("https://evil.example", "null"):
        assert browser.post("/sign-out", origin=origin).status == 403
    assert browser.get("/encounters").status == 200


def test_new_sign_in_replaces_the_session_of_the_browser(browser: Browser, pool: UserPool) -> None:
    browser.sign_in(pool)
    earlier = browser.cookies[SESSION]
    address = browser.get("/sign-in").headers["location"]
    browser.get(f"/auth/callback?code={pool.sign_in(address)}&state={parse_qs(urlsplit(address).query)['state'][0]}")
    assert browser.get("/encounters").status == 200
    browser.cookies[SESSION] = earlier
    assert browser.get("/encounters").status == 303


def test_removing_a_person_ends_every_session(browser: Browser, pool: UserPool, sessions: Sessions, app: Any) -> None:
    other = Browser(app)
    for each in (browser, other):
        each.sign_in(pool)
    pool.claims = {"sub": "sub-2"}
    colleague = Browser(app)
    colleague.sign_in(pool)
    assert sessions.table.end_all("sub-1") == 2
    assert [each.get("/encounters").status for each in (browser, other, colleague)] == [303, 303, 200]


def test_session_may_send_only_so_many_requests_a_minute(
    browser: Browser, pool: UserPool, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lambdas.console.access.sessions.MAX_REQUESTS_PER_MINUTE", 3)
    browser.sign_in(pool)
    assert [browser.get("/encounters").status for _ in range(5)] == [200, 200, 200, 429, 429]
    clock.advance(minutes=1)
    assert browser.get("/encounters").status == 200


def test_local_cloud_leaves_cookies_in_the_headers(browser: Browser, pool: UserPool) -> None:
    browser.sign_in(pool)
    value = browser.cookies.pop(SESSION)
    for other in ("other=1", 'other={"a": 1}', "a[b]=1", "other=é", "no value", ""):
        assert browser.get("/encounters", cookie=f"{other}; {SESSION}={value}").status == 200
