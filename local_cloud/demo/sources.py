"""What the demo's camera watches: the rendered video, the user's recording, or a webcam."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2

from local_cloud.errors import CloudError

if TYPE_CHECKING:
    from pathlib import Path


def check_webcam(number: int) -> None:
    """Check at once that there is such a camera.

    Raises:
        CloudError: There is none, or another program uses it.
    """
    if not _has_frame(number):
        raise CloudError(
            f"No camera {number} answers. Connect one, close other programs that use it, or leave out CAMERA: "
            "the demo then plays a video."
        )


def check_video(path: Path) -> None:
    """Check at once that the recording can be read.

    Raises:
        CloudError: It does not exist, or is no video that OpenCV reads.
    """
    if not path.is_file():
        raise CloudError(f"There is no recording {path}. Check the path.")
    if not _has_frame(str(path)):
        raise CloudError(f"{path} is not a readable recording. Give an MP4, AVI, MOV or MKV file.")


def _has_frame(source: int | str) -> bool:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(source)
    try:
        return capture.isOpened() and capture.read()[0]
    finally:
        capture.release()
