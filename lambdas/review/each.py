"""Act on many encounters: one that fails does not keep the others from their turn."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

logger = logging.getLogger(__name__)


def each_to_its_end(encounter_ids: Iterable[str], act: Callable[[str], bool | None], *, what: str) -> int:
    """Act on each of these, and return how many it was done for: not those for which `act` returns False.

    `what` says in the log and the error what is done: settled, expired.

    Raises:
        ExceptionGroup: some failed, after all others are done.
    """
    failures: list[Exception] = []
    done = 0
    for encounter_id in list(encounter_ids):
        try:
            done += act(encounter_id) is not False
        except Exception as error:
            logger.exception("an encounter could not be %s", what, extra={"encounter_id": encounter_id})
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{done} encounters {what}, {len(failures)} failed", failures)
    return done
