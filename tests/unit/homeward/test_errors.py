"""Expected errors are one line that says what to do."""

from __future__ import annotations

import os
import sys

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

import homeward.cli
from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")  # so that the test's end restores it
    monkeypatch.delenv("AWS_DEFAULT_REGION")


def error_of(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["homeward", "encounter", "list", "-a", "town-dev"])
    with pytest.raises(SystemExit) as ended:
        homeward.cli.main()
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_region_is_that_of_the_variable_of_the_guide(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert error_of(monkeypatch, capsys).startswith("homeward: No AWS region. Set AWS_REGION")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert error_of(monkeypatch, capsys).startswith("homeward: No AWS credentials. Set AWS_PROFILE")


@pytest.mark.parametrize(
    ("is_local", "line"),
    [
        (True, "homeward: The local cloud of this shell is down. Bring it up"),
        (False, "homeward: AWS answered: Could not connect to the endpoint URL"),
    ],
)
def test_shell_of_a_local_cloud_that_is_down_is_told(
    is_local: bool, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9/")

    monkeypatch.setattr(homeward.cli, "app", command)
    monkeypatch.setattr(sys, "argv", ["homeward"])
    monkeypatch.delenv(LOCAL_CLOUD_VARIABLE, raising=False)
    if is_local:
        monkeypatch.setenv(LOCAL_CLOUD_VARIABLE, "1")
    with pytest.raises(SystemExit) as ended:
        homeward.cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(line)
