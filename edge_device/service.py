"""Runs the program with everything around it: sender, health, remote settings, live view."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import cv2
import structlog

from edge_device.build import build_camera, build_detector, build_gate, build_outbox, build_passers_by, build_publisher
from edge_device.health import Health, device_state
from edge_device.live_view.picture import LivePicture
from edge_device.live_view.server import LiveServer, read_token
from edge_device.program import Program
from edge_device.remote_settings import CameraShadow, RemoteSettings
from edge_device.sender import Sender
from edge_device.service_manager import notify

if TYPE_CHECKING:
    from edge_device.outbox import Outbox
    from edge_device.publishers import Publisher
    from edge_device.settings import Settings


log = structlog.get_logger()


def film(settings: Settings, *, drain_timeout_s: float) -> dict[str, object]:
    """Run the program to its end, and wait until its captures are acknowledged; returns the report.

    Raises:
        CameraError: the camera gives no pictures.
        PublishError: the certificate or key cannot be used.
        SettingsError: a setting is missing.
    """
    cv2.setNumThreads(1)  # a second thread makes the detector 1.3 times as fast for twice the power
    publisher = build_publisher(settings)
    with build_outbox(settings) as outbox, ExitStack() as running:
        program = build_program(settings, outbox)
        publisher.connect()
        running.callback(publisher.close)
        shadow = _start_shadow(settings, publisher, program)
        health = Health(
            settings.camera,
            publisher,
            lambda: program.state() | device_state(),
            every_s=settings.health.every_s,
            on_connected=shadow.ask,
        )
        health.start()
        running.callback(health.stop)
        sender = Sender(outbox, publisher, on_sent=program.report.acknowledged)
        sender.start()
        running.callback(sender.stop)
        running.callback(sender.drain, drain_timeout_s)
        _start_live_view(settings, program, running)
        notify("READY=1")
        program.run(_stop_on_signals())
        notify("STOPPING=1")
        running.close()
        return {
            "camera": settings.camera,
            **program.report.to_json(),
            "waiting": len(outbox),
            "dropped": outbox.dropped,
            "outbox": str(outbox.path),
            "connection_failure": getattr(publisher, "failure", None),
        }


def build_program(settings: Settings, outbox: Outbox) -> Program:
    """The program, ready to run."""
    return Program(
        settings.camera,
        build_camera(settings),
        build_detector(settings),
        build_passers_by(settings),
        outbox,
        gate=build_gate(settings),
    )


def _start_shadow(settings: Settings, publisher: Publisher, program: Program) -> CameraShadow:
    local: dict[str, Any] = {"faces": settings.faces, "shots": settings.shots, "zones": settings.zones}
    file = settings.outbox.path.with_name("remote_settings.json")
    shadow = CameraShadow(settings.camera, publisher, local=RemoteSettings(**local), file=file, apply=program.change)
    shadow.start()
    return shadow


def _start_live_view(settings: Settings, program: Program, running: ExitStack) -> None:
    view = settings.live_view
    if view.port is None:
        return
    program.live_view = LivePicture(width_px=view.width_px, min_px=settings.faces.min_px)
    program.live_view.start()
    server = LiveServer(view.port, read_token(view.token_file), program.live_view, program.state)
    server.start()
    running.callback(server.stop)
    log.info("live view", url=f"http://127.0.0.1:{server.port}/?token=...", token_file=str(view.token_file))


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop
