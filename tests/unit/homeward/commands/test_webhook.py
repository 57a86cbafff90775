from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.town import Town

KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef0").decode()


@pytest.fixture
def town(deploy: Callable[..., Town]) -> Town:
    secrets, sqs = boto3.client("secretsmanager"), boto3.client("sqs")
    return deploy(
        {
            "WebhookKeyRecordsSystem": secrets.create_secret(Name="key", SecretString=KEY)["ARN"],
            "ChatAddressTeam": secrets.create_secret(Name="address", SecretString=KEY)["ARN"],
            "WebhookQueueTeam": sqs.create_queue(QueueName="team")["QueueUrl"],
        }
    )


def test_secret_prints_the_key_in_the_receivers_format(town: Town) -> None:
    assert town.run("webhook", "secret", "records-system").stdout == f"whsec_{KEY}\n"


def test_secret_does_not_print_a_chat_rooms_address(town: Town) -> None:
    refused = town.run("webhook", "secret", "team")
    assert refused.exit_code == 3
    assert "has no recipient team with webhook" in refused.stderr


def test_set_url_reads_standard_input(town: Town) -> None:
    secrets = boto3.client("secretsmanager")
    url = "https://chat.example/services/a-secret"
    dry = town.run("webhook", "set-url", "team", "--dry-run", stdin=f"{url}\n")
    assert dry.stdout == "would set the address of team\n"
    assert secrets.get_secret_value(SecretId="address")["SecretString"] == KEY
    assert town.run("webhook", "set-url", "team", stdin=f"{url}\n").stdout == "the address of team is set\n"
    assert secrets.get_secret_value(SecretId="address")["SecretString"] == url


@pytest.mark.parametrize("text", ["", "http://chat.example/x\n", "not an address\n"])
def test_set_url_refuses_anything_but_https(town: Town, text: str) -> None:
    assert town.run("webhook", "set-url", "team", stdin=text).exit_code == 2
    assert boto3.client("secretsmanager").get_secret_value(SecretId="address")["SecretString"] == KEY


def test_test_message_is_queued_like_an_alert(town: Town) -> None:
    assert "is on its way to team" in town.run("webhook", "test", "team").stdout
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="team")["QueueUrl"])["Messages"]
    document = json.loads(message["Body"])
    assert document["kind"] == "test"
    assert document["text"].startswith("Test of Homeward")
    assert document["alert_id"].startswith("test-")


def test_dry_run_of_a_test_sends_nothing(town: Town) -> None:
    assert json.loads(town.run("webhook", "test", "team", "--dry-run").stdout)["verified"] is False
    sqs = boto3.client("sqs")
    assert "Messages" not in sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="team")["QueueUrl"])
