"""Read the files of a folder on a disk or in S3. File names are relative and never leave the folder."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from lambdas.common.outside_text import shown
from lambdas.common.s3_objects import is_not_found
from lambdas.downloads.errors import GoneError, RefusedError, TooLargeError
from lambdas.ingest.sources.agency_folder.spelling import SpellingIndex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3 import S3Client


_MAX_NAME, _MAX_PART = 900, 255  # bytes of a key in S3 below its prefix, and of one name on a disk


class Folder(Protocol):
    """A folder of files."""

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Read a file.

        Raises:
            GoneError: the folder does not have the file.
            RefusedError: the name leaves the folder.
            TooLargeError: the file has more than `max_bytes`.
        """

    def stamp(self, name: str) -> str | None:
        """Return a text that changes when the file does, or None if there is no such file."""

    def find(self, name: str) -> str | None:
        """Return the name that the folder has for a file, or None if there is no such file.

        A name that differs only in case or in the Unicode form of its accents names the same file, unless the folder
        has several such files.

        Raises:
            RefusedError: the name leaves the folder.
        """


@dataclass(frozen=True)
class LocalFolder:
    """A folder on a disk."""

    path: Path

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Read a file, as `Folder.read` says."""
        file = self._file(name)
        if not file.is_file():
            raise GoneError(f"{self.path} has no file {name!r}")
        if file.stat().st_size > max_bytes:
            raise TooLargeError(f"{shown(name)} is larger than {max_bytes:,} bytes")
        return file.read_bytes()

    def stamp(self, name: str) -> str | None:
        """Return the size and the time of change."""
        file = self._file(name)
        return f"{file.stat().st_size}-{file.stat().st_mtime_ns}" if file.is_file() else None

    def find(self, name: str) -> str | None:
        """Return the file's name on the disk, as `Folder.find` says."""
        file = self._file(name)
        return str(file.relative_to(self.path.resolve())) if file.is_file() else None

    def _file(self, name: str) -> Path:
        """Resolve symbolic links before the check, so that they cannot leave the folder either."""
        try:
            file = _on_disk(self.path, PurePosixPath(_checked(name)).parts).resolve()
        except RuntimeError as error:  # Python 3.11 to 3.12
            raise RefusedError(f"{name!r} is a loop of symbolic links") from error
        if not file.is_relative_to(self.path.resolve()):
            raise RefusedError(f"{name!r} leaves {self.path}")
        return file


@dataclass(frozen=True)
class S3Folder:
    """A prefix of a bucket."""

    s3: S3Client
    bucket: str
    prefix: str
    _listed: dict[str, SpellingIndex] = field(default_factory=dict, compare=False)

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Read a file, as `Folder.read` says."""
        found = self.find(name)
        if found is None:
            raise GoneError(f"s3://{self.bucket}/{self._key(name)} does not exist")
        answer = self.s3.get_object(Bucket=self.bucket, Key=self._key(found))
        if answer["ContentLength"] > max_bytes:
            raise TooLargeError(f"{shown(name)} is larger than {max_bytes:,} bytes")
        return answer["Body"].read()

    def stamp(self, name: str) -> str | None:
        """Return the object's ETag."""
        found = self.find(name)
        return self._etag(found) if found is not None else None

    def find(self, name: str) -> str | None:
        """Return the end of the object's key, as `Folder.find` says."""
        if self._etag(name) is not None:
            return name
        folder = name.rpartition("/")[0]
        if folder not in self._listed:
            self._listed[folder] = SpellingIndex(self._names(folder))
        return self._listed[folder].find(name)

    def _etag(self, name: str) -> str | None:
        try:
            return self.s3.head_object(Bucket=self.bucket, Key=self._key(name))["ETag"]
        except ClientError as error:
            if is_not_found(error):
                return None
            raise

    def _names(self, folder: str) -> Iterator[str]:
        start = self._key(f"{folder}/x").removesuffix("x") if folder else self._key("x").removesuffix("x")
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start, Delimiter="/"):
            yield from (f"{folder}/{item['Key'].removeprefix(start)}".lstrip("/") for item in page.get("Contents", []))

    def _key(self, name: str) -> str:
        return f"{self.prefix.strip('/')}/{_checked(name)}".lstrip("/")


def open_folder(place: str, *, s3: S3Client | None = None) -> Folder:
    """Open a folder by its path or by s3://BUCKET/PREFIX.

    Raises:
        ValueError: the folder does not exist, or a folder in S3 lacks the client.
    """
    if place.startswith("s3://"):
        if s3 is None:
            raise ValueError(f"{place} needs an S3 client")
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        return S3Folder(s3, bucket, prefix)
    if not Path(place).is_dir():
        raise ValueError(f"there is no folder {place}")
    return LocalFolder(Path(place))


def _on_disk(folder: Path, parts: tuple[str, ...]) -> Path:
    """Replace each part of a path by its spelling on the disk, if the disk has one."""
    for part in parts:
        exact = folder / part
        alike = None if exact.exists() else _spellings(folder).find(part)
        folder = folder / alike if alike else exact
    return folder


def _spellings(folder: Path) -> SpellingIndex:
    try:
        return _spellings_at(folder, folder.stat().st_mtime_ns)
    except OSError:
        return SpellingIndex(())


@functools.lru_cache(maxsize=16)
def _spellings_at(folder: Path, _changed_ns: int) -> SpellingIndex:
    return SpellingIndex(path.name for path in folder.iterdir())


def _checked(name: str) -> str:
    parts = PurePosixPath(name)
    if not name or parts.is_absolute() or ".." in parts.parts or "\\" in name or "\x00" in name:
        raise RefusedError(f"{name!r} is not a relative file name")
    if len(name.encode()) > _MAX_NAME or any(len(part.encode()) > _MAX_PART for part in parts.parts):
        raise RefusedError(f"{name[:80]!r}... is too long for a file name")
    return name
