from __future__ import annotations

import pytest

from lambdas.alerting.texts.defuse import without_links, without_numbers


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("https://evil.example/x", "evil. example/x"),
        ("Gate evil.example/x", "Gate evil. example/x"),
        ("www.evil.example", "evil. example"),
        ("http://192.0.2.7/x", "192. 0. 2. 7/x"),
        ("ann@evil.example", "ann at evil. example"),
        ("@here look", "at here look"),
        ("evil。example", "evil。 example"),
        ("пример.рф", "пример. рф"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd. xn--p1ai"),
        ("उदाहरण.भारत", "उदाहरण. भारत"),
        ("tel:+15005550000", "tel: +15005550000"),
        ("JAVASCRIPT:alert(1)", "JAVASCRIPT: alert(1)"),
        ("0A:0", "0A: 0"),
        (r"\\evil\share", r"/evil\share"),
    ],
)  # fmt: skip
def test_addresses_are_broken_up(text: str, inert: str) -> None:
    assert without_links(text) == inert


@pytest.mark.parametrize("text", ["J.R. O'Hara-Smith, Jr.", "St. Louis, U.S.A.", "Line 4, 12:30, 4.5 km", "A/B gate"])
def test_ordinary_names_stay(text: str) -> None:
    assert without_numbers(without_links(text)) == text


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ("call +1 500 555 0100", "call +1_500_555_0100"),
        ("503-555-0142", "503_555_0142"),
        ("(503) 555-0142", "(503_555_0142"),
        ("5035550142 hall", "5035_5501_42 hall"),
        ("2021-02-27 Springfield", "2021-02-27 Springfield"),
        ("2021-02-27 5550142", "2021-02-27 5550_142"),
        ("Hall 12, gate 345", "Hall 12, gate 345"),
    ],
)
def test_telephone_numbers_are_no_links_and_dates_stay(text: str, inert: str) -> None:
    assert without_numbers(text) == inert


@pytest.mark.timeout(20)
def test_time_grows_with_the_length_of_a_word_not_its_square() -> None:
    word = "x" * 200_000
    assert without_links(word) == word
