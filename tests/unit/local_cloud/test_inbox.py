"""The inbox keeps its messages when the cloud is to stay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from local_cloud.inbox.messages import Message, Messages
from local_cloud.inbox.server import InboxServer

if TYPE_CHECKING:
    from pathlib import Path

SMS = Message(channel="sms", recipients=["desk"], subject="", text="Possible match\nÉ", sent_at="2026-11-27T10:00:00Z")


def test_messages_survive_the_end_of_the_inbox(tmp_path: Path) -> None:
    file = tmp_path / "inbox.jsonl"
    Messages(file).keep(SMS)
    assert Messages(file).received == [SMS]


def test_inbox_without_a_file_begins_empty() -> None:
    Messages().keep(SMS)
    assert Messages().received == []


def test_page_shows_what_a_recipient_gets_and_no_receipt() -> None:
    messages = Messages()
    messages.keep(SMS)
    messages.keep(replace(SMS, channel="document", recipients=[], text='{"receipt": 1}'))
    page = TestClient(InboxServer(messages, "http://127.0.0.1:1").app(), base_url="http://127.0.0.1").get("/").text
    assert "to desk" in page
    assert "receipt" not in page
