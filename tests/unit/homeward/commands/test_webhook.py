from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import boto3
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.homeward.conftest import Town

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


def test_the_key_is_printed_as_receivers_take_it(town: Town) -> None:
    assert town.run("webhook", "secret", "records-system").stdout == f"whsec_{KEY}\n"


def test_the_address_of_a_chat_room_is_no_key_and_stays_where_it_is(town: Town) -> None:
    refused = town.run("webhook", "secret", "team")
    assert refused.exit_code == 3
    assert "has no recipient team with webhook" in refused.stderr


def test_an_address_is_set_from_standard_input(town: Town) -> None:
    secrets = boto3.client("secretsmanager")
    url = "https://chat.example/services/a-secret"
    dry = town.run("webhook", "set-url", "team", "--dry-run", typed=f"{url}\n")
    assert dry.stdout == "would set the address of team\n"
    assert secrets.get_secret_value(SecretId="address")["SecretString"] == KEY
    assert town.run("webhook", "set-url", "team", typed=f"{url}\n").stdout == "the address of team is set\n"
    assert secrets.get_secret_value(SecretId="address")["SecretString"] == url


@pytest.mark.parametrize("text", ["", "http://chat.example/x\n", "not an address\n"])
def test_what_is_no_https_address_is_refused(town: Town, text: str) -> None:
    assert town.run("webhook", "set-url", "team", typed=text).exit_code == 2
    assert boto3.client("secretsmanager").get_secret_value(SecretId="address")["SecretString"] == KEY


def test_a_test_goes_the_way_of_an_alert_and_says_what_it_is(town: Town) -> None:
    assert "is on its way to team" in town.run("webhook", "test", "team").stdout
    sqs = boto3.client("sqs")
    [message] = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="team")["QueueUrl"])["Messages"]
    document = json.loads(message["Body"])
    assert document["kind"] == "test"
    assert document["text"].startswith("Test of Homeward")
    assert document["alert_id"].startswith("test-")


def test_a_dry_test_sends_nothing(town: Town) -> None:
    assert json.loads(town.run("webhook", "test", "team", "--dry-run").stdout)["verified"] is False
    sqs = boto3.client("sqs")
    assert "Messages" not in sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="team")["QueueUrl"])
