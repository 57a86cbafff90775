"""Find and delete what probes leave in the buckets, the tables and the face collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.fleet.cameras_table import delete_entry
from lambdas.cases.case import CaseStatus
from lambdas.cases.probe import PROBE_CAMERA, PROBE_SOURCE
from lambdas.cases.table import CASE_RECORD, record_key
from lambdas.common.keys import captures_prefix, document_key, evidence_prefix
from lambdas.common.s3_objects import delete_under
from lambdas.encounters.notice import NoticeKind, notice_key
from lambdas.encounters.table import encounter_key, read_item
from lambdas.encounters.window import window_key, window_of
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
    _delete_pictures(deployment, captures_prefix(PROBE_CAMERA))
    delete_entry(deployment, PROBE_CAMERA)


def encounters_of(deployment: Deployment, case_id: str) -> list[str]:
    """Return the ids of a probe case's encounters, read from its window."""
    key = window_key(case_id, PROBE_CAMERA)
    item = read_item(deployment.client("dynamodb"), table=deployment["EncountersTable"], key=key)
    return [opened.encounter_id for opened in window_of(item).encounters]


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
    _delete_pictures(deployment, evidence_prefix(encounter_id))


def _delete_item(deployment: Deployment, key: str) -> None:
    deployment.client("dynamodb").delete_item(TableName=deployment["EncountersTable"], Key=encounter_key(key))


def _delete_pictures(deployment: Deployment, prefix: str) -> None:
    delete_under(deployment.client("s3"), bucket=deployment["DetectionBucket"], prefix=prefix)
