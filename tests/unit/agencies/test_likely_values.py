"""What an error says that a wrong value was meant to be. Each test changes one value of a small agency file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from agencies.files import AgencyFileError, load_agency

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
name = "town"
display_name = "Town"
contact = "homeward@agency.example"
"""
TABLES = """
[environments.dev]
[alerting]
console_url = "https://homeward.agency.example"
"""
RECIPIENT = '[[alerting.recipients]]\nname = "desk"\n'


@pytest.fixture
def refusal(tmp_path: Path) -> Any:
    def lines(head: str = "", tables: str = "", *, text: str = "") -> str:
        path = tmp_path / "town.toml"
        path.write_text(text or f"{HEAD}{head}\n{TABLES}{tables}\n")
        with pytest.raises(AgencyFileError) as refused:
            load_agency(path)
        return str(refused.value).replace(f"{path}: ", "")

    return lines


@pytest.mark.parametrize(
    ("key", "written", "meant"),
    [
        ("[matching]\nreview_threshold", "0.8", "80"),
        ("[matching]\nalert_threshold", "0.955", "95.5"),
        ("[matching.minors]\nreview_threshold", "0.85", "85"),
        ("[matching]\nbetter_shot_margin", "0.02", "2"),
        ("[sync]\nmax_removed_percent", "0.1", "10"),
        ("[camera_limits]\nsms_percent", "0.5", "50"),
        ("[sync]\ninterval_hours", '"24 hours"', "24"),
        ("[sync]\ninterval_hours", "24.0", "24"),
        ("[retention]\nlog_days", "100", "90"),
        ("[retention]\nlog_days", '"90 days"', "90"),
        ("[fleet]\ndeeplens", '"false"', "false"),
        ("[fleet]\ndeeplens", "1", "true"),
        ("[sources.namus]\nstates", '"Oregon"', '["Oregon"]'),
        ("[sources.namus]\nstates", '["Oregn"]', "Oregon"),
        ("[sources.namus]\nstates", '["Calif"]', "California"),
        ("[sources.namus]\ncase_number_range", "[20, 10]", "[10, 20]"),
        ("[sources.interpol]\nnationalities", '["UK"]', "GB"),
        ("[sources.fbi]\nphoto_origins", '["https://www.fbi.gov/wanted"]', "https://www.fbi.gov"),
    ],
)
def test_wrong_setting_suggests_the_likely_one(refusal: Any, key: str, written: str, meant: str) -> None:
    assert f"; did you mean {meant}?" in refusal(tables=f"{key} = {written}")


@pytest.mark.parametrize("written", ["1 year", "2 days", "twice", "10-20"])
def test_number_of_another_unit_is_not_suggested(refusal: Any, written: str) -> None:
    assert "did you mean" not in refusal(tables=f'[sync]\ninterval_hours = "{written}"')


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("503-555-0142", "+15035550142"),
        ("(503) 555-0142", "+15035550142"),
        ("+5035550142", "+15035550142"),
        ("01115035550142", "+15035550142"),
        ("0015035550142", "+15035550142"),
    ],
)
def test_telephone_without_its_country_suggests_e164(refusal: Any, written: str, meant: str) -> None:
    assert refusal(tables=f'{RECIPIENT}sms = "{written}"').endswith(f"; did you mean {meant}?")


def test_telephone_without_quotation_marks_suggests_them(refusal: Any) -> None:
    assert refusal(tables=f"{RECIPIENT}sms = 5035550142").endswith('; did you mean "+15035550142"?')


def test_address_with_a_password_is_refused_without_showing_it(refusal: Any) -> None:
    line = refusal(tables=f'{RECIPIENT}webhook = "https://user:secret@hooks.agency.example"')
    assert line.endswith("must not have a user or a password: the file is no place for secrets")
    assert "secret@" not in line


def test_suggested_telephone_is_in_the_agencys_country(refusal: Any) -> None:
    line = refusal('country = "NO"', f'{RECIPIENT}sms = "22 34 56 78"')
    assert line.endswith("; did you mean +4722345678?")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+10035550142", "no telephone has the area code 003"),
        ("+19115550142", "no telephone has the area code 911"),
        ("+15555550142", "no telephone has the area code 555"),
        ("+19955550142", "no telephone has the area code 995"),
        ("+15030550142", "no telephone has 055 after its area code"),
        ("+15034110142", "no telephone has 411 after its area code"),
    ],
)
def test_telephone_that_cannot_be_is_refused(refusal: Any, number: str, reason: str) -> None:
    assert refusal(tables=f'{RECIPIENT}sms = "{number}"').endswith(f"'{number}' is not allowed: {reason}")


@pytest.mark.parametrize("number", ["+12225550142", "+447700900142"])
def test_telephone_of_an_unknown_range_is_taken(tmp_path: Path, number: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(f'{HEAD}{TABLES}{RECIPIENT}sms = "{number}"\n')
    assert load_agency(path)[0].alerting.recipients[0].sms == number


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("EST", "America/New_York"),
        ("MST", "America/Denver"),
        ("PDT", "America/Los_Angeles"),
        ("GMT", "Europe/London"),
        ("Etc/GMT+7", "America/Denver"),
        ("UTC-8", "America/Los_Angeles"),
        ("Central Time", "America/Chicago"),
        ("America/New York", "America/New_York"),
        ("america/denver", "America/Denver"),
        ("Denver", "America/Denver"),
        ("Asia/Tokio", "Asia/Tokyo"),
    ],
)
def test_time_zone_of_no_place_suggests_a_place(refusal: Any, written: str, meant: str) -> None:
    assert refusal(tables=f'time_zone = "{written}"').endswith(f"; did you mean {meant}?")


@pytest.mark.parametrize("zone", ["UTC", "America/Phoenix", "US/Eastern", "CST6CDT"])
def test_time_zone_of_a_place_is_taken(tmp_path: Path, zone: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(f'{HEAD}{TABLES}time_zone = "{zone}"\n')
    assert load_agency(path)[0].alerting.time_zone == zone


@pytest.mark.parametrize(
    ("head", "meant"),
    [
        ('region = "us-east1"', "us-east-1"),
        ('region = "us-east-1a"', "us-east-1"),
        ('region = "US-WEST-2"', "us-west-2"),
        ('region = "Ohio"', "us-east-2"),
        ('country = "us"', "US"),
        ('country = "United States"', "US"),
        ('account = "1111-1111-1111"', "111111111111"),
        ('removal_policy = "Retain"', "retain"),
        ("account = 111111111111", '"111111111111"'),
    ],
)
def test_wrong_head_suggests_the_likely_value(refusal: Any, head: str, meant: str) -> None:
    assert refusal(head).endswith(f"; did you mean {meant}?")


def test_region_that_lacks_a_service_suggests_no_other(refusal: Any) -> None:
    assert "did you mean" not in refusal('region = "eu-north-1"')


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('email = "Desk <desk@agency.example>"', "desk@agency.example"),
        ('email = "mailto:desk@agency.example"', "desk@agency.example"),
        ('webhook = "hooks.agency.example/x"', "https://hooks.agency.example/x"),
        ('webhook = "http://hooks.agency.example"', "https://hooks.agency.example"),
        ('chat = true\nquiet_hours = "10pm-7am"', "22:00-07:00"),
        ('chat = true\nquiet_hours = "22:00 - 7:30"', "22:00-07:30"),
        ('chat = true\nlanguage = "es-MX"', "es"),
        ('chat = true\nfilter.cameras = ["north station"]', "north-station"),
        ("chat = true\nfilter.minimum_similarity = 0.97", "97"),
        ('chat = true\nfilter.case_types = ["Missing"]', "missing"),
    ],
)
def test_wrong_recipient_suggests_the_likely_value(refusal: Any, written: str, meant: str) -> None:
    assert refusal(tables=f"{RECIPIENT}{written}").endswith(f"; did you mean {meant}?")


@pytest.mark.parametrize("address", ["desk@agency", "a@b.example, c@d.example", "a..b@agency.example", "a@-x.example"])
def test_address_that_gets_no_mail_is_refused(refusal: Any, address: str) -> None:
    assert refusal(tables=f'{RECIPIENT}email = "{address}"').endswith("is not allowed: must be an e-mail address")


@pytest.mark.parametrize("url", ["https://.example", "https://a..example", "https://-a.example", "https://a_.example"])
def test_url_of_an_impossible_host_is_refused(refusal: Any, url: str) -> None:
    assert "must be an address in ASCII" in refusal(tables=f'{RECIPIENT}webhook = "{url}"')


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        ('[retention]\ncountry = "US"', "retention.country: unknown key; it belongs at the top of the file, before"),
        ("[matching]\nsms_per_day = 5", "matching.sms_per_day: unknown key; it belongs in [alerting]"),
        ("[matching]\nreview-threshold = 80", "matching.review-threshold: unknown key; did you mean review_threshold?"),
        ('[alerting.recipients]\nname = "desk"', "must be a list of tables; write [[alerting.recipients]]"),
        ('[sources.fbi]\nstates = ["OR"]', "sources.fbi: states is not allowed: this source does not read it; only"),
        (
            '[[alerting.recipients]]\nname = "desk"\nchat = true\nfilter.counties = [" "]',
            "' ' is not allowed: must not",
        ),
    ],
)
def test_misplaced_key_says_where_it_belongs(refusal: Any, tables: str, line: str) -> None:
    assert line in refusal(tables=tables)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\na = 2", "line 2: a is there twice; delete one"),
        ("[a]\n[a]", "line 2: the table [a] is there twice; put its keys under one heading"),
        ("password = secret", "line 1: the value of password cannot be read; text needs quotation marks"),
        ("a = True", "line 1: the value of a cannot be read; text needs quotation marks, and true and false are lower"),
        (r'a = "C:\Users"', "line 1: the value of a has a backslash; put it in single quotation marks"),
        ("name: town", "line 1: expected KEY = VALUE"),
        ('a = "x" y', "line 1: there is more after the value of a; is a quotation mark missing or extra?"),
    ],
)
def test_broken_toml_names_the_line_and_key(refusal: Any, text: str, line: str) -> None:
    message = refusal(text=text)
    assert message.startswith(f"is not TOML: {line}")
    assert "secret" not in message


def test_all_problems_are_found_at_once(refusal: Any) -> None:
    recipients = "".join(
        f'[[alerting.recipients]]\nname = "desk"\nsms = "{sms}"\nescalation = true\n'
        for sms in ("+1503", "+15035550142")
    )
    lines = refusal(
        'contry = "US"\nregion = "us-east-9"',
        f'time_zone = "EST"\nsms_replies = 1\n{recipients}[matching]\nreview_threshold = 0.7\n'
        "review_deadline_days = 300\n[retention]\nencounter_days = 200\n[environments.test]",
    ).splitlines()
    assert sorted(line.partition(": ")[0] for line in lines) == [
        "alerting.recipients",
        "alerting.recipients.0.sms",
        "alerting.sms_replies",
        "alerting.time_zone",
        "contry",
        "environments.test",
        "matching.review_threshold",
        "region",
        "retention",
    ]


def test_file_without_environments_lists_its_other_problems(refusal: Any) -> None:
    lines = refusal(text='name = "town"\ncontact = "nobody"').splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["environments", "display_name", "contact", "alerting"]
