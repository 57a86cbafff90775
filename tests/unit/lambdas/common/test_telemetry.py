"""JSON log lines, and metrics in the embedded format."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.common.logs import RedactedError, json_log
from lambdas.common.metrics import Metrics

CONTEXT: Any = SimpleNamespace(
    function_name="everytown-match", memory_limit_in_mb=512, invoked_function_arn="arn:f", aws_request_id="r1"
)
logger = logging.getLogger("lambdas.test")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_NAME", "match")
    monkeypatch.setenv("METRICS_NAMESPACE", "Homeward")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_line_has_message_and_invocation(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd86;Parent=53995c3f;Sampled=1")

    @json_log
    def handler(event: dict[str, Any], _: Any) -> None:
        logger.info("alert to %s", event["whom"], extra={"alert_id": "e1"})

    handler({"whom": "desk"}, CONTEXT)
    handler({"whom": "patrol"}, CONTEXT)
    first, second = lines(capsys)
    assert (
        first.items()
        >= {
            "level": "INFO",
            "message": "alert to desk",
            "alert_id": "e1",
            "service": "match",
            "cold_start": True,
            "function_name": "everytown-match",
            "function_request_id": "r1",
            "xray_trace_id": "1-5759e988-bd86",
        }.items()
    )
    assert first["location"].startswith("handler:")
    assert first["timestamp"].endswith("Z")
    assert (second["message"], second["cold_start"]) == ("alert to patrol", False)


def test_logged_exception_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    @json_log
    def handler(*_: Any) -> None:
        try:
            int("seven")
        except ValueError:
            logger.exception("it failed")

    handler({}, CONTEXT)
    [line] = lines(capsys)
    assert (line["level"], line["exception_name"]) == ("ERROR", "ValueError")
    assert line["exception"].endswith("ValueError: invalid literal for int() with base 10: 'seven'")


def test_libraries_log_from_warning_on_and_log_is_restored(capsys: pytest.CaptureFixture[str]) -> None:
    @json_log
    def handler(*_: Any) -> None:
        logging.getLogger("botocore.credentials").info("found credentials")
        logging.getLogger("botocore.retries").warning("gave up")
        raise RuntimeError

    before = list(logging.getLogger().handlers)
    with pytest.raises(RuntimeError):
        handler({}, CONTEXT)
    assert [line["message"] for line in lines(capsys)] == ["gave up"]
    assert logging.getLogger().handlers == before


KEY = "captures/cam-01/.stored/2026-11-23/0/6f1d2c3b-8a4e-4b5f-9c6d-7e8f9a0b1c2d.jpg"
TEXTS = [
    f'Could not connect to the endpoint URL: "https://b.s3.amazonaws.com/{KEY}"',
    f"Read timeout on {KEY.replace('/', '%2F')}",
    f"digest {hashlib.sha256(b'').hexdigest()} differs",
]


@pytest.mark.parametrize("text", TEXTS)
def test_logs_name_no_capture(capsys: pytest.CaptureFixture[str], text: str) -> None:
    def fail() -> None:
        raise RuntimeError(text)

    @json_log
    def handler(*_: Any) -> None:
        try:
            fail()
        except RuntimeError as error:
            logger.exception(text)
            raise ExceptionGroup("every record failed", [error]) from error

    with pytest.raises(RedactedError) as raised:
        handler({}, CONTEXT)
    # The runtime prints what the handler raises, with its causes.
    written = capsys.readouterr().out + "".join(traceback.format_exception(raised.value))
    assert "6f1d2c3b" not in written
    assert "e3b0c442" not in written
    assert "(removed)" in written


def test_other_errors_are_raised_as_they_are() -> None:
    @json_log
    def handler(*_: Any) -> None:
        raise KeyError("photos/namus/MP900101/1.jpg")

    with pytest.raises(KeyError):
        handler({}, CONTEXT)


def test_failing_function_publishes_metrics_in_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = Metrics()

    @metrics.published
    def handler(*_: Any) -> None:
        metrics.count("AlertsSent")
        metrics.count("AlertsSent", 2)
        metrics.time("Searched", 12.5)
        metrics.time("Searched", 40.0)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        handler({}, CONTEXT)
    [line] = lines(capsys)
    stamp = line.pop("_aws")
    assert line == {"service": "match", "AlertsSent": 3, "Searched": [12.5, 40.0]}
    assert stamp["CloudWatchMetrics"] == [
        {
            "Namespace": "Homeward",
            "Dimensions": [["service"]],
            "Metrics": [{"Name": "AlertsSent", "Unit": "Count"}, {"Name": "Searched", "Unit": "Milliseconds"}],
        }
    ]
    assert stamp["Timestamp"] > 1_700_000_000_000


def test_each_invocation_publishes_only_its_own_metrics(
    capsys: pytest.CaptureFixture[str],
) -> None:
    metrics = Metrics()

    @metrics.published
    def handler(event: dict[str, Any], _: Any) -> None:
        for _time in range(event["times"]):
            metrics.time("Searched", 1)

    handler({"times": 1}, CONTEXT)
    handler({"times": 0}, CONTEXT)
    handler({"times": 101}, CONTEXT)
    assert [len(line["Searched"]) for line in lines(capsys)] == [1, 100, 1], "at most 100 values of a metric in a line"
