"""Draw the console's pictures in docs/images, with faces that nobody can recognize.

Start the demo and keep it up, then run this; both may be repeated:

    make demo KEEP=1
    python -m tests.end_to_end.console.docs_pictures

The encounters are the demo's, with some more at other cameras. The first argument is another folder to write to.
"""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageEnhance, ImageFilter

from homeward.deployment.outputs import find_deployment
from homeward.fleet.cameras_table import add_entry, read_entry
from homeward.synthetic_capture.message import synthetic_message
from lambdas.common.things import thing_name, topic
from local_cloud.cloud import Cloud
from local_cloud.demo.agency import STAGE
from local_cloud.demo.kept_cloud import kept_settings
from local_cloud.demo.watch import Watch, wait_until
from local_cloud.paths import ROOT
from tests.end_to_end.console.console_site import enter_code, enter_password
from tests.support.chromium import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from homeward.deployment.outputs import Deployment

STATE = ROOT / ".local" / "demo" / "cloud"
# Camera, site, picture, and how often it was taken: one picture alone is weaker evidence.
SIGHTINGS = (
    ("cam-02", "Ferry dock", "9801040", 2),
    ("cam-03", "Library, entrance", "9801310", 1),
    ("cam-04", "Bus depot, platform 3", "9801250", 3),
    ("cam-03", "Library, entrance", "9801400", 2),
    ("cam-02", "Ferry dock", "9801340", 1),
)
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
_FACES = "img[src^='/pictures/']"
_ARE_LOADED = f"""() => [...document.querySelectorAll("{_FACES}")].every((each) => each.complete)"""
# So few pixels that nobody recognizes the face.
_PIXELATE = f"""() => document.querySelectorAll("{_FACES}").forEach((image) => {{
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = 9;
  canvas.height = 11;
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.style.imageRendering = "pixelated";
  image.loading = "eager";
  image.src = canvas.toDataURL();
}})"""


def main(folder: Path) -> None:
    """Draw every picture."""
    settings = kept_settings(STATE)
    if settings is None:
        raise SystemExit("No demo is kept. Start one with: make demo KEEP=1")
    cloud = Cloud(settings)
    deployment = find_deployment(STAGE, cloud.client)
    _add_encounters(deployment, ROOT / ".local" / "demo" / "documents" / "images")
    people = json.loads((STATE / "report.json").read_text())["console"]
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        signed_in = _sign_in(browser, deployment, people)
        encounter = people["address"].partition("/encounters/")[2]
        for name, path, options in _pictures(encounter):
            context = browser.new_context(
                base_url=deployment["ConsoleUrl"], storage_state=signed_in, device_scale_factor=1.5, **options
            )
            _draw(context, path, folder / f"{name}.png")
            context.close()


def _pictures(encounter: str) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    return (
        ("console-queue", "/encounters", {"viewport": DESK}),
        ("console-encounter", f"/encounters/{encounter}", {"viewport": {**DESK, "height": 900}}),
        ("console-dark", f"/encounters/{encounter}", {"viewport": {**DESK, "height": 900}, "color_scheme": "dark"}),
        ("console-phone", f"/encounters/{encounter}", {"viewport": PHONE, "is_mobile": True, "has_touch": True}),
    )


def _draw(context: BrowserContext, path: str, file: Path) -> None:
    page = context.new_page()
    page.goto(path)
    wait_until("the pictures", lambda: page.evaluate(_ARE_LOADED))
    page.evaluate(_PIXELATE)
    wait_until("the pixels", lambda: page.evaluate(_ARE_LOADED))
    page.screenshot(path=file)
    print(file)


def _sign_in(browser: Browser, deployment: Deployment, people: dict[str, str]) -> Any:
    """Sign in, and acknowledge an encounter, so that the queue shows more than one state."""
    page = browser.new_context(base_url=deployment["ConsoleUrl"]).new_page()
    page.goto("/encounters")
    enter_password(page, people["email"], people["password"])
    enter_code(page, people["key"])
    page.wait_for_url("**/encounters")
    page.locator("tr[data-item] a").nth(1).click()
    if page.locator("button[data-key=a]").count():
        page.keyboard.press("a")
        page.wait_for_load_state()
    return page.context.storage_state()


def _add_encounters(deployment: Deployment, pictures: Path) -> None:
    """Have people walk past other cameras, unless they have before."""
    chance = random.Random(1)
    seen = {encounter["camera"] for encounter in Watch(deployment).encounters()}
    for camera, site, picture, shots in SIGHTINGS:
        if camera in seen:
            continue
        thing = thing_name(STAGE, camera)
        if read_entry(deployment, camera) is None:
            add_entry(deployment, camera, thing=thing, site=site)
        for _ in range(shots):
            message = synthetic_message(_worse(pictures / f"{picture}.jpg", chance), camera=camera)
            address = topic(STAGE, thing, "faces")
            deployment.client("iot-data").publish(topic=address, qos=1, payload=json.dumps(message).encode())
    wait_until("the encounters", lambda: len(Watch(deployment).encounters()) > len(SIGHTINGS))


def _worse(path: Path, chance: random.Random) -> bytes:
    """Make the picture look like one of a camera: smaller, softer, in other light."""
    image = Image.open(path).convert("RGB")
    image = image.rotate(chance.uniform(-8, 8), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(0.8))
    image = ImageEnhance.Brightness(image).enhance(chance.uniform(0.7, 1.1))
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=chance.randint(40, 80))
    return encoded.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
