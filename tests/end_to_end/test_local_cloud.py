"""The embedded cloud itself: starting, ending, who may connect, what is applied after a deployment."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from awscrt import mqtt5
from awscrt.io import ClientTlsContext, TlsContextOptions

from homeward.deployment.outputs import Deployment
from homeward.fleet.registration import register_camera
from homeward.fleet.revocation import revoke_camera
from local_cloud import lifecycle
from local_cloud.cloud import Cloud
from local_cloud.emulator.faults import Fault
from local_cloud.errors import CloudError
from local_cloud.processes.group import living
from local_cloud.settings import CloudSettings
from tests.end_to_end.small_stage import make_table

ROLE = "arn:aws:iam::000000000000:role/any"


def emulator_only(state: Path) -> CloudSettings:
    return CloudSettings(state=state, services=("emulator",)).with_free_ports()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with lifecycle.running_cloud(emulator_only(tmp_path_factory.mktemp("cloud"))) as running:
        yield running


def group_of(state: Path) -> int:
    group = lifecycle.process_group(state)
    assert group
    return group


def eventually(condition: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return met


def make_function(cloud: Cloud, name: str, code: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("index.py", code)
    cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.14",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=10,
    )


def call_function(cloud: Cloud, name: str) -> Any:
    return json.load(cloud.client("lambda").invoke(FunctionName=name, Payload=b"{}")["Payload"])


def listening_addresses(group: int) -> list[str]:
    """Local addresses, as the kernel writes them, of the listening sockets of a process group."""
    sockets = set()
    for pid in living(group):
        links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
        sockets |= {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:")}
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    return [row[1].rpartition(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets]


def test_nothing_listens_beyond_loopback(cloud: Cloud) -> None:
    addresses = listening_addresses(group_of(cloud.settings.state))

    # HTTP and MQTT; 0100007F is 127.0.0.1 in the kernel's byte order.
    assert addresses == ["0100007F", "0100007F"]


def test_functions_find_every_service_by_the_environment_alone(cloud: Cloud) -> None:
    make_function(
        cloud,
        "endpoints",
        "import boto3\n"
        "def handler(event, context):\n"
        "    return [boto3.client(name).meta.endpoint_url for name in ('s3', 'rekognition')]\n",
    )

    endpoints = cloud.settings.endpoints
    assert call_function(cloud, "endpoints") == [endpoints["emulator"], endpoints["rekognition"]]


def test_the_environment_is_all_that_a_client_needs(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)

    assert boto3.session.Session().client("sts").get_caller_identity()["Account"] == "000000000000"


def test_a_failing_request_fails_and_the_next_succeeds(cloud: Cloud) -> None:
    sns = cloud.client("sns")
    with (
        cloud.failing(Fault("sns", "CreateTopic", times=99, status=400, code="InvalidParameter")),
        pytest.raises(sns.exceptions.InvalidParameterException),
    ):
        sns.create_topic(Name="alerts")

    assert sns.create_topic(Name="alerts")["TopicArn"].endswith(":alerts")


def test_what_cloudformation_drops_is_applied_from_the_templates(cloud: Cloud) -> None:
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        },
    }
    cors = {"AllowOrigins": ["https://homeward.agency.example"], "AllowMethods": ["GET"]}
    api = {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Name": "api", "ProtocolType": "HTTP", "CorsConfiguration": cors},
    }
    template = json.dumps({"Resources": {"Table": table, "Api": api}})
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(StackName="dropped", TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="dropped", WaiterConfig={"Delay": 1})
    resources = cloudformation.describe_stack_resources(StackName="dropped")["StackResources"]
    names = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}

    for _ in range(2):  # a second deployment changes nothing and is not refused
        cloud.apply_dropped_settings()

    ttl = cloud.client("dynamodb").describe_time_to_live(TableName=names["Table"])["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert cloud.client("apigatewayv2").get_api(ApiId=names["Api"])["CorsConfiguration"] == cors


@pytest.fixture(scope="module")
def fleet(cloud: Cloud) -> Deployment:
    """What of the fleet stack a camera's registration needs."""
    allow = {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    names = ("CamerasTable", "CameraType", "CameraGroup", "CameraPolicyName")
    iot = cloud.client("iot")
    make_table(cloud, "CamerasTable", "camera")
    iot.create_thing_type(thingTypeName="CameraType")
    iot.create_thing_group(thingGroupName="CameraGroup")
    iot.create_policy(policyName="CameraPolicyName", policyDocument=policy)
    return Deployment(stage="local", outputs={name: name for name in names}, client=cloud.client)


@dataclass(frozen=True)
class Camera:
    """What an MQTT client needs to connect as a camera."""

    thing: str
    port: int
    certificate: Path
    key: Path
    ca: Path


def make_camera(cloud: Cloud, fleet: Deployment, thing: str, folder: Path) -> Camera:
    camera = Camera(thing, cloud.settings.mqtt_port, folder / "camera.crt", folder / "camera.key", cloud.iot_ca)
    register_camera(fleet, thing, site="Dock", certificate=camera.certificate, key=camera.key)
    return camera


@pytest.fixture(scope="module")
def camera(cloud: Cloud, fleet: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return make_camera(cloud, fleet, "cam-01", tmp_path_factory.mktemp("camera"))


class Connection:
    """One MQTT 5 connection, with what became of it."""

    def __init__(self, make: Callable[..., mqtt5.Client]) -> None:
        self.error: Exception | None = None
        self._settled = threading.Event()
        self.client = make(
            on_lifecycle_event_connection_success_fn=lambda _: self._settled.set(),
            on_lifecycle_event_connection_failure_fn=self._failed,
        )
        self.client.start()
        assert self._settled.wait(20)

    def _failed(self, data: mqtt5.LifecycleConnectFailureData) -> None:
        self.error = data.exception
        self._settled.set()


def connect(camera: Camera, *, certificate: bool, **options: Any) -> Connection:
    """Connect as the camera, verifying the broker; with or without the camera's certificate."""
    if certificate:
        tls = TlsContextOptions.create_client_with_mtls_from_path(str(camera.certificate), str(camera.key))
    else:
        tls = TlsContextOptions()
    tls.override_default_trust_store_from_path(None, str(camera.ca))
    return Connection(
        lambda **callbacks: mqtt5.Client(
            mqtt5.ClientOptions(
                host_name="localhost",  # a name that is in the broker's certificate
                port=camera.port,
                tls_ctx=ClientTlsContext(tls),
                connect_options=mqtt5.ConnectPacket(client_id=camera.thing, **options),
                **callbacks,
            )
        )
    )


def test_a_camera_with_its_certificate_reaches_the_rule(cloud: Cloud, camera: Camera) -> None:
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName="faces")["QueueUrl"]
    selected = "*, topic(3) AS thing, clientid() AS client_id"
    sql = f"SELECT {selected} FROM 'homeward/v1/+/faces' WHERE detection.confidence > 0.8"  # noqa: S608  (IoT's own SQL)
    action = {"sqs": {"queueUrl": queue, "roleArn": ROLE, "useBase64": False}}
    cloud.client("iot").create_topic_rule(ruleName="faces", topicRulePayload={"sql": sql, "actions": [action]})
    connection = connect(camera, certificate=True)
    assert connection.error is None

    for confidence in (0.5, 0.93):
        payload = json.dumps({"detection": {"confidence": confidence}})
        packet = mqtt5.PublishPacket(topic="homeward/v1/cam-01/faces", payload=payload, qos=mqtt5.QoS.AT_LEAST_ONCE)
        connection.client.publish(packet).result(10)
    connection.client.stop()

    received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10, MaxNumberOfMessages=10)["Messages"]
    expected = {"detection": {"confidence": 0.93}, "thing": "cam-01", "client_id": "cam-01"}
    assert [json.loads(message["Body"]) for message in received] == [expected]


def test_a_client_without_a_certificate_is_refused(camera: Camera) -> None:
    connection = connect(camera, certificate=False)
    connection.client.stop()

    assert connection.error is not None


@pytest.mark.parametrize("prevented", [False, True])
def test_a_connection_is_ended_on_request_with_its_last_will_or_without(
    cloud: Cloud, fleet: Deployment, tmp_path: Path, *, prevented: bool
) -> None:
    data, name = cloud.client("iot-data"), f"cam-will-{prevented}"
    camera = make_camera(cloud, fleet, name, tmp_path)
    will = mqtt5.PublishPacket(topic=f"{name}/status", payload=b"gone", qos=mqtt5.QoS.AT_LEAST_ONCE, retain=True)
    connection = connect(camera, certificate=True, will=will)

    data.delete_connection(clientId=name, preventWillMessage=prevented)
    connection.client.stop()

    if prevented:
        with pytest.raises(data.exceptions.ResourceNotFoundException):
            data.get_retained_message(topic=f"{name}/status")
    else:
        assert data.get_retained_message(topic=f"{name}/status")["payload"] == b"gone"
    with pytest.raises(data.exceptions.ResourceNotFoundException):
        data.delete_connection(clientId="nobody")
    revoke_camera(fleet, name)


def test_a_revoked_camera_is_refused_and_frees_its_policy(cloud: Cloud, fleet: Deployment, tmp_path: Path) -> None:
    def targets() -> list[str]:
        listed = cloud.client("iot").list_targets_for_policy(policyName="CameraPolicyName")
        return [str(arn) for arn in listed["targets"]]

    before = targets()
    gone = make_camera(cloud, fleet, "cam-02", tmp_path)
    assert len(targets()) == len(before) + 1
    revoke_camera(fleet, "cam-02")

    connection = connect(gone, certificate=True)
    connection.client.stop()

    assert connection.error is not None
    assert targets() == before, "a policy that a certificate has cannot be destroyed with its stack"


def python(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *arguments], text=True, **options)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    with python("-m", "local_cloud", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        out, err = program.communicate()
    return subprocess.CompletedProcess(arguments, program.returncode, out, err)


def test_up_status_and_down_of_the_whole_cloud(tmp_path: Path) -> None:
    state = ["--state", str(tmp_path)]
    try:
        first = run("up", *state, "--free-ports")
        assert first.returncode == 0, first.stderr
        group = group_of(tmp_path)
        pids = json.loads((tmp_path / "cloud.json").read_text())["pids"]

        second = run("up", *state)
        status = run("status", *state, "--json")

        assert (second.returncode, "already up" in second.stdout) == (0, True)
        assert json.loads((tmp_path / "cloud.json").read_text())["pids"] == pids
        assert status.returncode == 0
        assert json.loads(status.stdout)["healthy"] == {"rekognition": True, "namus": True, "emulator": True}
        assert set(listening_addresses(group)) == {"0100007F"}
        assert "Ready" in run("logs", "emulator", *state).stdout
    finally:
        down = run("down", *state)
    assert (down.returncode, living(group)) == (0, [])
    assert run("status", *state).returncode == 3
    assert run("down", *state).returncode == 0


def test_two_clouds_side_by_side_share_nothing(cloud: Cloud, tmp_path: Path) -> None:
    with lifecycle.running_cloud(emulator_only(tmp_path)) as other:
        other.client("s3").create_bucket(Bucket="only-here")

        assert "only-here" not in [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]


def test_a_cloud_that_is_up_is_not_started_twice(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match="is already up"):
        lifecycle.start(cloud.settings)


def test_a_taken_port_is_an_error_that_says_what_to_do(cloud: Cloud, tmp_path: Path) -> None:
    settings = CloudSettings(state=tmp_path, services=("emulator",), emulator_port=cloud.settings.emulator_port)

    with pytest.raises(CloudError, match=rf"port {settings.emulator_port} \(emulator\).*--free-ports"):
        lifecycle.start(settings)


def test_a_service_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = emulator_only(tmp_path)
    monkeypatch.setattr(CloudSettings, "ports_in_use", lambda _: {})
    with (
        socket.create_server(("127.0.0.1", settings.emulator_port)),
        pytest.raises(CloudError, match=f"(?s)did not start.*{settings.emulator_port} is already in use"),
    ):
        lifecycle.start(settings)

    assert lifecycle.process_group(tmp_path) is None


def test_down_ends_the_workers_of_functions_too(tmp_path: Path) -> None:
    with lifecycle.running_cloud(emulator_only(tmp_path)) as cloud:
        make_function(cloud, "pid", "import os\ndef handler(event, context): return os.getpid()")
        worker = call_function(cloud, "pid")
        group = group_of(tmp_path)
        assert worker in living(group)
        lifecycle.stop(tmp_path)

        assert living(group) == []
        assert not (tmp_path / "tmp").exists()


def test_the_cloud_ends_with_any_of_its_services(tmp_path: Path) -> None:
    with lifecycle.running_cloud(emulator_only(tmp_path)):
        group = group_of(tmp_path)
        emulator = lifecycle.description(tmp_path)
        assert emulator
        os.kill(emulator["pids"]["emulator"], signal.SIGKILL)

        assert eventually(lambda: lifecycle.process_group(tmp_path) is None)
        assert eventually(lambda: not living(group))
    assert "emulator ended with exit code -9" in (tmp_path / "logs" / "supervisor.log").read_text()


def test_down_ends_services_whose_keeper_was_killed(tmp_path: Path) -> None:
    settings = emulator_only(tmp_path)
    supervisor = lifecycle.start(settings)
    lifecycle.detach(supervisor)
    supervisor.kill()
    supervisor.wait()
    assert living(supervisor.pid)

    assert lifecycle.stop(tmp_path)

    assert living(supervisor.pid) == []


def test_a_stale_description_is_not_taken_for_a_cloud(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(str(os.getpid()))
    (tmp_path / "cloud.json").write_text(json.dumps({"pids": {"supervisor": os.getpid()}}))

    assert lifecycle.description(tmp_path) is None
    assert lifecycle.stop(tmp_path) is False


STARTER = """
import sys, time
from pathlib import Path
from local_cloud.lifecycle import running_cloud
from local_cloud.settings import CloudSettings

with running_cloud(CloudSettings(state=Path(sys.argv[1]), services=("emulator",)).with_free_ports()):
    print("running", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_starter_is_interrupted_or_killed(number: signal.Signals, tmp_path: Path) -> None:
    starter = python("-c", STARTER, str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert starter.stdout
    assert starter.stdout.readline() == "running\n"
    group = group_of(tmp_path)

    starter.send_signal(number)
    starter.communicate()

    assert eventually(lambda: not living(group))
    assert lifecycle.process_group(tmp_path) is None


def test_a_starter_that_is_killed_before_the_cloud_is_healthy_leaves_nothing(tmp_path: Path) -> None:
    starter = python("-m", "local_cloud", "up", "--free-ports", "--state", str(tmp_path))
    group = eventually(lambda: lifecycle.process_group(tmp_path))
    assert group

    starter.kill()
    starter.wait()

    assert eventually(lambda: not living(group))


def on_lifeline(script: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return python("-m", "local_cloud.processes.kill_with_parent", "sh", "-c", script, start_new_session=True, **pipes)


def test_a_command_on_the_lifeline_dies_with_its_caller() -> None:
    lifeline = on_lifeline("echo started; sleep 600 & sleep 600")
    assert lifeline.stdout
    assert lifeline.stdout.readline() == "started\n"

    lifeline.communicate()

    assert eventually(lambda: not living(lifeline.pid))


def test_a_command_on_the_lifeline_gives_its_own_exit_code() -> None:
    with on_lifeline("exit 7") as lifeline:
        assert lifeline.wait() == 7


def test_an_app_that_does_not_synthesise_shows_why(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")

    with pytest.raises(CloudError, match="no such agency"):
        cloud.synthesize("echo no such agency >&2; exit 1", folder=tmp_path)
