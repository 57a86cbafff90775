"""Tell whether two cases, of the same or of different sources, are records of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.cases.case import Case


def is_same_person(one: Case, other: Case) -> bool:
    """Tell whether the cases share a number: their own, or one that a source refers to."""
    return one.case_id == other.case_id or bool(_numbers(one) & _numbers(other))


def _numbers(case: Case) -> set[tuple[str, str]]:
    references = {(reference.kind, reference.value) for reference in case.cross_references}
    return references | {(case.source, case.source_id)}
