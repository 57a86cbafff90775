from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.alerting.texts.gsm7 import segments, septets, to_gsm7


@given(st.text())
def test_any_text_converts_to_gsm7(text: str) -> None:
    assert septets(to_gsm7(text)) >= 0


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Zoë Núñez", "Zoe Núñez".replace("ú", "u")),
        ("«O’Hare» – 5 km…", "?O'Hare? - 5 km..."),
        ("Łódź 東京", "?odz ??"),
        ("Müller, 20 €", "Müller, 20 €"),
    ],
)
def test_unsupported_character_becomes_its_nearest(text: str, sent: str) -> None:
    assert to_gsm7(text) == sent


@pytest.mark.parametrize(
    ("text", "billed"), [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2)]
)
def test_segments_are_counted_as_networks_bill_them(text: str, billed: int) -> None:
    assert segments(text) == billed


def test_counting_septets_of_other_text_fails() -> None:
    with pytest.raises(ValueError, match="東"):
        septets("東")
