"""The near-cases function: every hour, compare the gallery's new faces with its other cases."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lambdas.common.logs import json_log
from lambdas.common.metrics import Metrics
from lambdas.common.times import now
from lambdas.ingest.gallery.near_cases import NearCases
from lambdas.ingest.gallery.wiring import open_faces
from lambdas.ingest.resources import FunctionResources

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_MAX_SEARCHES = 1500  # in one run: $1.50, and about half of the function's time

logger = logging.getLogger(__name__)
metrics = Metrics()
resources = FunctionResources()
near_cases = NearCases(
    dynamodb=resources.client("dynamodb"),
    table=resources["CasesTable"],
    faces=open_faces(resources),
    limit=_MAX_SEARCHES,
    now=now,
)


@json_log
@metrics.published
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Return the number of faces compared. The next run continues after a failure or a timeout."""
    count = near_cases.run()
    metrics.count("FacesCompared", count)
    logger.info("near cases", extra={"faces": count})
    return {"faces": count}
