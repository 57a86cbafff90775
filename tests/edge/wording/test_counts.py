from __future__ import annotations

from edge_device.wording.counts import counted


def test_one_is_singular() -> None:
    assert [counted(count, "camera") for count in (0, 1, 2, 1200)] == [
        "0 cameras",
        "1 camera",
        "2 cameras",
        "1,200 cameras",
    ]
