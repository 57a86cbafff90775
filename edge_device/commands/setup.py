"""`homeward-edge setup`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from edge_device.aim import ENDINGS, save_aiming_picture
from edge_device.camera_file import CameraFile, with_source
from edge_device.cameras.local_cameras import local_cameras
from edge_device.cameras.stream_address import redacted
from edge_device.checks.broker import check_broker
from edge_device.checks.device import check_clock
from edge_device.commands.options import FAILED, WRONG_SETTINGS, exit_on_error, failure
from edge_device.commands.output import say, show
from edge_device.private_file import write_private
from edge_device.settings import Settings, read_settings
from edge_device.toml_file import read_text


def setup(
    *,
    config: Annotated[
        Path, typer.Option(envvar="HOMEWARD_EDGE_CONFIG", help="Settings file to write, or to change.")
    ] = Path("/etc/homeward-edge/camera.toml"),
    source: Annotated[
        str | None, typer.Option(help="Number or device of a webcam, address of a network camera, or a file.")
    ] = None,
    picture: Annotated[Path, typer.Option(help="Picture to write, .jpg or .png.")] = Path("setup.jpg"),
    camera: Annotated[str | None, typer.Option(help="Thing name, such as springfield-prod_cam-01.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Host of the MQTT broker.")] = None,
    port: Annotated[int, typer.Option(help="Port of the MQTT broker.")] = 8883,
    cert: Annotated[Path | None, typer.Option(help="Certificate of the camera (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Private key of the camera (PEM).")] = None,
    ca: Annotated[Path | None, typer.Option(help="Certificate authority of the broker (PEM).")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take the only camera that is found.")] = False,
) -> None:
    """Choose the camera, save a picture to look at, check clock and broker, and write the settings file.

    An existing file keeps everything but its source. A new one needs --camera, --endpoint, --cert and --key; a bundle
    of `homeward camera add --bundle` has all of these.

    Exit codes: 0 done; 1 the camera gives no picture (nothing is written), or a check failed; 2 something is missing.

    Examples:
        sudo homeward-edge setup

        sudo homeward-edge setup --source rtsp://user:password@10.0.0.7/stream
    """
    if picture.suffix.lower() not in ENDINGS:
        raise failure(f"cannot write {picture}. Name a .jpg or .png file", code=WRONG_SETTINGS)
    with exit_on_error():
        if config.exists():
            chosen = source or _choose(read_settings(config, {}).source, yes=yes)
            settings = read_settings(config, {"source": chosen})
            text = with_source(read_text(config), chosen)
        else:
            identity = {"camera": camera, "mqtt.endpoint": endpoint, "mqtt.certificate": cert, "mqtt.key": key}
            _refuse_missing(identity)
            chosen = source or _choose(None, yes=yes)
            settings = read_settings(None, {**identity, "mqtt.port": port, "mqtt.ca": ca, "source": chosen})
            text = _new_file(settings)
        say(f"looking through {redacted(chosen)} ...")
        say(save_aiming_picture(settings, picture))
        _write(config, text)
        say(f"wrote {config}. Look at {picture}: is it sharp, and are faces large enough?")
        results = [check_clock(), *check_broker(settings)]
    for result in results:
        show(result)
    if any(result.grade == "failed" for result in results):
        raise typer.Exit(FAILED)


def _choose(now: str | None, *, yes: bool) -> str:
    """Ask for the source. The default is the present one, or the first camera that is found."""
    found = local_cameras()
    for each in found:
        say(f"{each.source}  {each.name}")
    if not found:
        say("no camera is connected to this computer")
    default = found[0].source if len(found) == 1 or (found and not now) else now
    if yes:
        if len(found) != 1:
            raise failure(f"{len(found)} cameras found. Choose with --source", code=WRONG_SETTINGS)
        return found[0].source
    shown = redacted(default) if default else None
    answer: str = typer.prompt("Camera: a device above, or an address such as rtsp://user:password@10.0.0.7/s", shown)
    return default if default and answer == shown else answer.strip()


def _refuse_missing(identity: Mapping[str, object]) -> None:
    options = {"mqtt.certificate": "cert"}
    missing = [f"--{options.get(name, name.removeprefix('mqtt.'))}" for name, value in identity.items() if not value]
    if missing:
        raise failure(f"a new settings file also needs {', '.join(missing)}", code=WRONG_SETTINGS)


def _new_file(settings: Settings) -> str:
    mqtt = settings.mqtt
    return CameraFile(
        camera=settings.camera,
        environment=settings.topics.environment,
        source=settings.source,
        endpoint=mqtt.endpoint or "",
        port=mqtt.port,
        certificate=(mqtt.certificate or Path()).absolute(),
        key=(mqtt.key or Path()).absolute(),
        ca=mqtt.ca.absolute() if mqtt.ca else None,
    ).text()


def _write(config: Path, text: str) -> None:
    """Write the file whole or not at all. Its owner and group stay; those of a new file are its folder's."""
    config.parent.mkdir(parents=True, exist_ok=True)
    owner = (config if config.exists() else config.parent).stat()
    draft = config.with_name(f".{config.name}.new")
    try:
        write_private(draft, text.encode())
        os.chown(draft, owner.st_uid, owner.st_gid)
        draft.chmod(0o640)
        draft.replace(config)
    finally:
        draft.unlink(missing_ok=True)
