"""Tests of cells as Americans write them: dates, heights, weights, sexes and countries."""

from __future__ import annotations

import pytest

from lambdas.cases.case import Case, Range
from lambdas.ingest.sources.agency_folder.row import read_row


def read(**cells: str) -> Case:
    case, problems = read_row({"case_id": "A", **cells}, source="folder")
    assert problems == []
    assert case is not None
    return case


def fault(cells: dict[str, str]) -> str:
    case, problems = read_row({"case_id": "A", **cells}, source="folder")
    assert case is None
    return "; ".join(problems)


@pytest.mark.parametrize(
    ("written", "expected"), [("F", "female"), ("f", "female"), ("M", "male"), ("FEMALE", "female"), ("", None)]
)
def test_sex(written: str, expected: str | None) -> None:
    assert read(sex=written).sex == expected


@pytest.mark.parametrize("written", ["USA", "usa", "U.S.A.", "U.S.", "United States", "US"])
def test_country(written: str) -> None:
    assert read(last_seen_country=written).last_seen.country == "US"


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("170", 170, 170),
        ("165-175", 165, 175),
        ("165 \u2013 175 cm", 165, 175),
        ("1.70 m", 170, 170),
        ("5'6\"", 167.6, 167.6),
        ("5\u20196\u201d", 167.6, 167.6),
        ("5' 6''", 167.6, 167.6),
        ("5 ft 6 in", 167.6, 167.6),
        ("5 ft. 6 in.", 167.6, 167.6),
        ("5ft", 152.4, 152.4),
        ("66 inches", 167.6, 167.6),
        ("5'6\" - 5'8\"", 167.6, 172.7),
        ("5'6 to 5'8", 167.6, 172.7),
    ],
)
def test_height(written: str, low: float, high: float) -> None:
    assert read(height_cm=written).height_cm == Range(min=low, max=high)


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [("63", 63, 63), ("140 lbs", 63.5, 63.5), ("130-140 lbs", 59.0, 63.5), ("140lb.", 63.5, 63.5), ("63 kg", 63, 63)],
)
def test_weight(written: str, low: float, high: float) -> None:
    assert read(weight_kg=written).weight_kg == Range(min=low, max=high)


@pytest.mark.parametrize(
    "cells",
    [
        {"height_cm": "5'12\""},
        {"height_cm": "5'6\" 7"},
        {"height_cm": "140 lbs"},
        {"height_cm": "tall"},
        {"height_cm": "5-6"},
        {"weight_kg": "5'6\""},
        {"weight_kg": "140 stone"},
        {"weight_kg": "1-2-3"},
        {"age_when_missing": "34 lbs"},
        {"last_seen_country": "Oregon"},
    ],
)
def test_measure_in_no_known_form_is_a_fault(cells: dict[str, str]) -> None:
    assert fault(cells).startswith(next(iter(cells)))


@pytest.mark.parametrize(
    ("column", "written", "expected"),
    [
        ("last_seen_date", "9/14/2025", "2025-09-14"),  # no other reading
        ("last_seen_date", "14.9.2025", "2025-09-14"),
        ("last_seen_date", "9/9/2025", "2025-09-09"),
        ("last_seen_date (m/d/y)", "9/4/2025", "2025-09-04"),
        ("last_seen_date (MM/DD/YYYY)", "09/04/2025", "2025-09-04"),
        ("last_seen_date (d/m/y)", "9/4/2025", "2025-04-09"),
        ("last_seen_date (m/d/y)", "2025-09-04", "2025-09-04"),
    ],
)
def test_date(column: str, written: str, expected: str) -> None:
    seen = read(**{column: written}).last_seen
    assert (seen.date, seen.precision) == (expected, "day")


@pytest.mark.parametrize(
    ("column", "written", "expected"),
    [
        (
            "birth_date",
            "9/4/1990",
            "may be 1990-04-09 or 1990-09-04; write that, or name the column birth_date (m/d/y)",
        ),
        ("birth_date (m/d/y)", "14/9/1990", "birth_date is '14/9/1990'; expected a date in the order m/d/y"),
        ("birth_date", "9/14/90", "expected YYYY-MM-DD"),
        ("birth_date", "2/30/1990", "expected YYYY-MM-DD"),
        ("birth_date", "9/14/9999", "expected YYYY-MM-DD"),
        ("last_seen_city (m/d/y)", "x", "column 'last_seen_city (m/d/y)' is not in the template"),
    ],
)
def test_date_that_is_ambiguous_or_none_is_a_fault(column: str, written: str, expected: str) -> None:
    assert expected in fault({column: written})


@pytest.mark.parametrize("written", ["call us", "+372 555 1234", "503-555-01422", "47 22 34 56 78"])
def test_telephone_number_that_is_not_valid_stays_text_and_refuses_nothing(written: str) -> None:
    [agency] = read(agency_phone=written).agencies
    assert (agency.phone, agency.phone_raw, agency.call) == (None, written, written)


def test_extension_of_a_telephone_number_is_kept() -> None:
    [agency] = read(agency_phone="503-555-0142 ext. 12").agencies
    assert (agency.phone, agency.phone_extension, agency.call) == ("+15035550142", "12", "+15035550142 ext. 12")


def test_telephone_number_without_a_code_belongs_to_the_country_of_the_agency() -> None:
    case, _ = read_row({"case_id": "A", "agency_phone": "22 34 56 78"}, source="folder", country="NO")
    assert case is not None
    assert case.agencies[0].phone == "+4722345678"
