"""Find and delete what probes leave in the buckets, the tables and the face collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.case import CaseStatus
from lambdas.cases.table import CASE_RECORD, record_key
from lambdas.common.dynamodb import from_attributes
from lambdas.common.keys import document_key
from lambdas.common.probe import PROBE_CAMERA, PROBE_SOURCE
from lambdas.common.s3_objects import delete_under
from lambdas.detection.windows import read_window
from lambdas.encounters.encounter import NoticeKind, notice_key
from lambdas.encounters.table import encounter_key, window_key
from lambdas.ingest.gallery.wiring import open_withdrawal

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment


def clean_up(deployment: Deployment) -> None:
    """Delete everything of all probes, including probes that were killed."""
    dynamodb, table = deployment.client("dynamodb"), deployment["CasesTable"]
    for case_id in _probe_cases(deployment):
        open_withdrawal(deployment).withdraw(case_id, CaseStatus.REMOVED)
        for encounter_id in encounters_of(deployment, case_id):
            _delete_encounter(deployment, encounter_id)
        _delete_item(deployment, window_key(case_id, PROBE_CAMERA))
        deployment.client("s3").delete_object(Bucket=deployment["GalleryBucket"], Key=document_key(case_id))
        dynamodb.delete_item(TableName=table, Key=record_key(case_id, CASE_RECORD))
    _delete_pictures(deployment, f"captures/{PROBE_CAMERA}/")


def encounters_of(deployment: Deployment, case_id: str) -> list[str]:
    """Return the ids of a probe case's encounters, read from its window."""
    answer = deployment.client("dynamodb").get_item(
        TableName=deployment["EncountersTable"],
        Key=encounter_key(window_key(case_id, PROBE_CAMERA)),
        ConsistentRead=True,
    )
    window = read_window(from_attributes(answer.get("Item", {})))
    return [opened.encounter_id for opened in window.encounters]


def _probe_cases(deployment: Deployment) -> list[str]:
    pages = (
        deployment.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=deployment["CasesTable"],
            ConsistentRead=True,
            FilterExpression="begins_with(case_id, :probe)",
            ProjectionExpression="case_id",
            ExpressionAttributeValues={":probe": {"S": f"{PROBE_SOURCE}:"}},
        )
    )
    return sorted({item["case_id"]["S"] for page in pages for item in page["Items"]})


def _delete_encounter(deployment: Deployment, encounter_id: str) -> None:
    for kind in NoticeKind:
        _delete_item(deployment, notice_key(encounter_id, kind))
    _delete_item(deployment, encounter_id)
    _delete_pictures(deployment, f"encounters/{encounter_id}/")


def _delete_item(deployment: Deployment, key: str) -> None:
    deployment.client("dynamodb").delete_item(TableName=deployment["EncountersTable"], Key=encounter_key(key))


def _delete_pictures(deployment: Deployment, prefix: str) -> None:
    delete_under(deployment.client("s3"), bucket=deployment["DetectionBucket"], prefix=prefix)
