"""What the report on permissions finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local_cloud.permissions.deployed import Deployed
from local_cloud.permissions.record import Record
from local_cloud.permissions.report import Reason, make_report
from local_cloud.permissions.statements import Permission
from local_cloud.settings import ACCOUNT

BUCKET, KEY = "arn:aws:s3:::demo-dev-photos-1a2b", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234"
ROLE = "demo-dev-worker-3c4d"
NAMES = {"demo-dev-photos-1a2b": "Ingest/Gallery", ROLE: "Ingest/IndexPhotoRole", "1234": "Ingest/Key"}
ROOT_MAY_ALL = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}


def allow(action: str | list[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}


def record(
    *policy: dict[str, Any],
    allowed: tuple[tuple[str, str], ...] = (),
    denied: tuple[tuple[str, str], ...] = (),
    by_services: tuple[tuple[str, str], ...] = (),
    key_policy: dict[str, Any] = ROOT_MAY_ALL,
) -> Record:
    deployed = Deployed(
        roles={ROLE: list(policy)},
        names=NAMES,
        keys={BUCKET: KEY, f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/cases": KEY},
        key_policies={KEY: [key_policy]},
        service_uses=[Permission(ROLE, *use) for use in by_services],
    )
    checks = [frozenset(Permission(ROLE, *check) for check in checks) for checks in (allowed, denied)]
    return Record(deployed, *checks)


def shown(permissions: set[Permission]) -> set[tuple[str, str]]:
    assert {permission.role for permission in permissions} <= {"<Ingest/IndexPhotoRole>"}
    return {(permission.action, permission.resource.rpartition(":")[2]) for permission in permissions}


GET = ("s3:GetObject", f"{BUCKET}/photos/1.jpg")
PUT = ("s3:PutObject", f"{BUCKET}/photos/1.jpg")
MAY_GET = allow("s3:GetObject", f"{BUCKET}/photos/*")


def test_used_grants_and_their_key_pass() -> None:
    report = make_report([record(MAY_GET, allow("kms:Decrypt", KEY), allowed=(GET,))], ())
    assert report.passed
    assert report.figures == {
        "permission_checks": 2,
        "denials": 0,
        "grants": 2,
        "grants_unused": 0,
        "grants_unused_with_a_reason": 0,
    }


def test_a_grant_that_nobody_used_is_found() -> None:
    report = make_report([record(MAY_GET, allow(["kms:Decrypt", "kms:GenerateDataKey"], KEY), allowed=(GET,))], ())
    assert shown(report.unused) == {("kms:GenerateDataKey", "key/<Ingest/Key>")}
    assert not report.passed


def test_a_denied_check_is_found() -> None:
    report = make_report([record(denied=(GET,))], ())
    assert ("s3:GetObject", "<Ingest/Gallery>/photos/1.jpg") in shown(report.denials)


@pytest.mark.parametrize(
    ("use", "action"),
    [
        (GET, "kms:Decrypt"),
        (PUT, "kms:GenerateDataKey"),
        (("dynamodb:Query", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/cases/index/by-name"), "kms:Decrypt"),
    ],
)
def test_a_missing_grant_on_the_key_is_found(use: tuple[str, str], action: str) -> None:
    report = make_report([record(allow(*use), allowed=(use,))], ())
    assert shown(report.denials) == {(action, "key/<Ingest/Key>")}


def test_a_key_policy_without_the_account_denies() -> None:
    policy = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "kms:*"}
    report = make_report([record(MAY_GET, allow("kms:Decrypt", KEY), allowed=(GET,), key_policy=policy)], ())
    assert shown(report.denials) == {("kms:Decrypt", "key/<Ingest/Key>")}


def test_what_a_service_does_without_a_grant_is_a_denial() -> None:
    report = make_report([record(by_services=(("xray:PutTraceSegments", "*"),))], ())
    assert shown(report.denials) == {("xray:PutTraceSegments", "*")}


def test_a_use_in_one_cloud_counts_for_the_others() -> None:
    grants = (MAY_GET, allow("kms:Decrypt", KEY))
    assert make_report([record(*grants), record(*grants, allowed=(GET,))], ()).passed


def test_a_reason_excuses_a_grant_until_it_is_used() -> None:
    unused, used = record(MAY_GET), record(MAY_GET, allow("kms:Decrypt", KEY), allowed=(GET,))
    reason = Reason("<Ingest/*>", "s3:GetObject", "*/photos/*", "No test reads.")
    assert make_report([unused], [reason]).passed
    report = make_report([used], [reason])
    assert (report.passed, report.stale_reasons) == (False, [reason])
    assert make_report([used], [replace(reason, is_sometimes_used=True)]).passed
