"""The command in its own process."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local_cloud.paths import ROOT
from local_cloud.rekognition import cli
from local_cloud.rekognition.engine import model_files
from tests.support.rekognition_client import OBAMA, OBAMA2, client


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310 (our own server)
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start a server and yield its process and URL. It is killed at the end, as in a power cut."""
    port = free_port()
    command = [sys.executable, "-m", "local_cloud.rekognition", "--port", str(port), *options]
    process = subprocess.Popen(command, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if healthy(url):
                break
            assert process.poll() is None, "the server ended"
            time.sleep(0.05)
        yield process, url
    finally:
        process.kill()
        process.wait()


def test_indexed_faces_survive_a_power_cut(tmp_path: Path) -> None:
    with started("--data", str(tmp_path / "collections")) as (_, url):
        rekognition = client(url)
        rekognition.create_collection(CollectionId="gallery")
        indexed = rekognition.index_faces(CollectionId="gallery", Image={"Bytes": OBAMA.read_bytes()})
    with started("--data", str(tmp_path / "collections")) as (_, url):
        found = client(url).search_faces_by_image(CollectionId="gallery", Image={"Bytes": OBAMA2.read_bytes()})
    (match,) = found["FaceMatches"]
    assert match["Face"]["FaceId"] == indexed["FaceRecords"][0]["Face"]["FaceId"]
    assert match["Similarity"] > 99


def listeners(port: int) -> list[str]:
    """List the local addresses that listen on a port, in the kernel's hexadecimal form."""
    sockets = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    places = [local.split(":") for _, local, _, state, *_ in sockets if state == "0A"]
    return [address for address, hexadecimal in places if int(hexadecimal, 16) == port]


def test_it_listens_on_loopback_only_and_ends_on_sigint() -> None:
    with started() as (process, url):
        port = int(url.rpartition(":")[2])
        assert listeners(port) == ["0100007F"]
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert not healthy(url)


def test_prepare_prints_the_paths_of_both_models() -> None:
    result = CliRunner().invoke(cli.app, ["prepare"])
    assert result.exit_code == 0
    detector, embedding = result.stdout.split()
    assert Path(detector).is_file()
    assert Path(embedding).is_file()


@pytest.mark.parametrize("arguments", [["prepare"], ["--port", "4999"]])
def test_a_missing_model_is_a_one_line_error(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_files, "_DLIB_DIRECTORY", tmp_path)
    monkeypatch.setattr(cli, "embedding_file", lambda: model_files.embedding_file(tmp_path / "models"))
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 1
    assert result.stderr == "The face model face_recognition_model.bin is not installed. Run `make setup`.\n"
