"""How the functions of the review stack are called: the environment of their stack, and Lambda's context."""

from __future__ import annotations

from types import SimpleNamespace

CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:us-east-1:0:function:f",
    aws_request_id="1",
)
ENVIRONMENT = {
    "ENCOUNTERS_TABLE": "encounters",
    "CASES_TABLE": "cases",
    "CAMERAS_TABLE": "cameras",
    "AUDIT_TABLE": "audit",
    "FOUR_EYES": "false",
    "DETECTION_BUCKET": "detection",
    "GALLERY_BUCKET": "gallery",
    "ENCOUNTER_DAYS": "30",
    "REVIEW_DEADLINE_DAYS": "30",
    "LINK_VALID_HOURS": "72",
    "LINK_BASE": "https://links.example",
    "TIME_ZONE": "America/Denver",
    "LANGUAGE": "en",
    "CONSOLE_ORIGIN": "https://console.example",
    "AGENCY_NAME": "Town <Police>",
    "SERVICE_NAME": "review",
    "METRICS_NAMESPACE": "Homeward",
}
