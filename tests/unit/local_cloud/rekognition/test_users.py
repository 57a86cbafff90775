import uuid

import numpy as np
import pytest

from local_cloud.rekognition.engine.similarity import Vector, similarities, unit
from local_cloud.rekognition.errors import RekognitionError
from local_cloud.rekognition.face_collections import Collections, StoredFace
from local_cloud.rekognition.users import Users


def person(seed: int) -> Vector:
    return unit(np.random.default_rng(seed).normal(size=128))


def photo(seed: int, number: int) -> Vector:
    """Of the person with that seed, at a distance of about 0.2."""
    return unit(person(seed) + 0.2 * person(1000 * seed + number + 1))


class Gallery:
    """A collection of which the tests know the vectors."""

    def __init__(self) -> None:
        self.collections = Collections()
        self.collections.create("gallery")
        self.users = Users(self.collections)

    def add(self, vector: Vector) -> str:
        stored = StoredFace(str(uuid.uuid4()), str(uuid.uuid4()), None, 0, 0, 1, 1, 99)
        return self.collections.add_face("gallery", stored, lambda: vector).face_id

    def user(self, user_id: str, *vectors: Vector) -> list[str]:
        self.users.create("gallery", user_id, None)
        ids = [self.add(vector) for vector in vectors]
        if ids:
            self.users.associate("gallery", user_id, ids, threshold=0)
        return ids


@pytest.fixture
def gallery() -> Gallery:
    return Gallery()


def test_a_user_is_the_mean_of_its_faces(gallery: Gallery) -> None:
    faces = [photo(1, number) for number in range(3)]
    gallery.user("ann", *faces)
    assert gallery.users.vector("gallery", "ann") == pytest.approx(unit(np.mean(faces, axis=0)), abs=1e-6)


def test_search_finds_the_person_with_the_score_of_the_user_vector(gallery: Gallery) -> None:
    gallery.user("ann", *(photo(1, number) for number in range(3)))
    gallery.user("bob", *(photo(2, number) for number in range(3)))
    gallery.user("empty")
    probe = photo(1, 9)
    found = gallery.users.search("gallery", probe, threshold=80, limit=10)
    expected = similarities(probe, gallery.users.vector("gallery", "ann")[None])[0]
    assert found == [(expected, "ann")]
    everybody = gallery.users.search("gallery", probe, threshold=0, limit=10)
    assert [user_id for _, user_id in everybody] == ["ann", "bob"]
    assert gallery.users.search("gallery", probe, threshold=0, limit=1) == everybody[:1]


def test_a_face_unlike_the_user_is_refused_with_its_score(gallery: Gallery) -> None:
    gallery.user("ann", photo(1, 0))
    fits, stranger = gallery.add(photo(1, 1)), gallery.add(person(2))
    result = gallery.users.associate("gallery", "ann", [fits, stranger, "unknown"], threshold=75)
    assert result.done == [fits]
    by_id = {refusal.face_id: refusal for refusal in result.refused}
    assert by_id["unknown"].reason == "FACE_NOT_FOUND"
    assert by_id[stranger].reason == "LOW_MATCH_CONFIDENCE"
    assert by_id[stranger].confidence == pytest.approx(0, abs=1)


def test_a_face_belongs_to_one_user(gallery: Gallery) -> None:
    (face,) = gallery.user("ann", photo(1, 0))
    gallery.users.create("gallery", "bob", None)
    (refusal,) = gallery.users.associate("gallery", "bob", [face], threshold=0).refused
    assert (refusal.reason, refusal.owner) == ("ASSOCIATED_TO_A_DIFFERENT_USER", "ann")
    (refusal,) = gallery.users.disassociate("gallery", "bob", [face]).refused
    assert (refusal.reason, refusal.owner) == ("ASSOCIATED_TO_A_DIFFERENT_USER", "ann")


def test_repeated_requests_are_ignored_quietly(gallery: Gallery) -> None:
    (face,) = gallery.user("ann", photo(1, 0))
    again = gallery.users.associate("gallery", "ann", [face, face], threshold=75)
    assert (again.done, again.refused) == ([], [])
    assert gallery.users.disassociate("gallery", "ann", [face, face]).done == [face]
    assert gallery.users.disassociate("gallery", "ann", [face]).done == []


def test_a_user_has_at_most_a_hundred_faces(gallery: Gallery) -> None:
    gallery.user("ann", *(photo(1, number) for number in range(99)))
    two_more = [gallery.add(photo(1, number)) for number in (100, 101)]
    result = gallery.users.associate("gallery", "ann", two_more, threshold=0)
    assert result.done == two_more[:1]
    assert [(refusal.face_id, refusal.reason) for refusal in result.refused] == [(two_more[1], "")]
    with pytest.raises(RekognitionError, match="at most 100 faces") as refused:
        gallery.users.associate("gallery", "ann", two_more[1:], threshold=0)
    assert refused.value.code == "ServiceQuotaExceededException"


def test_a_deleted_user_leaves_its_faces_behind(gallery: Gallery) -> None:
    (face,) = gallery.user("ann", photo(1, 0))
    gallery.users.delete("gallery", "ann")
    ((_, stored),) = gallery.collections.faces("gallery")
    assert (stored.face_id, stored.user_id) == (face, None)
    assert gallery.users.search("gallery", photo(1, 0), threshold=0, limit=5) == []
    with pytest.raises(RekognitionError, match="The user id: ann does not exist"):
        gallery.users.delete("gallery", "ann")


def test_a_face_of_a_user_is_not_deleted(gallery: Gallery) -> None:
    (face,) = gallery.user("ann", photo(1, 0))
    assert gallery.collections.delete_faces("gallery", [face]) == {face: "ann"}
    assert gallery.collections.describe("gallery").faces == 1


def test_the_same_token_creates_once_and_another_is_a_conflict(gallery: Gallery) -> None:
    gallery.users.create("gallery", "ann", "token-1")
    gallery.users.create("gallery", "ann", "token-1")
    with pytest.raises(RekognitionError) as refused:
        gallery.users.create("gallery", "ann", "token-2")
    assert refused.value.code == "ConflictException"
    assert gallery.collections.describe("gallery").users == 1


def test_status_and_pages(gallery: Gallery) -> None:
    gallery.user("ann", photo(1, 0))
    gallery.user("bob")
    ((row, *first),) = gallery.users.page("gallery", after=0, limit=1)
    assert first == ["ann", "ACTIVE"]
    ((_, *second),) = gallery.users.page("gallery", after=row, limit=1)
    assert second == ["bob", "CREATED"]


def test_a_user_without_faces_cannot_be_searched_for(gallery: Gallery) -> None:
    gallery.user("ann")
    with pytest.raises(RekognitionError, match="has no faces"):
        gallery.users.vector("gallery", "ann")
