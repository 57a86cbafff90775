"""Tests of reconciling a photo: redelivery, reordering, concurrency, crashes and failing services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from lambdas.cases.case import Case, CaseStatus, Period, PhotoKind, Range, SourcePhoto
from lambdas.cases.table import read_photo
from lambdas.common.photos import prepare_photo
from lambdas.ingest.gallery.index_photo import PhotoIndex, PhotoOutcome
from lambdas.ingest.gallery.lease import LeaseBusyError, LeaseLostError
from lambdas.ingest.gallery.rekognition import AmbiguousIndexError, assess

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.ingest.gallery.bucket_and_table import Gallery
    from lambdas.ingest.gallery.withdraw import Withdrawal

CASE = "namus:MP1"
KEY = "photos/namus/MP1/11.jpg"


@pytest.fixture
def put(gallery: Gallery, picture: Callable[..., bytes]) -> Callable[..., None]:
    """Return a function that opens the case and stores a photo of it."""

    def store(seed: int = 1, photo_id: str = "11", kind: PhotoKind = PhotoKind.PORTRAIT) -> None:
        gallery.open_case(Case(case_id=CASE, source="namus", source_id="MP1"), b"{}")
        listed = SourcePhoto(photo_id=photo_id, url="/x", kind=kind)
        gallery.put_photo(CASE, listed, prepare_photo(picture(seed)))

    return store


@pytest.fixture
def record(gallery: Gallery) -> Callable[[], dict[str, Any] | None]:
    return lambda: read_photo(gallery.dynamodb, table="cases", case_id=CASE, photo_id="11")


def die_once(operation: str) -> Callable[[str], None]:
    """Kill the worker at the first call of the operation. No code handles KeyboardInterrupt."""
    calls = iter([True])

    def die(called: str) -> None:
        if called == operation and next(calls, False):
            raise KeyboardInterrupt

    return die


def fail(operation: str, *codes: str) -> Callable[[str], None]:
    """Fail successive calls of the operation with these codes, then let calls through."""
    remaining = iter(codes)

    def raise_next(called: str) -> None:
        if called == operation and (code := next(remaining, None)):
            raise ClientError({"Error": {"Code": code, "Message": "made by the test"}}, operation)

    return raise_next


def test_stored_photo_gets_one_recorded_face(put: Any, photos: PhotoIndex, rekognition: Any, record: Any) -> None:
    put()
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    [face_id] = rekognition.faces["faces"]
    assert rekognition.external_ids() == ["namus:MP1:11"]
    assert (record()["face_status"], record()["face_id"], record()["kind"]) == ("indexed", face_id, "portrait")
    assert "lease_owner" not in record()


def test_redelivered_event_indexes_nothing(put: Any, photos: PhotoIndex, rekognition: Any) -> None:
    put()
    photos.reconcile(KEY)
    assert photos.reconcile(KEY) is PhotoOutcome.UNCHANGED
    assert rekognition.calls.count("IndexFaces") == 1


def test_replaced_picture_replaces_its_face(put: Any, photos: PhotoIndex, rekognition: Any, record: Any) -> None:
    put(seed=1)
    photos.reconcile(KEY)
    before = record()["face_id"]
    put(seed=2)
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert list(rekognition.faces["faces"]) == [record()["face_id"]] != [before]


def test_deleted_photo_loses_its_face_and_its_record(
    put: Any, photos: PhotoIndex, rekognition: Any, gallery: Gallery, record: Any
) -> None:
    put()
    photos.reconcile(KEY)
    gallery.delete_photo_object(CASE, "11")
    assert photos.reconcile(KEY) is PhotoOutcome.REMOVED
    assert (rekognition.external_ids(), record()) == ([], None)


def test_event_after_the_removal_does_nothing(
    put: Any, photos: PhotoIndex, rekognition: Any, withdrawal: Withdrawal, record: Any
) -> None:
    put()
    withdrawal.withdraw(CASE, CaseStatus.REMOVED)
    assert photos.reconcile(KEY) is PhotoOutcome.REMOVED
    assert (rekognition.calls, record()) == ([], None)


@pytest.mark.parametrize(
    ("boxes", "reason", "outcome"),
    [
        ([], "NO_FACE_FOUND", PhotoOutcome.WITHOUT_FACE),
        ([(0.3, 0.3), (0.29, 0.3)], "SEVERAL_FACES", PhotoOutcome.HELD),
    ],
)
def test_photo_without_one_clear_face_records_the_reason(
    put: Any,
    photos: PhotoIndex,
    rekognition: Any,
    record: Any,
    boxes: list[tuple[float, float]],
    reason: str,
    outcome: PhotoOutcome,
) -> None:
    put()
    rekognition.found[KEY] = boxes
    assert photos.reconcile(KEY) is outcome
    assert (record()["face_status"], record()["reason"]) == ("no_face", reason)
    assert rekognition.external_ids() == []
    assert photos.reconcile(KEY) is PhotoOutcome.UNCHANGED


def test_smaller_background_faces_are_ignored_and_recorded(
    put: Any, photos: PhotoIndex, rekognition: Any, record: Any
) -> None:
    put()
    rekognition.found[KEY] = [(0.1, 0.1), (0.5, 0.5)]
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert record()["reason"] == "SMALLER_FACES_IGNORED"
    [face] = rekognition.faces["faces"].values()
    assert face["BoundingBox"]["Width"] == 0.5


@pytest.mark.parametrize(
    ("facts", "boxes", "reason"),
    [
        ({"age_when_missing": Range(min=6, max=8)}, [(0.5, 0.5), (0.3, 0.3)], "CHILD_WITH_OTHER_FACES"),
        ({"birth": Period(first="2020", last="2020")}, [(0.5, 0.5), (0.1, 0.1)], "CHILD_WITH_OTHER_FACES"),
        ({"age_when_missing": Range(min=6, max=8)}, [(0.5, 0.5)], None),
        ({"age_when_missing": Range(min=36, max=38)}, [(0.5, 0.5), (0.3, 0.3)], "SMALLER_FACES_IGNORED"),
    ],
)
def test_childs_face_is_not_guessed(
    put: Any,
    gallery: Gallery,
    photos: PhotoIndex,
    rekognition: Any,
    record: Any,
    facts: dict[str, Any],
    boxes: list[tuple[float, float]],
    reason: str | None,
) -> None:
    put()
    gallery.open_case(Case(case_id=CASE, source="namus", source_id="MP1", **facts), b"{}")
    rekognition.found[KEY] = boxes
    photos.reconcile(KEY)
    is_held = reason == "CHILD_WITH_OTHER_FACES"
    assert (record()["face_status"], record().get("reason")) == ("no_face" if is_held else "indexed", reason)
    assert rekognition.external_ids() == ([] if is_held else ["namus:MP1:11"])
    assert photos.reconcile(KEY) is PhotoOutcome.UNCHANGED


@pytest.mark.parametrize(("reasons", "is_held"), [(["LOW_SHARPNESS"], True), (["SMALL_BOUNDING_BOX"], False)])
def test_blurred_face_beside_a_child_counts_and_a_tiny_one_does_not(reasons: list[str], is_held: bool) -> None:
    box = {"Width": 0.5, "Height": 0.5}
    answer: Any = {
        "FaceRecords": [{"Face": {"FaceId": "1", "BoundingBox": box}}],
        "UnindexedFaces": [{"Reasons": reasons, "FaceDetail": {"BoundingBox": box}}],
    }
    assert assess(answer, is_child=True).usable is not is_held
    assert assess(answer).usable


def test_low_quality_is_recorded_in_rekognitions_words() -> None:
    unindexed: Any = [{"Reasons": ["LOW_SHARPNESS", "SMALL_BOUNDING_BOX"]}]
    answer: Any = {"FaceRecords": [], "UnindexedFaces": unindexed}
    assert assess(answer).reason == "LOW_SHARPNESS,SMALL_BOUNDING_BOX"


@pytest.mark.parametrize(
    "code",
    ["InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException", "ValidationException"],
)
def test_unreadable_image_is_recorded_and_not_retried(
    put: Any, photos: PhotoIndex, rekognition: Any, record: Any, code: str
) -> None:
    put()
    rekognition.before = fail("IndexFaces", code)
    assert photos.reconcile(KEY) is PhotoOutcome.WITHOUT_FACE
    assert record()["reason"] == code
    assert rekognition.calls == ["IndexFaces"]


@pytest.mark.parametrize("kind", [PhotoKind.AGE_PROGRESSION, PhotoKind.ARTIST])
def test_progressions_and_drawings_are_enrolled_and_marked(
    put: Any, photos: PhotoIndex, record: Any, kind: PhotoKind
) -> None:
    put(kind=kind)
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert record()["kind"] == kind.value


def test_other_pictures_are_never_enrolled(put: Any, photos: PhotoIndex, rekognition: Any, record: Any) -> None:
    put(kind=PhotoKind.OTHER)
    assert photos.reconcile(KEY) is PhotoOutcome.NOT_ENROLLED
    assert (rekognition.calls, record()["reason"]) == ([], "kind other")


def test_picture_that_becomes_other_loses_its_face(put: Any, photos: PhotoIndex, rekognition: Any) -> None:
    put()
    photos.reconcile(KEY)
    put(kind=PhotoKind.OTHER)
    assert photos.reconcile(KEY) is PhotoOutcome.NOT_ENROLLED
    assert rekognition.external_ids() == []


def test_photo_of_a_closed_case_gets_no_face(put: Any, gallery: Gallery, photos: PhotoIndex, rekognition: Any) -> None:
    put()
    gallery.close_case(CASE, CaseStatus.RESOLVED, source_modified=None)
    assert photos.reconcile(KEY) is PhotoOutcome.NOT_ENROLLED
    assert rekognition.calls == []


def test_case_closed_during_indexing_keeps_no_face(
    put: Any, gallery: Gallery, photos: PhotoIndex, rekognition: Any, record: Any
) -> None:
    put()
    rekognition.after = lambda operation: (
        gallery.close_case(CASE, CaseStatus.RESOLVED, source_modified=None) if operation == "IndexFaces" else None
    )
    assert photos.reconcile(KEY) is PhotoOutcome.NOT_ENROLLED
    assert (rekognition.external_ids(), record()["face_status"]) == ([], "stored")


def test_photo_under_another_lease_is_left_alone(put: Any, photos: PhotoIndex, rekognition: Any) -> None:
    put()
    photos.leases.take(CASE, "11")
    with pytest.raises(LeaseBusyError):
        photos.reconcile(KEY)
    assert rekognition.calls == []


@pytest.mark.parametrize("stage", ["before", "after"])
def test_worker_killed_around_index_faces_leaves_one_face(
    put: Any, photos: PhotoIndex, rekognition: Any, record: Any, clock: Any, stage: str
) -> None:
    put()
    setattr(rekognition, stage, die_once("IndexFaces"))
    with pytest.raises(KeyboardInterrupt):
        photos.reconcile(KEY)
    with pytest.raises(LeaseBusyError):
        photos.reconcile(KEY)
    clock.advance(seconds=91)
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert list(rekognition.faces["faces"]) == [record()["face_id"]]


def test_face_of_a_killed_worker_is_withdrawn(
    put: Any, photos: PhotoIndex, rekognition: Any, withdrawal: Withdrawal, clock: Any, record: Any
) -> None:
    put()
    rekognition.faces["faces"] |= {str(other): {"ExternalImageId": "x", "FaceId": str(other)} for other in range(5)}
    rekognition.after = die_once("IndexFaces")
    with pytest.raises(KeyboardInterrupt):
        photos.reconcile(KEY)
    with pytest.raises(LeaseBusyError):
        withdrawal.withdraw(CASE, CaseStatus.RESOLVED)
    clock.advance(seconds=91)
    assert withdrawal.withdraw(CASE, CaseStatus.RESOLVED)
    assert (rekognition.external_ids(), record()) == (["x"] * 5, None)


@pytest.mark.parametrize("boxes", [[], [(0.4, 0.4)]])
def test_killed_replacement_leaves_no_earlier_face(
    put: Any, photos: PhotoIndex, rekognition: Any, clock: Any, boxes: list[tuple[float, float]]
) -> None:
    put(seed=1)
    photos.reconcile(KEY)
    put(seed=2)
    rekognition.after = die_once("IndexFaces")
    with pytest.raises(KeyboardInterrupt):
        photos.reconcile(KEY)
    put(seed=3)
    rekognition.found[KEY] = boxes
    clock.advance(seconds=91)
    photos.reconcile(KEY)
    assert rekognition.external_ids() == ["namus:MP1:11"] * len(boxes)


def test_throttling_is_retried_without_a_duplicate_search(put: Any, photos: PhotoIndex, rekognition: Any) -> None:
    put()
    rekognition.before = fail("IndexFaces", "ThrottlingException", "ProvisionedThroughputExceededException")
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert rekognition.calls == ["IndexFaces"] * 3


def test_internal_error_after_indexing_leaves_no_duplicate(
    put: Any, photos: PhotoIndex, rekognition: Any, record: Any
) -> None:
    put()
    rekognition.after = fail("IndexFaces", "InternalServerError")
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert list(rekognition.faces["faces"]) == [record()["face_id"]]


@pytest.mark.parametrize("error", ["InternalServerError", "ReadTimeout"])
def test_next_delivery_cleans_up_after_failed_attempts(
    put: Any, photos: PhotoIndex, rekognition: Any, record: Any, error: str
) -> None:
    put()
    fail_always = fail("IndexFaces", *["InternalServerError"] * 4)

    def time_out(operation: str) -> None:
        if operation == "IndexFaces":
            raise ReadTimeoutError(endpoint_url="http://rekognition")

    rekognition.after = fail_always if error == "InternalServerError" else time_out
    with pytest.raises(AmbiguousIndexError):
        photos.reconcile(KEY)
    rekognition.after = lambda _: None
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert list(rekognition.faces["faces"]) == [record()["face_id"]]


def test_failure_without_indexing_releases_the_lease(
    put: Any, photos: PhotoIndex, rekognition: Any, record: Any
) -> None:
    put()
    rekognition.before = fail("IndexFaces", "AccessDeniedException")
    with pytest.raises(ClientError):
        photos.reconcile(KEY)
    assert "lease_owner" not in record()
    assert photos.reconcile(KEY) is PhotoOutcome.INDEXED
    assert rekognition.calls == ["IndexFaces"] * 2


def test_worker_that_lost_its_lease_undoes_its_face(
    put: Any, photos: PhotoIndex, rekognition: Any, clock: Any, record: Any
) -> None:
    put()

    def be_overtaken(operation: str) -> None:
        if operation == "IndexFaces":
            rekognition.after = lambda _: None
            clock.advance(seconds=91)
            photos.reconcile(KEY)

    rekognition.after = be_overtaken
    with pytest.raises(LeaseLostError):
        photos.reconcile(KEY)
    assert list(rekognition.faces["faces"]) == [record()["face_id"]]
