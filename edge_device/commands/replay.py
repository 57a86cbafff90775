"""`homeward-edge replay`."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import cv2
import typer

from edge_device.cameras import IncompleteVideoError
from edge_device.cameras.video_file import VideoFile
from edge_device.commands.options import INCOMPLETE, AsJson, Config, Set, exit_on_error, failure, load_settings
from edge_device.commands.output import say
from edge_device.core.message import FaceShot
from edge_device.private_file import write_private
from edge_device.wiring import build_detector, build_passers_by
from edge_device.wording.counts import counted


def replay(
    video: Annotated[Path, typer.Argument(help="Video file.")],
    *,
    config: Config = None,
    assignments: Set = None,
    crops: Annotated[Path | None, typer.Option(help="Folder to write the crops to.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which captures a video gives with these settings, without queuing or sending them.

    Examples:
        homeward-edge replay walk.mp4 --crops crops/

        homeward-edge replay walk.mp4 --set faces.min_px=80 --json
    """
    cv2.setNumThreads(1)
    with exit_on_error():
        settings = load_settings(config, [*(assignments or []), "camera=replay", f"source={video}"])
        passers_by, detector = build_passers_by(settings), build_detector(settings)
        shots: list[FaceShot] = []
        incomplete = None
        try:
            for frame in VideoFile(video).every_frame():
                passers_by.zones.black_out(frame.image)
                timed = dataclasses.replace(frame, captured_at=frame.at_s)
                shots += passers_by.see(timed, detector.detect(timed.image))
        except IncompleteVideoError as error:
            incomplete = error
        shots += passers_by.finish()
        rows = [_row(shot) for shot in shots]
        if crops:
            crops.mkdir(mode=0o700, parents=True, exist_ok=True)
            for row, shot in zip(rows, shots, strict=True):
                write_private(crops / f"{row['track']}-{row['shot']}.jpg", shot.crop.jpeg)
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        _show(rows)
    if incomplete:
        raise failure(str(incomplete), code=INCOMPLETE) from incomplete


def _show(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        final = "final" if row["final"] else ""
        say(
            f"{row['at_s']:7.2f} s  track {row['track']}  shot {row['shot']}  quality {row['quality']:.2f}"
            f"  face {row['face_px']:>3} px  {row['bytes']:>6} bytes  {final}"
        )
    say(f"{counted(len({row['track'] for row in rows}), 'passer-by', 'passers-by')}, {counted(len(rows), 'capture')}")


def _row(shot: FaceShot) -> dict[str, Any]:
    return {
        "at_s": round(shot.captured_at, 2),
        "track": shot.track_id,
        "shot": shot.shot,
        "final": shot.final,
        "quality": round(shot.quality.score, 2),
        "confidence": round(shot.confidence, 2),
        "face_px": round(shot.box.height),
        "bytes": len(shot.crop.jpeg),
    }
