"""From an alert's link to a verdict, deployed: the page, its pictures, the acknowledgement, the kept picture."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from lambdas.common.keys import confirmed_key
from local_cloud.cdk import ROOT
from local_cloud.demo.watch import wait_until
from tests.end_to_end.conftest import PERSON, Town, jpeg

if TYPE_CHECKING:
    from collections.abc import Callable


def browser(town: Town) -> Callable[..., httpx.Response]:
    """Requests to the links' API: its address names a host that only the emulator knows."""
    client = httpx.Client(base_url=town.cloud.settings.endpoints["emulator"], trust_env=False, timeout=30)
    host = urlsplit(town.deployment["LinksUrl"]).netloc

    def ask(method: str, path: str, **options: object) -> httpx.Response:
        return client.request(method, path, headers={"Host": host}, **options)  # type: ignore[arg-type] # as given

    return ask


def homeward(town: Town, *arguments: str) -> str:
    command = [sys.executable, "-m", "homeward", *arguments, "--agency", "demo-dev"]
    environment = {**os.environ, **town.cloud.environment}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_the_alert_to_the_verdict(town: Town) -> None:
    capture_id = town.send(jpeg(PERSON[1]), camera="review-1")
    [text] = wait_until("the alert", lambda: town.alerts_at("review-1"))
    link = urlsplit(text.split()[-1])
    assert link.netloc == urlsplit(town.deployment["LinksUrl"]).netloc
    [encounter] = town.encounters_at("review-1")
    encounter_id = encounter["encounter_id"]
    ask = browser(town)

    page = ask("GET", link.path)
    assert page.status_code == 200, page.text
    assert "Possible match, not verified" in page.text
    assert "Marlowe Exampleton" in page.text
    for picture in ("seen.jpg", "photo.jpg"):
        redirect = ask("GET", f"{link.path}/{picture}")
        assert redirect.status_code == 302
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(redirect.headers["location"]))
        assert origin in page.headers["content-security-policy"]
        shown = httpx.get(redirect.headers["location"], trust_env=False)
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.content.startswith(b"\xff\xd8")
    assert ask("GET", f"{link.path}x").status_code == 404
    assert "acknowledged_at" not in town.encounters_at("review-1")[0]

    assert ask("POST", link.path, data={"by": "Officer 42"}).status_code == 303
    assert "Acknowledged by Officer 42" in ask("GET", link.path).text
    assert encounter_id in homeward(town, "encounter", "list", "--stage", "acknowledged")

    homeward(town, "encounter", "confirm", encounter_id, "--by", "Ada", "--note", "It is she.")
    assert not town.watch.keys("DetectionBucket", f"encounters/{encounter_id}/")
    kept = confirmed_key(encounter_id, capture_id)
    assert town.watch.keys("DetectionBucket", "confirmed/") == [kept]
    [confirmed] = town.encounters_at("review-1")
    assert confirmed["sightings"][capture_id]["key"] == kept
    assert "expires_at" not in confirmed
    assert ask("GET", f"{link.path}/seen.jpg").status_code == 302

    town.deployment.client("lambda").invoke(FunctionName=town.deployment["DailyFunction"])
    assert town.watch.keys("DetectionBucket", "confirmed/") == [kept]
    records = town.watch._scan("AuditTable")
    told = sorted((record["kind"], record["by"]) for record in records if record["encounter_id"] == encounter_id)
    assert ("acknowledged", "Officer 42") in told
    assert ("confirmed", "Ada") in told
    assert [kind for kind, _ in told].count("picture_viewed") == 3
