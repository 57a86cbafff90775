"""Property test: after any steps and faults, delivering every event leaves exactly the right faces."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lambdas.cases.case import Case, CaseStatus, PhotoKind, SourcePhoto
from lambdas.cases.table import read_status
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.lease import LeaseBusyError, LeaseLostError
from lambdas.ingest.gallery.rekognition import AmbiguousIndexError

if TYPE_CHECKING:
    from collections.abc import Callable

CASE = "namus:MP1"
KEYS = ["photos/namus/MP1/1.jpg", "photos/namus/MP1/2.jpg"]
OPERATIONS = ["IndexFaces", "DeleteFaces", "SearchFaces", "ListFaces"]
EXPECTED_ERRORS = (KeyboardInterrupt, ClientError, AmbiguousIndexError, LeaseBusyError, LeaseLostError)

_step = st.one_of(
    st.tuples(st.just("put"), st.sampled_from([1, 2]), st.integers(1, 4)),
    st.tuples(st.just("other"), st.sampled_from([1, 2]), st.just(0)),
    st.tuples(st.just("delete"), st.sampled_from([1, 2]), st.just(0)),
    st.tuples(st.just("deliver"), st.sampled_from([1, 2]), st.just(0)),
    st.tuples(st.just("withdraw"), st.just(0), st.just(0)),
    st.tuples(st.just("reopen"), st.just(0), st.just(0)),
    st.tuples(st.just("wait"), st.just(0), st.just(0)),
)
_fault = st.tuples(
    st.sampled_from(OPERATIONS),
    st.sampled_from(["before", "after"]),
    st.sampled_from(["kill", "InternalServerError", "ThrottlingException", "AccessDeniedException"]),
)


class Faults:
    """Faults to inject, one per call. None lets a call through."""

    def __init__(self, faults: list[Any]) -> None:
        self.faults = faults

    def at(self, stage: str) -> Callable[[str], None]:
        def strike(operation: str) -> None:
            if self.faults and self.faults[0] is None and stage == "before":
                self.faults.pop(0)
            elif self.faults and self.faults[0] is not None and self.faults[0][:2] == (operation, stage):
                _, _, what = self.faults.pop(0)
                if what == "kill":
                    raise KeyboardInterrupt
                if stage == "before" or what == "InternalServerError":
                    raise ClientError({"Error": {"Code": what, "Message": "made by the test"}}, operation)

        return strike


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(steps=[("put", 1, 1), ("deliver", 1, 0), ("put", 1, 1)], faults=[], no_face=False)
@given(
    steps=st.lists(_step, min_size=3, max_size=14),
    faults=st.lists(st.one_of(st.none(), _fault), max_size=8),
    no_face=st.booleans(),
)
def test_collection_matches_bucket_and_table_in_the_end(
    steps: list[Any], faults: list[Any], no_face: bool, gallery: Any, photos: Any, withdrawal: Any, rekognition: Any,
    clock: Any, picture: Any,
) -> None:  # fmt: skip
    _empty(gallery, rekognition)
    injected = Faults(faults)
    rekognition.before, rekognition.after = injected.at("before"), injected.at("after")
    rekognition.found = {KEYS[1]: []} if no_face else {}
    _do(gallery, photos, withdrawal, clock, picture, ("reopen", 0, 0))
    for step in steps:
        with contextlib.suppress(*EXPECTED_ERRORS):
            _do(gallery, photos, withdrawal, clock, picture, step)
    injected.faults.clear()
    clock.advance(seconds=91)
    if read_status(gallery.dynamodb, table="cases", case_id=CASE) is not CaseStatus.OPEN:
        withdrawal.withdraw(CASE, CaseStatus.RESOLVED)
    for key in KEYS:
        photos.reconcile(key)
    assert rekognition.external_ids() == _expected(gallery, no_face=no_face)
    for _, record in gallery.photo_records(CASE):
        assert "lease_owner" not in record
        assert (record.get("face_id") in rekognition.faces["faces"]) == (record["face_status"] == "indexed")


def _do(gallery: Any, photos: Any, withdrawal: Any, clock: Any, picture: Any, step: tuple[str, int, int]) -> None:
    what, photo, seed = step
    if what in {"put", "other"}:
        kind = PhotoKind.PORTRAIT if what == "put" else PhotoKind.OTHER
        gallery.put_photo(CASE, SourcePhoto(photo_id=str(photo), url="/x", kind=kind), prepare_photo(picture(seed)))
    elif what == "delete":
        gallery.delete_photo_object(CASE, str(photo))
    elif what == "deliver":
        photos.reconcile(f"photos/namus/MP1/{photo}.jpg")
    elif what == "withdraw":
        withdrawal.withdraw(CASE, CaseStatus.RESOLVED)
    elif what == "reopen":
        gallery.open_case(Case(case_id=CASE, source="namus", source_id="MP1"), b"{}")
    else:
        clock.advance(seconds=91)


def _empty(gallery: Any, rekognition: Any) -> None:
    rekognition.faces["faces"].clear()
    for item in gallery.dynamodb.scan(TableName="cases")["Items"]:
        gallery.dynamodb.delete_item(TableName="cases", Key={"case_id": item["case_id"], "record": item["record"]})
    for key in KEYS:
        gallery.s3.delete_object(Bucket="gallery", Key=key)


def _expected(gallery: Any, *, no_face: bool) -> list[str]:
    if read_status(gallery.dynamodb, table="cases", case_id=CASE) is not CaseStatus.OPEN:
        return []
    expected = []
    for number, key in enumerate(KEYS, start=1):
        with contextlib.suppress(ClientError):
            head = gallery.s3.head_object(Bucket="gallery", Key=key)
            if head["Metadata"]["kind"] == "portrait" and not (no_face and number == 2):
                expected.append(f"{CASE}:{number}")
    return expected


@pytest.fixture(autouse=True)
def table(gallery: Any) -> Any:
    return gallery
