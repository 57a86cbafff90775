from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lambdas.common.place_names import name_key, place_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Multnomah", "MULTNOMAH COUNTY"),
        ("Multnomah County, OR", "Multnomah Co."),
        ("Doña Ana", "Dona Ana County"),
        ("Don\u0303a Ana", "doña-ana"),
        ("St. Louis County", "Saint Louis County"),
        ("St.Charles", "St Charles Parish"),
        ("Ste. Genevieve", "Sainte Genevieve County"),
        ("Mt. Hood", "Mount Hood"),
        ("Ft. Bend", "Fort Bend County"),
        ("DeKalb", "De Kalb County"),
        ("LaSalle Parish", "La Salle"),
        ("Prince George's", "Prince Georges County"),
        ("O’Brien", "O'Brien County"),
        ("Kauaʻi", "Kauai County"),
        ("Juneau", "City and Borough of Juneau"),
        ("Juneau City and Borough", "Juneau Borough"),
        ("Nome", "Nome Census Area"),
        ("Anchorage", "Municipality of Anchorage"),
        ("Denver", "City and County of Denver"),
        ("Baltimore", "City of Baltimore"),
        ("Baltimore City", "City of Baltimore"),
        ("Baltimore", "Baltimore City"),
        ("Añasco Municipio", "Anasco"),
        ("County of Kent", "Kent"),
        ("Miami-Dade", "Miami Dade County"),
    ],
)
def test_spellings_of_one_place_match(one: str, other: str) -> None:
    assert place_keys(one) & place_keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Baltimore County", "Baltimore City"),
        ("Washington", "Wasco"),
        ("St. Louis", "Louis"),
        ("Saint Genevieve", "Ste. Genevieve"),
        ("Kent", "New Kent"),
        ("County", "Parish"),
    ],
)
def test_different_places_do_not_match(one: str, other: str) -> None:
    assert not place_keys(one) & place_keys(other)


def test_names_of_sites_match_without_punctuation_and_case() -> None:
    assert name_key("North Station, Main Hall") == name_key("north-station main  hall")
    assert name_key("North Station, hall 1") != name_key("North Station, hall 2")


@given(some.text(some.characters(max_codepoint=0x24F)))
def test_any_text_matches_itself_in_capitals(text: str) -> None:
    assert place_keys(text)
    assert place_keys(text.lower().upper()) & place_keys(text.lower())
