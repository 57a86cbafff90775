import sqlite3
import threading
import uuid
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.rekognition.engine.similarity import Vector, similarities, unit
from local_cloud.rekognition.errors import RekognitionError, SetUpError
from local_cloud.rekognition.face_collections import Collections, StoredFace


def random_vector(seed: int) -> Vector:
    return unit(np.random.default_rng(seed).normal(size=128))


def near(vector: Vector, distance: float) -> Vector:
    step = random_vector(999)
    return unit(vector + distance * step)


def face(image: str = "image", external: str | None = None, left: float = 0.1) -> StoredFace:
    return StoredFace(str(uuid.uuid4()), image, external, left, 0.2, 0.3, 0.4, 99.0)


def filled(vectors: list[Vector], directory: Path | None = None) -> tuple[Collections, list[StoredFace]]:
    collections = Collections(directory)
    collections.create("gallery")
    return collections, [
        collections.add_face("gallery", face(f"image-{number}"), lambda vector=vector: vector)  # type: ignore[misc]  # early binding
        for number, vector in enumerate(vectors)
    ]


def test_creating_an_existing_collection_changes_nothing() -> None:
    collections, _ = filled([random_vector(1)])
    with pytest.raises(RekognitionError, match="already exists") as refused:
        collections.create("gallery")
    assert refused.value.code == "ResourceAlreadyExistsException"
    assert collections.describe("gallery").faces == 1


def test_collections_are_listed_in_order_and_in_pages() -> None:
    collections = Collections()
    for name in ("c", "a", "b"):
        collections.create(name)
    assert collections.names(after="", limit=2) == ["a", "b"]
    assert collections.names(after="b", limit=2) == ["c"]


def test_deleting_a_collection_deletes_its_faces() -> None:
    collections, _ = filled([random_vector(1)])
    collections.delete("gallery")
    collections.create("gallery")
    assert collections.describe("gallery").faces == 0
    assert collections.search("gallery", random_vector(1), threshold=0, limit=5) == []


def test_every_method_reports_a_missing_collection() -> None:
    collections = Collections()
    for call in (
        lambda: collections.delete("no"),
        lambda: collections.faces("no"),
        lambda: collections.delete_faces("no", ["x"]),
        lambda: collections.search("no", random_vector(1), threshold=0, limit=1),
        lambda: collections.add_face("no", face(), lambda: random_vector(1)),
    ):
        with pytest.raises(RekognitionError, match="The collection id: no does not exist"):
            call()


def test_the_same_image_and_external_id_is_one_face() -> None:
    collections = Collections()
    collections.create("gallery")
    first = collections.add_face("gallery", face("image", "case:1"), lambda: random_vector(1))
    again = collections.add_face("gallery", face("image", "case:1"), lambda: pytest.fail("computed again"))
    assert again == first
    others = [
        collections.add_face("gallery", other, lambda: random_vector(1))
        for other in (face("image", "case:2"), face("image", None), face("image", "case:1", left=0.7))
    ]
    assert len({first.face_id, *(other.face_id for other in others)}) == 4
    assert collections.describe("gallery").faces == 4


@given(st.integers(1, 60), st.floats(0, 100), st.integers(1, 70), st.integers(0, 5))
def test_search_returns_the_same_as_sorting_all_faces(size: int, threshold: float, limit: int, seed: int) -> None:
    probe = random_vector(1000 + seed)
    vectors = [near(probe, 0.02 * number) for number in range(size)]
    collections, faces = filled(vectors)
    scores = similarities(probe, np.stack(vectors))
    expected = [faces[index].face_id for index in np.argsort(-scores, kind="stable") if scores[index] >= threshold]
    found = collections.search("gallery", probe, threshold=threshold, limit=limit)
    assert [match.face_id for _, match in found] == expected[:limit]


def test_search_excludes_a_face_and_still_fills_the_limit() -> None:
    probe = random_vector(1)
    collections, faces = filled([near(probe, 0.02 * number) for number in range(4)])
    found = collections.search("gallery", probe, threshold=0, limit=3, excluding=faces[1].face_id)
    assert [match.face_id for _, match in found] == [faces[number].face_id for number in (0, 2, 3)]


def test_search_sees_added_and_deleted_faces() -> None:
    probe = random_vector(1)
    collections, (first,) = filled([probe])
    assert len(collections.search("gallery", probe, threshold=90, limit=9)) == 1
    second = collections.add_face("gallery", face("another"), lambda: probe)
    assert len(collections.search("gallery", probe, threshold=90, limit=9)) == 2
    collections.delete_faces("gallery", [first.face_id])
    (match,) = collections.search("gallery", probe, threshold=90, limit=9)
    assert match[1] == second


def test_a_search_never_crosses_collections() -> None:
    collections, _ = filled([random_vector(1)])
    collections.create("other")
    assert collections.search("other", random_vector(1), threshold=0, limit=5) == []


def test_delete_returns_the_faces_that_existed() -> None:
    collections, (one, two) = filled([random_vector(1), random_vector(2)])
    assert collections.delete_faces("gallery", [one.face_id, "unknown"]) == {one.face_id}
    assert [stored for _, stored in collections.faces("gallery")] == [two]


def test_faces_are_listed_in_pages() -> None:
    collections, faces = filled([random_vector(number) for number in range(5)])
    first = collections.faces("gallery", limit=3)
    rest = collections.faces("gallery", after=first[-1][0])
    assert [stored for _, stored in first + rest] == faces


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    probe = random_vector(1)
    before, faces = filled([probe, random_vector(2)], tmp_path)
    before.database.close()
    after = Collections(tmp_path)
    assert [stored for _, stored in after.faces("gallery")] == faces
    (match,) = after.search("gallery", probe, threshold=99, limit=5)
    assert match[1] == faces[0]


def test_a_failed_transaction_changes_nothing(tmp_path: Path) -> None:
    collections, _ = filled([random_vector(1)], tmp_path)

    def change_and_fail() -> None:
        with collections.database.transaction() as database:
            database.execute("DELETE FROM faces")
            collections.create("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert collections.describe("gallery").faces == 1
    assert collections.names(after="", limit=9) == ["gallery"]


def test_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    collections, _ = filled([random_vector(1)], tmp_path)
    collections.database.close()
    with sqlite3.connect(tmp_path / "collections.sqlite3") as file:
        file.execute("UPDATE collections SET model = '7.0'")
    with pytest.raises(SetUpError, match=r"gallery was indexed with face model 7\.0, this is 128\.1"):
        Collections(tmp_path)


def test_threads_can_index_search_and_delete() -> None:
    collections, _ = filled([])
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                vector = random_vector(100 * number + turn)
                added = collections.add_face("gallery", face(f"{number}-{turn}"), lambda: vector)  # noqa: B023 (called immediately)
                (best, *_) = collections.search("gallery", vector, threshold=99, limit=1)
                assert best[1].face_id == added.face_id
                if turn % 2:
                    collections.delete_faces("gallery", [added.face_id])
        except BaseException as failure:  # noqa: BLE001 (reported by the main thread)
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert collections.describe("gallery").faces == 8 * 10


def test_the_same_image_from_many_threads_is_one_face() -> None:
    collections, _ = filled([])
    together = threading.Barrier(8)
    ids: list[str] = []

    def vector() -> Vector:
        together.wait(timeout=10)  # every thread has found no stored face
        return random_vector(1)

    def add() -> None:
        ids.append(collections.add_face("gallery", face("image", "case:1"), vector).face_id)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1
