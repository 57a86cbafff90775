"""Publishing through AWS IoT Greengrass v1 and v2."""

from __future__ import annotations

import json
import sys
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from awsiot.greengrasscoreipc.model import QOS, UnauthorizedError

from edge_device.publishers import PublishError
from edge_device.publishers.greengrass_v1 import GreengrassV1
from edge_device.publishers.greengrass_v2 import GreengrassV2
from tests.edge.support.broker import wait_until

TOPIC = "homeward/v1/cam-01/faces"


class Nucleus:
    """A fake of the nucleus' IPC client, which allows only the topics of cam-01."""

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []
        self.subscribed: dict[str, Any] = {}

    def publish_to_iot_core_async(self, **arguments: Any) -> Future[None]:
        answer: Future[None] = Future()
        if arguments["topic_name"].startswith("homeward/v1/cam-01/"):
            self.published.append(arguments)
            answer.set_result(None)
        else:
            answer.set_exception(UnauthorizedError(message="the component may not publish there"))
        return answer

    def subscribe_to_iot_core(self, *, topic_name: str, **arguments: Any) -> None:
        self.subscribed[topic_name] = arguments["on_stream_event"]

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def nucleus() -> Nucleus:
    return Nucleus()


@pytest.fixture
def v2(nucleus: Nucleus) -> GreengrassV2:
    return GreengrassV2(_ipc=nucleus)


def test_v2_publishes_through_the_nucleus_with_qos_1(v2: GreengrassV2, nucleus: Nucleus) -> None:
    v2.publish(TOPIC, b"{}")
    v2.publish("homeward/v1/cam-01/status", b"{}", retain=True)
    assert [(sent["qos"], sent["retain"]) for sent in nucleus.published] == [
        (QOS.AT_LEAST_ONCE, False),
        (QOS.AT_LEAST_ONCE, True),
    ]


def test_v2_refusal_is_a_publish_error(v2: GreengrassV2) -> None:
    with pytest.raises(PublishError, match="may not publish there"):
        v2.publish("homeward/v1/cam-02/faces", b"{}")


def test_v2_subscription_passes_topic_and_payload(v2: GreengrassV2, nucleus: Nucleus) -> None:
    received: list[tuple[str, bytes]] = []
    v2.subscribe(
        "$aws/things/cam-01/shadow/name/camera/update/delta", lambda topic, payload: received.append((topic, payload))
    )
    message = SimpleNamespace(message=SimpleNamespace(topic_name="delta", payload=b"{}"))
    nucleus.subscribed["$aws/things/cam-01/shadow/name/camera/update/delta"](message)
    wait_until(lambda: received == [("delta", b"{}")])


def test_v2_outside_of_a_component_is_a_publish_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SVCUID", raising=False)
    monkeypatch.delenv("AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT", raising=False)
    with pytest.raises(PublishError, match="Deploy the program as a component"):
        GreengrassV2().connect()


@pytest.fixture
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake Greengrass v1 core; returns the file with the messages it accepted."""
    accepted = tmp_path / "published.jsonl"
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "deeplens_fakes"))
    monkeypatch.delitem(sys.modules, "greengrasssdk", raising=False)
    monkeypatch.setenv("FAKE_GREENGRASS_FILE", str(accepted))
    return accepted


def test_v1_publishes_through_the_sdk_and_skips_retained(core: Path) -> None:
    v1 = GreengrassV1()
    v1.connect()
    v1.publish(TOPIC, b'{"capture_id": "capture-1"}')
    v1.publish("homeward/v1/cam-01/status", b"{}", retain=True)
    (line,) = core.read_text().splitlines()
    assert json.loads(line) == {"topic": TOPIC, "payload": {"capture_id": "capture-1"}}


def test_v1_failure_of_the_core_is_a_publish_error(core: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_GREENGRASS_FAILURES", "1")
    v1 = GreengrassV1()
    v1.connect()
    with pytest.raises(PublishError, match="the Greengrass core is not there"):
        v1.publish(TOPIC, b"{}")
    assert not core.exists()


def test_v1_on_another_device_is_a_publish_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "greengrasssdk", None)
    with pytest.raises(PublishError, match="Only a Greengrass v1 core has it"):
        GreengrassV1().connect()
