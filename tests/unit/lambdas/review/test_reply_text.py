from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lambdas.review.reply_text import acknowledged_codes, is_for_the_carrier

ALERT = "POSSIBLE MATCH, NOT VERIFIED. Ann Alder, MP900101. Reply ACK 3F9A2C. https://console.example/e/3f9a2c01/x"


@pytest.mark.parametrize(
    "text",
    [
        "ACK 3F9A2C",
        "ack 3f9a2c",
        " Ok: 3F9A2C.",
        "SI 3F9A2C",
        "Sí, 3f9a2c",
        "OUI 3F9A2C",
        '"ACK 3F9A2C"',
        "ACK3F9A2C",
        "ACK 3F9A2C thanks",
        "Reply ACK 3F9A2C",
        "ACK 3F9A2C on my way",
        "ACK 3F9A2C\n\nSent from my iPhone",
        f"Liked “{ALERT}”",
        f"👍 to “{ALERT}”",
        "No problem, ACK 3F9A2C",
        "3F9A2C ok",
        "ACK #3F9A2C",
        "ack code: <3F9-A2C>",
        "ok 3 f 9 a 2 c",
        "Ack\u00a03F9A2C\u200b",
        "ＡＣＫ ３Ｆ９Ａ２Ｃ",
        "Recibido 3F9A2C, voy en camino",
        "Bien reçu 3F9A2C",
        "D’accord 3F9A2C",
        "J'arrive ! 3F9A2C",
        "Responda ACK 3F9A2C",
        "On it 3F9A2C",
    ],
)  # fmt: skip
def test_words_around_an_acknowledgment_do_not_matter(text: str) -> None:
    assert acknowledged_codes(text) == ("3F9A2C",)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ACK 3F9A2C 4B0011", ("3F9A2C", "4B0011")),
        ("ack 3f9a2c, ok4b0011 and 3F9A2C", ("3F9A2C", "4B0011")),
        ("ACKBEEF01", ("BEEF01",)),
        ("ack bee fO1", ("BEEF01",)),
    ],
)
def test_every_code_of_a_text_is_found(text: str, codes: tuple[str, ...]) -> None:
    assert acknowledged_codes(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ACK",
        "3F9A2C",
        "what is 3F9A2C?",
        "NO 3F9A2C",
        "NACK 3F9A2C",
        "ACK 3F9A2",
        "ACK 3F9A2C0",
        "ACK 3F9A2G",
        "do not ACK 3F9A2C",
        "Don’t ack 3F9A2C",
        "cannot ack 3F9A2C",
        "No sé si 3F9A2C",
        "no voy 3F9A2C",
        f"Disliked “{ALERT}”",
        f"Questioned “{ALERT}”",
        f"👎 to “{ALERT}”",
    ],
)
def test_other_texts_acknowledge_nothing(text: str) -> None:
    assert acknowledged_codes(text) == ()


@pytest.mark.parametrize(
    ("text", "is_keyword"),
    [
        ("STOP", True),
        ("Stop.", True),
        ("stop  all", True),
        ("Arrêt", True),
        ("HELP!", True),
        ("stop it", False),
        ("", False),
    ],
)
def test_only_a_whole_keyword_is_for_the_carrier(text: str, is_keyword: bool) -> None:
    assert is_for_the_carrier(text) is is_keyword


@given(some.text(), some.text())
def test_any_text_is_read(before: str, after: str) -> None:
    for code in acknowledged_codes(f"{before} ack 3F9A2C {after}"):
        assert len(code) == 6
        assert set(code) <= set("0123456789ABCDEF")
    is_for_the_carrier(before)
