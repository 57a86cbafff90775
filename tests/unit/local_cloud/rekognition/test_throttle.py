import pytest

from local_cloud.rekognition.errors import RekognitionError
from local_cloud.rekognition.throttle import Throttle


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def granted(throttle: Throttle, operation: str, calls: int) -> int:
    """Count the calls before the first refusal, up to `calls`."""
    for count in range(calls):
        try:
            throttle.take(operation)
        except RekognitionError:
            return count
    return calls


def test_a_bucket_holds_one_second_and_refills_over_time() -> None:
    clock = Clock()
    throttle = Throttle(10, clock)
    assert granted(throttle, "IndexFaces", 25) == 10
    clock.now = 0.5
    assert granted(throttle, "IndexFaces", 25) == 5
    clock.now = 60
    assert granted(throttle, "IndexFaces", 25) == 10


def test_a_refusal_has_rekognitions_code_and_message() -> None:
    throttle = Throttle(1, Clock())
    throttle.take("IndexFaces")
    with pytest.raises(RekognitionError, match="Provisioned Rate Exceeded") as refused:
        throttle.take("IndexFaces")
    assert refused.value.code == "ProvisionedThroughputExceededException"
    assert refused.value.status == 400


def test_each_operation_has_its_own_limit() -> None:
    throttle = Throttle(3, Clock())
    assert granted(throttle, "IndexFaces", 5) == 3
    assert granted(throttle, "SearchFacesByImage", 5) == 3


def test_slow_operations_keep_their_lower_quota() -> None:
    assert granted(Throttle(50, Clock()), "DeleteFaces", 20) == 5


@pytest.mark.parametrize(("tps", "expected"), [(None, 1000), (0.5, 1)])
def test_no_limit_and_less_than_one_call_per_second(tps: float | None, expected: int) -> None:
    assert granted(Throttle(tps, Clock()), "DeleteFaces", 1000) == expected
