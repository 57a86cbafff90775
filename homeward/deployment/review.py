"""The logic of the review functions, made for a deployment: the command line decides as they do."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.common.cameras_table import read_site
from lambdas.common.times import now
from lambdas.review.audit import Audit
from lambdas.review.pictures import Pictures
from lambdas.review.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.deployment.outputs import Deployment


def open_verdicts(deployment: Deployment) -> Verdicts:
    """The encounters, their audit and their pictures."""
    dynamodb, table = deployment.client("dynamodb"), deployment["EncountersTable"]
    return Verdicts(
        dynamodb=dynamodb,
        table=table,
        audit=Audit(dynamodb=dynamodb, table=deployment["AuditTable"]),
        pictures=Pictures(
            s3=deployment.client("s3"), dynamodb=dynamodb, bucket=deployment["DetectionBucket"], table=table, now=now
        ),
        kept_for=timedelta(days=float(deployment["EncounterDays"])),
    )


def open_sites(deployment: Deployment) -> Callable[[str], str]:
    """Where a camera stands; its own name where nobody said so. Each camera is asked for once."""
    dynamodb, table = deployment.client("dynamodb"), deployment["CamerasTable"]

    @functools.cache
    def site(camera: str) -> str:
        return read_site(dynamodb, table=table, camera=camera)

    return site
