"""`homeward-edge simulate`."""

import dataclasses
import time
import uuid
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import typer

from edge_device import clock
from edge_device.cameras.picture_file import decode_bgr
from edge_device.commands.options import FAILED, STILL_WAITING, Config, Set, exit_on_error, failure, load_settings
from edge_device.commands.output import say
from edge_device.core.crop import cut_out, encode_crop
from edge_device.core.face import Frame
from edge_device.core.message import FaceShot, encode_message, face_message
from edge_device.core.quality import assess
from edge_device.detector import Detector
from edge_device.outbox.sender import Sender
from edge_device.version import version
from edge_device.wiring import build_detector, build_outbox, build_publisher
from edge_device.wording.counts import counted
from pictures.errors import UnreadablePictureError


def simulate(
    pictures: Annotated[Path, typer.Argument(help="Folder of images with one face each.")],
    *,
    config: Config = None,
    assignments: Set = None,
    count: Annotated[int, typer.Option(min=1, help="Number of captures to send.")] = 10,
    per_second: Annotated[float, typer.Option(min=0.01, help="Captures per second.")] = 1.0,
    drain_timeout: Annotated[float, typer.Option(help="Seconds to wait at the end for acknowledgements.")] = 60.0,
) -> None:
    """Send captures made from images, to test the cloud side or put load on it.

    Examples:
        homeward-edge simulate portraits/ --config camera.toml --count 500 --per-second 20
    """
    with exit_on_error():
        settings = load_settings(config, assignments, source="none")
        detector = build_detector(settings)
        files = sorted(path for path in pictures.iterdir() if path.is_file())
        shots = [shot for shot in (_shot(path, detector) for path in files) if shot]
        if not shots:
            raise failure(f"the detector finds no face in {pictures}. Name a folder of portraits", code=FAILED)
        publisher = build_publisher(settings)
        with build_outbox(settings) as outbox:
            sender = Sender(outbox, publisher, topic=settings.topics.faces, on_sent=lambda _: None, pace=None)
            publisher.connect()
            sender.start()
            for shot in islice(cycle(shots), count):
                now = dataclasses.replace(shot, capture_id=str(uuid.uuid4()), captured_at=clock.wall_s())
                sequence = outbox.next_sequence()
                message = face_message(
                    now, camera=settings.camera, sequence=sequence, model=detector.model, edge_version=version()
                )
                outbox.put(now.capture_id, encode_message(message))
                time.sleep(1 / per_second)
            drained = sender.drain(drain_timeout)
            sender.stop()
            publisher.close()
    if not drained:
        raise failure(
            "some captures were not acknowledged. Find out why with `homeward-edge check`", code=STILL_WAITING
        )
    say(f"{counted(count, 'capture')} of {counted(len(shots), 'face')} {'was' if count == 1 else 'were'} acknowledged")


def _shot(path: Path, detector: Detector) -> FaceShot | None:
    """Make a shot of the largest face of an image; None if it has none."""
    try:
        frame = Frame(decode_bgr(path.read_bytes()), 0.0, clock.wall_s())
    except UnreadablePictureError:
        return None
    face = max(detector.detect(frame.image), key=lambda face: face.box.area, default=None)
    if face is None:
        return None
    return FaceShot(
        capture_id=str(uuid.uuid4()),
        captured_at=frame.captured_at,
        clock_synced=clock.is_synced(),
        track_id=f"simulated-{path.stem}"[:64],
        shot=1,
        final=True,
        dwell_s=0.0,
        confidence=face.confidence,
        box=face.box,
        frame_size=frame.size,
        quality=assess(frame, face),
        crop=encode_crop(cut_out(frame, face.box, others=[])),
    )
