from __future__ import annotations

from edge_device.wording.counts import counted


def test_one_is_singular() -> None:
    assert [counted(count, "camera") for count in (0, 1, 2, 1200)] == [
        "0 cameras",
        "1 camera",
        "2 cameras",
        "1,200 cameras",
    ]


def test_verb_and_irregular_noun_agree_with_the_count() -> None:
    assert [counted(count, "photo waits", "photos wait") for count in (1, 2)] == ["1 photo waits", "2 photos wait"]
