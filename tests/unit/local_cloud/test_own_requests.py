"""Each server of the local cloud, over real HTTP, against a page of another site."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from local_cloud.namus import server as namus
from local_cloud.namus.synthetic import Synthetic
from local_cloud.rekognition import server as rekognition
from local_cloud.rekognition.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=["rekognition", "namus"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    serving = rekognition.running(Service()) if request.param == "rekognition" else namus.running(Synthetic(1))
    with serving as url:
        yield urlsplit(url).netloc


def ask(address: str, method: str = "GET", path: str = "/health", **headers: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection(address, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers={"Host": address, **names})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:4566", "localhost.evil.example", "127.0.0.1.evil.example", "x127.0.0.1", "",
     "127.0.0.1:80@evil.example", "evil.example#.localhost", "evil.amazonaws.com", "169.254.169.254"],
)  # fmt: skip
def test_a_foreign_host_is_refused(address: str, host: str) -> None:
    assert ask(address, Host=host)[0] == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:1", "[::1]:4566", "x1.execute-api.localhost:4566"])
def test_a_loopback_host_is_answered(address: str, host: str) -> None:
    assert ask(address, Host=host)[0] not in {403, 421}


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "http://localhost", "null", ""])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "GET"])
def test_a_foreign_origin_is_refused(address: str, method: str, origin: str) -> None:
    status, headers = ask(address, method, Origin=origin, Access_Control_Request_Method="POST")
    assert status == 403
    assert not [name for name in headers if name.startswith("access-control-")]


def test_own_pages_are_answered(address: str) -> None:
    assert ask(address, Origin=f"http://{address}")[0] != 403
    assert ask(address, "POST", Origin="null", Sec_Fetch_Site="same-origin")[0] != 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_cannot_act_with_a_get(address: str, site: str) -> None:
    assert ask(address, path="/?Action=CreateQueue&QueueName=q", Sec_Fetch_Site=site)[0] == 403
    assert ask(address, "POST", path="/", Sec_Fetch_Site=site)[0] == 403


@pytest.mark.parametrize(
    ("path", "origin", "is_answered"),
    [
        ("/bucket", "http://127.0.0.1:1", True),
        ("/bucket", "http://x1.execute-api.localhost:4566", True),
        ("/bucket", "https://evil.example", False),
        ("/bucket", "null", False),
        ("/", "http://127.0.0.1:1", False),
        ("/2015-03-31/functions", "http://127.0.0.1:1", False),
    ],
)
def test_only_a_local_page_posts_an_upload_form(address: str, path: str, origin: str, *, is_answered: bool) -> None:
    form = {"Content_Type": "multipart/form-data; boundary=x", "Origin": origin, "Sec_Fetch_Site": "cross-site"}
    assert (ask(address, "POST", path, **form)[0] != 403) is is_answered
