from __future__ import annotations

import importlib
import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE
from lambdas.downloads.errors import RefusedError
from tests.support.loopback_site import loopback_site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.lambdas.feeds.conftest import Reading

CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:us-east-1:0:function:f",
    aws_request_id="1",
)  # fmt: skip


def test_feed_at_a_private_address_is_not_asked(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(LOCAL_CLOUD_VARIABLE, raising=False)
    with loopback_site() as site:
        feed = {"name": "shelter", "url": f"{site.url}/feed.xml", "permission": "the test's own"}
        file = tmp_path / "feeds.json"
        file.write_text(json.dumps({"contact": "homeward@agency.example", "feeds": [feed]}))
        for name, value in {
            "FEEDS_FILE": str(file),
            "FEEDS_TABLE": "feeds",
            "DETECTION_BUCKET": "detection",
            "SERVICE_NAME": "read_feed",
            "METRICS_NAMESPACE": "Homeward",
        }.items():
            monkeypatch.setenv(name, value)
        sys.modules.pop("lambdas.feeds.read_feed_handler", None)
        module = importlib.import_module("lambdas.feeds.read_feed_handler")
        with pytest.raises(RefusedError, match="not a public address"):
            module.handler({"feed": "shelter"}, CONTEXT)
        assert site.requests == []
