"""One session of `homeward-edge run`: the capture loop with its sender, health, remote settings and live view."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import cv2
import structlog

from edge_device.cameras import IncompleteVideoError
from edge_device.filming.capture_loop import CaptureLoop
from edge_device.live_view.picture import LivePicture
from edge_device.live_view.server import LiveServer, live_link, read_token
from edge_device.outbox.pace import Pace
from edge_device.outbox.sender import Sender
from edge_device.remote.device_state import device_state
from edge_device.remote.health import HealthReporter
from edge_device.remote.shadow import CameraShadow, RemoteSettings
from edge_device.systemd.notify import notify
from edge_device.wiring import (
    build_camera,
    build_detector,
    build_motion_gate,
    build_outbox,
    build_passers_by,
    build_publisher,
)

if TYPE_CHECKING:
    from edge_device.outbox.queue import Outbox
    from edge_device.publishers import Publisher
    from edge_device.settings import Settings


log = structlog.get_logger()


def film(settings: Settings, *, drain_timeout_s: float) -> dict[str, object]:
    """Run until the video ends or a signal arrives, wait for the acknowledgements, and return the report.

    Raises:
        CameraError: the camera gives no frames.
        PublishError: the certificate or key cannot be used.
        SettingsError: a setting is missing.
    """
    cv2.setNumThreads(1)  # a second thread makes the detector 1.3 times as fast for twice the power
    publisher = build_publisher(settings)
    with build_outbox(settings) as outbox, ExitStack() as running:
        loop = _build_loop(settings, outbox)
        publisher.connect()
        running.callback(publisher.close)
        shadow = _start_shadow(settings, publisher, loop)
        health = HealthReporter(
            settings.topics,
            publisher,
            lambda: loop.state() | device_state(),
            every_s=settings.health.every_s,
            on_connected=shadow.request,
        )
        health.start()
        running.callback(health.stop)
        pace = Pace(settings.outbox.max_per_minute)
        sent = loop.report.mark_acknowledged
        sender = Sender(outbox, publisher, topic=settings.topics.faces, on_sent=sent, pace=pace)
        sender.start()
        running.callback(sender.stop)
        running.callback(sender.drain, drain_timeout_s)
        _start_live_view(settings, loop, running)
        notify("READY=1")
        incomplete = _run(loop)
        notify("STOPPING=1")
        running.close()
        return {
            "camera": settings.camera,
            **loop.report.to_json(),
            "waiting": len(outbox),
            "dropped": outbox.dropped,
            "incomplete": incomplete,
            "outbox": str(outbox.path),
            "connection_failure": getattr(publisher, "failure", None),
        }


def _run(loop: CaptureLoop) -> str | None:
    """Run the loop. Return where a recording ends too early."""
    try:
        loop.run(_stop_on_signals())
    except IncompleteVideoError as error:
        return str(error)
    return None


def _build_loop(settings: Settings, outbox: Outbox) -> CaptureLoop:
    return CaptureLoop(
        settings.topics,
        build_camera(settings),
        build_detector(settings),
        build_passers_by(settings),
        outbox,
        gate=build_motion_gate(settings),
    )


def _start_shadow(settings: Settings, publisher: Publisher, loop: CaptureLoop) -> CameraShadow:
    local: dict[str, Any] = {"faces": settings.faces, "shots": settings.shots, "zones": settings.zones}
    file = settings.outbox.path.with_name("remote_settings.json")
    shadow = CameraShadow(
        settings.camera, publisher, local=RemoteSettings(**local), file=file, apply=loop.change_settings
    )
    shadow.start()
    return shadow


def _start_live_view(settings: Settings, loop: CaptureLoop, running: ExitStack) -> None:
    view = settings.live_view
    if view.port is None:
        return
    loop.live_view = LivePicture(width_px=view.width_px, min_px=settings.faces.min_px)
    loop.live_view.start()
    token = read_token(view.token_file)
    server = LiveServer(view.port, token, loop.live_view, loop.state)
    server.start()
    running.callback(server.stop)
    log.info("live view", port=server.port, link="`homeward-edge live-view` prints it")
    if not os.environ.get("JOURNAL_STREAM"):  # others may read the journal
        sys.stderr.write(f"Live view: {live_link(server.port, token)}\n")


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop
