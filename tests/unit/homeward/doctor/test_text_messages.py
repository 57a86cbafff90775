from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from homeward.doctor.text_messages import check_opted_out, check_origination, check_sandbox, check_spend_limit
from tests.support.town import DESK, MAIL, NIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from agencies.settings import Settings
    from tests.support.answers import Answers


@pytest.mark.parametrize("check", [check_sandbox, check_spend_limit, check_origination, check_opted_out])
def test_nothing_is_asked_where_no_recipient_gets_text_messages(
    agency: Callable[..., Settings], answers: Answers, check: Callable[..., Any]
) -> None:
    assert check(agency(MAIL), answers).grade == "ok"
    assert not answers.stubbers


@pytest.mark.parametrize(
    ("verified", "grade", "said"),
    [
        ({}, "failed", "not verified: desk, night"),
        ({"+15035550142": "Verified", "+15035550143": "Pending"}, "failed", "not verified: night"),
        ({"+15035550142": "Verified", "+15035550143": "Verified"}, "warning", "all numbers are verified"),
    ],
)
def test_in_the_sandbox_only_verified_numbers_get_messages(
    agency: Callable[..., Settings], answers: Answers, verified: dict[str, str], grade: str, said: str
) -> None:
    answers.add("sns", "get_sms_sandbox_account_status", {"IsInSandbox": True})
    numbers = [{"PhoneNumber": number, "Status": status} for number, status in verified.items()]
    answers.add("sns", "list_sms_sandbox_phone_numbers", {"PhoneNumbers": numbers})
    found = check_sandbox(agency(DESK + NIGHT), answers)
    assert (found.grade, said in found.finding) == (grade, True)


def test_out_of_the_sandbox(agency: Callable[..., Settings], answers: Answers) -> None:
    answers.add("sns", "get_sms_sandbox_account_status", {"IsInSandbox": False})
    assert check_sandbox(agency(DESK), answers).grade == "ok"


@pytest.mark.parametrize(
    ("attributes", "grade", "texts"),
    [
        ({"MonthlySpendLimit": "1"}, "warning", 100),
        ({}, "warning", 100),
        ({"MonthlySpendLimit": "30.99"}, "warning", 3099),
        ({"MonthlySpendLimit": "31"}, "ok", 3100),
    ],
)
def test_the_spend_limit_must_cover_the_daily_budget(
    agency: Callable[..., Settings], answers: Answers, attributes: dict[str, str], grade: str, texts: int
) -> None:
    """100 text messages a day are 3,100 a month."""
    answers.add("sns", "get_sms_attributes", {"attributes": attributes}, {"attributes": ["MonthlySpendLimit"]})
    found = check_spend_limit(agency(DESK), answers)
    assert found.grade == grade
    assert f"about {texts} text messages; sms_per_day allows 3100 a month" in found.finding


@pytest.mark.parametrize(
    ("numbers", "grade", "said"),
    [
        ([], "failed", "no number to send from"),
        ([{"Status": "PENDING"}], "failed", "not active yet: +18885550100 (PENDING)"),
        ([{"Status": "ACTIVE", "NumberCapabilities": ["VOICE"]}], "failed", "no number to send from"),
        ([{"Status": "ACTIVE", "NumberCapabilities": ["SMS"]}], "ok", "come from +18885550100"),
    ],
)
def test_us_numbers_need_an_active_number_to_send_from(
    agency: Callable[..., Settings], answers: Answers, numbers: list[dict[str, Any]], grade: str, said: str
) -> None:
    listed = [{"PhoneNumber": "+18885550100", **number} for number in numbers]
    answers.add("sns", "list_origination_numbers", {"PhoneNumbers": listed})
    found = check_origination(agency(DESK), answers)
    assert (found.grade, said in found.finding) == (grade, True)


def test_numbers_of_other_countries_need_none(agency: Callable[..., Settings], answers: Answers) -> None:
    assert check_origination(agency(DESK.replace("+15035550142", "+447700900142")), answers).grade == "ok"


def test_a_recipient_who_answered_stop_is_named(agency: Callable[..., Settings], answers: Answers) -> None:
    answers.add("sns", "list_phone_numbers_opted_out", {"phoneNumbers": ["+15035550143", "+15035550199"]})
    found = check_opted_out(agency(DESK + NIGHT), answers)
    assert (found.grade, found.finding) == ("failed", "answered STOP and get no text messages: night")
    answers.add("sns", "list_phone_numbers_opted_out", {"phoneNumbers": []})
    assert check_opted_out(agency(DESK), answers).grade == "ok"
