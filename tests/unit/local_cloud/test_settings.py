import socket
from pathlib import Path

import pytest

from local_cloud.cdk import cdk_environment
from local_cloud.processes.services import services_of
from local_cloud.settings import SETTINGS_JSON, CloudSettings


def test_each_listener_gets_an_unused_port_of_its_own() -> None:
    settings = CloudSettings().with_free_ports()

    assert len(set(settings.ports.values())) == len(settings.ports)
    assert settings.ports_in_use() == {}


def test_a_port_in_use_is_named() -> None:
    settings = CloudSettings().with_free_ports()
    with socket.create_server(("127.0.0.1", settings.mqtt_port)):
        assert settings.ports_in_use() == {"mqtt": settings.mqtt_port}


def test_ports_of_unused_services_may_be_in_use() -> None:
    settings = CloudSettings(services=("emulator",)).with_free_ports()
    with socket.create_server(("127.0.0.1", settings.namus_port)):
        assert settings.ports_in_use() == {}


def test_settings_survive_the_json_for_the_supervisor(tmp_path: Path) -> None:
    settings = CloudSettings(state=tmp_path, documents=tmp_path / "documents", auth=True, rekognition_tps=5)

    assert SETTINGS_JSON.validate_json(SETTINGS_JSON.dump_json(settings)) == settings


def test_the_state_folder_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert CloudSettings(state=Path("cloud")).state == tmp_path.resolve() / "cloud"


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"])
def test_no_real_account_reaches_services_or_the_cdk(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "of-a-real-account")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-a-real-account")
    settings = CloudSettings()

    environments = [cdk_environment(settings), *(service.environment for service in services_of(settings))]

    assert not [environment for environment in environments if "of-a-real-account" in environment.values()]
