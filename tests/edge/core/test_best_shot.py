"""Which shots of a track are selected."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_device.core.best_shot import BestShot, ShotCandidate, ShotRules
from edge_device.core.message import Quality

FRAME_S = 1 / 15


def play(scores: list[float], rules: ShotRules | None = None) -> list[tuple[float, float]]:
    """Play a track with one score per frame; returns time and score of each shot, the final one last."""
    best: BestShot[int] = BestShot(rules or ShotRules(), confirmed_at_s=0.0)
    shots = []
    for number, score in enumerate(scores):
        at_s = number * FRAME_S
        best.offer(ShotCandidate(Quality(score, 100.0, 100.0), at_s, number))
        taken = best.due(at_s)
        if taken:
            shots.append((at_s, taken.quality.score))
    final = best.end(len(scores) * FRAME_S)
    return [*shots, (len(scores) * FRAME_S, final.quality.score)] if final else shots


def test_first_good_shot_is_taken_at_once() -> None:
    assert play([0.8] * 3)[0] == (0.0, 0.8)


def test_mediocre_start_waits_less_than_a_second_for_better() -> None:
    shots = play([0.4] * 30)
    assert shots[0][1] == 0.4
    assert 0.5 < shots[0][0] < 1.0


def test_best_candidate_while_waiting_is_taken_not_the_latest() -> None:
    assert play([0.4, 0.6] + [0.4] * 20)[0][1] == 0.6


def test_same_quality_is_never_taken_twice() -> None:
    assert len(play([0.8] * 150)) == 1


def test_weak_shot_is_soon_followed_by_a_better_one() -> None:
    shots = play([0.6] * 12 + [0.64] * 20)
    assert [score for _, score in shots] == [0.6, 0.64]
    assert 0.5 <= shots[1][0] - shots[0][0] < 0.7


def test_good_shot_is_followed_by_a_clearly_better_one_only() -> None:
    assert [score for _, score in play([0.76] * 30 + [0.94] * 30)] == [0.76]
    assert [score for _, score in play([0.76] * 30 + [0.96] * 30)] == [0.76, 0.96]


def test_a_little_better_is_not_worth_a_final_shot() -> None:
    assert [score for _, score in play([0.6] * 30 + [0.62] * 5)] == [0.6]
    assert [score for _, score in play([0.6] * 14 + [0.64] * 3)] == [0.6, 0.64]


def test_bad_track_gives_its_best_shot_at_its_end() -> None:
    assert play([0.05, 0.1, 0.05])[-1][1] == 0.1


def test_someone_who_stays_gives_one_shot_a_minute() -> None:
    five_minutes = [0.8] + [0.7] * (15 * 60 * 5 - 15)
    times = [at_s for at_s, _ in play(five_minutes)]
    assert len(times) == 5
    assert all(later - earlier >= 60 for earlier, later in pairwise(times))


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=600))
def test_every_track_gives_one_to_three_shots_within_a_minute(scores: list[float]) -> None:
    shots = play(scores)
    assert 1 <= len(shots) <= 3
    taken = [score for _, score in shots]
    assert taken == sorted(taken)
    rules = ShotRules()
    needed = rules.clearly_better if max(taken) >= rules.good_score else rules.better
    assert len(taken) == 3 or max(taken) * needed > max(scores) * (1 - 1e-9)
