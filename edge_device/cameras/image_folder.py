"""A folder that receives images from a trail camera, a doorbell or an FTP upload."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import structlog

from edge_device import clock
from edge_device.cameras.picture_file import decode_bgr
from edge_device.core.face import Frame
from pictures.decode import MAX_FILE_BYTES
from pictures.errors import BrokenPictureError, UnreadablePictureError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

log = structlog.get_logger()

_REPEATS = 3  # a track is confirmed by three frames
_GAP_S = 10.0  # ends all tracks between two images
_JUNK = frozenset({"thumbs.db", "desktop.ini"})


class _Version(NamedTuple):
    """What changes when a file is written again."""

    inode: int
    size: int
    modified_ns: int


@dataclass
class _File:
    """What is known of one file."""

    version: _Version
    changed_at_s: float
    done: bool = False
    digest: bytes = b""
    reported: bool = False


@dataclass
class ImageFolder:
    """Reads all images of the folder and its subfolders by name; with `follow`, then waits for new ones without end.

    A file that is written again with another content is a new image. An image whose end is missing is an upload in
    progress: it is read once it is whole, and reported after `patience_s` without a change.
    """

    path: Path
    follow: bool = False
    every_s: float = 0.5
    patience_s: float = 30.0
    _files: dict[Path, _File] = field(default_factory=dict)
    _shown_at_s: float = 0.0

    def frames(self) -> Iterator[Frame | None]:
        """Yield each image three times. `captured_at` is the file's modification time."""
        while True:
            found = dict(sorted(self._listed()))
            self._files = {path: known for path, known in self._files.items() if path in found}
            for path, version in found.items():
                image = self._new_image(path, version)
                if image is not None:
                    yield from self._shown(image, version.modified_ns / 1e9)
            if not self.follow:
                return
            time.sleep(self.every_s)
            yield None

    def _listed(self) -> Iterator[tuple[Path, _Version]]:
        for path in self.path.rglob("*"):
            hidden = any(part.startswith(".") for part in path.relative_to(self.path).parts)
            if hidden or path.name.lower() in _JUNK or not path.is_file():
                continue
            status = _status(path)
            if status:
                yield path, _Version(status.st_ino, status.st_size, status.st_mtime_ns)

    def _shown(self, image: NDArray[np.uint8], captured_at: float) -> Iterator[Frame]:
        self._shown_at_s += _GAP_S
        for repeat in range(_REPEATS):
            yield Frame(image, self._shown_at_s + repeat * 0.1, captured_at, clock.is_synced(), is_repeat=repeat > 0)

    def _new_image(self, path: Path, version: _Version) -> NDArray[np.uint8] | None:
        """Read an image that has not been seen; None if there is none, or not yet."""
        file = self._files.setdefault(path, _File(version, clock.steady_s()))
        if file.version != version:
            file.version, file.changed_at_s, file.done = version, clock.steady_s(), False
        if file.done:
            return None
        try:
            return self._read(path, file)
        except BrokenPictureError as error:
            self._give_up(path, file, str(error), after_s=self.patience_s)
        except UnreadablePictureError as error:
            self._give_up(path, file, str(error), after_s=self.every_s if version.size else self.patience_s)
        except OSError as error:
            self._give_up(path, file, error.strerror or "cannot be read", after_s=self.patience_s)
        return None

    def _read(self, path: Path, file: _File) -> NDArray[np.uint8] | None:
        if file.version.size > MAX_FILE_BYTES:
            raise UnreadablePictureError(f"larger than {MAX_FILE_BYTES // 1_000_000} MB")
        data = path.read_bytes()
        digest = hashlib.sha256(data).digest()
        # Some cameras never write the end mark. Without it, an upload may be in progress until nothing changes.
        needs_end = self.follow and clock.steady_s() - file.changed_at_s < self.patience_s
        image = None if digest == file.digest else decode_bgr(data, needs_end=needs_end)
        # Written since it was listed: the next round sees the new version.
        file.done, file.digest = len(data) == file.version.size, digest
        return image

    def _give_up(self, path: Path, file: _File, reason: str, *, after_s: float) -> None:
        """Report a file once. It is read again when it changes."""
        if self.follow and clock.steady_s() - file.changed_at_s < after_s:
            return
        file.done = True
        if not file.reported:
            file.reported = True
            log.warning("skipped a file that is not an image", file=str(path), reason=reason)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # removed since it was listed
        return None
