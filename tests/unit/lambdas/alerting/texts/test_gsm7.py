from __future__ import annotations

import subprocess
import sys

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
        ("Zoë Núñez", "Zoe Nuñez"),
        ("Jose\u0301 Nun\u0303ez", "José Nuñez"),
        ("Łukasz Wałęsa", "Lukasz Walesa"),
        ("Đorđe Đukić", "Dorde Dukic"),
        ("Işıl Kılıç", "Isil Kilic"),
        ("Nguyễn Thị Ánh", "Nguyen Thi Anh"),
        ("Владимир Путник", "Vladimir Putnik"),
        ("王小明", "WangXiaoMing"),
        ("محمد", "mhmd"),
        ("Θεόδωρος", "Theodoros"),
        ("ΔΩ", "ΔΩ"),
        ("«O’Hare» – 5 km…", '"O\'Hare" - 5 km...'),
        ("`x`\tŁódź 🚨👩\u200d👧", "'x' Lodz "),
        ("Müller, Ä é ñ 20 €", "Müller, Ä é ñ 20 €"),
    ],
)
def test_unsupported_letter_becomes_its_nearest(text: str, sent: str) -> None:
    assert to_gsm7(text) == sent


@given(st.text(st.characters(categories=["L", "Nd"])))
def test_no_letter_becomes_a_question_mark(text: str) -> None:
    assert "?" not in to_gsm7(text)


def test_common_accents_do_not_import_the_transliteration() -> None:
    """A cold start must not wait for a library that most alerts do not need."""
    code = (
        "import sys; from lambdas.alerting.texts.gsm7 import to_gsm7; "
        "assert to_gsm7('José Núñez, Été à Bâle') == 'José Nuñez, Été à Bale'; assert 'anyascii' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("text", "billed"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 76 + "a€", 1),
        ("a" * 152 + "€" * 8, 2),
        ("a" * 152 + "€" + "a" * 305, 4),
    ],
)
def test_segments_are_counted_as_networks_bill_them(text: str, billed: int) -> None:
    assert segments(text) == billed


def test_counting_septets_of_other_text_fails() -> None:
    with pytest.raises(ValueError, match="東"):
        septets("東")
