"""Build the review logic for a deployment, so that the command line runs the same code as the functions."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.cases.table import read_case
from lambdas.common.cameras_table import read_site
from lambdas.common.times import now
from lambdas.review.audit import Audit
from lambdas.review.pictures import Pictures
from lambdas.review.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeward.deployment.outputs import Deployment
    from lambdas.encounters.encounter import Encounter


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


def open_names(deployment: Deployment) -> Callable[[str], str | None]:
    """Return a cached lookup of the name of a case."""
    dynamodb, table = deployment.client("dynamodb"), deployment["CasesTable"]

    @functools.cache
    def name(case_id: str) -> str | None:
        stored = read_case(dynamodb, table=table, case_id=case_id)
        return stored.case.name if stored else None

    return name


def link_of(deployment: Deployment, encounter: Encounter) -> str | None:
    """Return the link in the alert of an encounter. None if it has no alert."""
    if not encounter.link_token or encounter.alert is None:
        return None
    return f"{deployment['LinksUrl']}/e/{encounter.encounter_id}/{encounter.link_token}"


def open_sites(deployment: Deployment) -> Callable[[str], str]:
    """Return a cached lookup of a camera's site. Without a site it returns the camera's name."""
    dynamodb, table = deployment.client("dynamodb"), deployment["CamerasTable"]

    @functools.cache
    def site(camera: str) -> str:
        return read_site(dynamodb, table=table, camera=camera)

    return site
