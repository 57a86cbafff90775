"""Build the review logic for a deployment, so that the command line runs the same code as the functions."""

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
    """Return the verdicts, which update encounters, their audit and their pictures."""
    dynamodb, table = deployment.client("dynamodb"), deployment["EncountersTable"]
    return Verdicts(
        dynamodb=dynamodb,
        table=table,
        audit=Audit(dynamodb=dynamodb, table=deployment["AuditTable"]),
        pictures=Pictures(
            s3=deployment.client("s3"), dynamodb=dynamodb, bucket=deployment["DetectionBucket"], table=table, now=now
        ),
        kept_for=timedelta(days=float(deployment["EncounterDays"])),
        four_eyes=deployment["FourEyes"] == "true",
    )


def open_sites(deployment: Deployment) -> Callable[[str], str]:
    """Return a cached lookup of a camera's site. Without a site it returns the camera's name."""
    dynamodb, table = deployment.client("dynamodb"), deployment["CamerasTable"]

    @functools.cache
    def site(camera: str) -> str:
        return read_site(dynamodb, table=table, camera=camera)

    return site
