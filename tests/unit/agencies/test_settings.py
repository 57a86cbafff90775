from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest

from agencies.alerting import SourceName
from agencies.files import AgencyFileError, load_agencies, load_agency
from agencies.regions import complaint
from agencies.sources import Source, Sources
from lambdas.console.sources import SOURCES
from lambdas.encounters.policy import Thresholds
from lambdas.ingest.sources.settings import SourceSettings, read_sources

if TYPE_CHECKING:
    from agencies.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
USUAL = Thresholds()
SPRINGFIELD = (ROOT / "agencies" / "examples" / "springfield.toml").read_text()


@dataclasses.dataclass
class AgencyFile:
    """Write springfield.toml with some changes."""

    path: Path

    def write(self, *changes: tuple[str, str]) -> Path:
        text = SPRINGFIELD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        self.path.write_text(text)
        return self.path

    def load(self, *changes: tuple[str, str]) -> dict[str, Settings]:
        return {settings.environment: settings for settings in load_agency(self.write(*changes))}

    def refusal(self, *changes: tuple[str, str]) -> str:
        """Return the error lines without the file name that starts each."""
        with pytest.raises(AgencyFileError) as refused:
            load_agency(self.write(*changes))
        lines = str(refused.value).splitlines()
        assert all(line.startswith(f"{self.path}: ") for line in lines)
        return "\n".join(line.removeprefix(f"{self.path}: ") for line in lines)


@pytest.fixture
def file(tmp_path: Path) -> AgencyFile:
    return AgencyFile(tmp_path / "x.toml")


def test_country_other_than_the_default_reaches_the_functions(file: AgencyFile) -> None:
    def country(*changes: tuple[str, str]) -> str:
        return read_sources(file.load(*changes)["dev"].as_functions_read({})).country

    assert (country(), country(('country = "US"', 'country = "NO"'))) == ("US", "NO")


@pytest.mark.parametrize("path", sorted(ROOT.glob("agencies/**/*.toml")), ids=lambda path: path.stem)
def test_agency_files_are_valid(path: Path) -> None:
    for settings in load_agency(path):
        assert settings.stage == f"{path.stem}-{settings.environment}"


def test_environment_values_override_the_agencys(file: AgencyFile) -> None:
    loaded = file.load(("[environments.prod]", "[environments.prod.alerting]\nrecipients = []\n\n[environments.prod]"))
    dev, prod = loaded["dev"], loaded["prod"]
    assert (dev.matching.alert_threshold, prod.matching.alert_threshold) == (90, USUAL.alert)
    assert dev.matching.review_threshold == prod.matching.review_threshold == 80
    assert (dev.account, dev.removal_policy) == ("111111111111", "destroy")
    assert (prod.account, prod.removal_policy) == ("222222222222", "retain")
    assert dev.alerting.recipients[0].sms == "+15035550142"
    assert prod.alerting.recipients == []
    assert prod.alerting.time_zone == dev.alerting.time_zone == "America/Denver"


def test_example_states_the_default_thresholds(file: AgencyFile) -> None:
    matching = file.load()["prod"].matching
    assert Thresholds(matching.review_threshold, matching.alert_threshold, matching.alone) == USUAL


def test_documentation_states_the_default_thresholds() -> None:
    reviewers, record = (ROOT / "docs" / name for name in ("reviewer/README.md", "decisions/0017-thresholds.md"))
    text = " ".join(reviewers.read_text().split())
    assert f"`alone_threshold` ({USUAL.alone:g})" in text
    assert f"`alert_threshold` ({USUAL.alert:g})" in text
    assert f"`review_threshold` ({USUAL.review:g})" in text
    assert f"| {USUAL.review:g} | {USUAL.alert:g} | {USUAL.alone:g} |" in record.read_text()


def test_data_is_retained_by_default(file: AgencyFile) -> None:
    assert file.load(('removal_policy = "destroy"', ""))["dev"].removal_policy == "retain"


def test_defaults_are_off_or_conservative(file: AgencyFile) -> None:
    start = SPRINGFIELD.index("[sources.namus]")
    end = SPRINGFIELD.index("[alerting]")
    settings = file.load((SPRINGFIELD[start:end], ""), ("[environments.dev.matching]\nalert_threshold = 90", ""))["dev"]
    assert settings.sources.enabled == {}
    matching = settings.matching
    assert Thresholds(matching.review_threshold, matching.alert_threshold, matching.alone) == USUAL
    assert (settings.matching.rekognition_requests_per_second, settings.sync.interval_hours) == (5, 24)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'country = "US"',
            'country = "USA"',
            "country: 'USA' is not allowed: must be an ISO 3166 code such as US; did you mean US?",
        ),
        ('country = "US"', 'country = "XX"', "country: 'XX' is not allowed: must be an ISO 3166 code such as US"),
        (
            f"alert_threshold = {USUAL.alert:g}",
            "alert_threshold = 101",
            "matching.alert_threshold: 101 is not allowed: must be a number from review_threshold (80) to 100",
        ),
        (
            "[alerting]",
            '[matching.by_camera."cam/07"]\nreview_threshold = 80\nalert_threshold = 98\n\n[alerting]',
            (
                "matching.by_camera: cam/07: no camera can have this name; "
                "allowed are letters, digits, '-', '_' and ':', at most 128"
            ),
        ),
        (
            f"alone_threshold = {USUAL.alone:g}",
            "alone_threshold = 95.4",
            "matching.alone_threshold: 95.4 is not allowed: must be a number from alert_threshold (95.8) to 100",
        ),
        (
            "alert_threshold = 90",
            "alert_threshold = 79.5",
            (
                "environments.dev.matching.alert_threshold: 79.5 is not allowed:"
                " must be a number from review_threshold (80) to 100"
            ),
        ),
        (
            "review_threshold = 80",
            "review_threshold = -1",
            "matching.review_threshold: -1 is not allowed: must be greater than or equal to 0",
        ),
        (
            "rekognition_requests_per_second = 50",
            'rekognition_requests_per_second = "50"',
            (
                "matching.rekognition_requests_per_second: '50' is not allowed:"
                " must be a number, without quotation marks; did you mean 50?"
            ),
        ),
        ("contact =", "# contact =", "contact: missing"),
        (
            '"homeward@police',
            '"police',
            "contact: 'police.springfield.example' is not allowed: must be an e-mail address",
        ),
        (
            'name = "springfield"',
            'name = "Springfield PD"',
            (
                "name: 'Springfield PD' is not allowed: must be lower-case letters, digits and '-', at most 31"
                "; did you mean springfield-pd?"
            ),
        ),
        (
            'removal_policy = "retain"',
            'removal_policy = "keep"',
            "environments.prod.removal_policy: 'keep' is not allowed: must be 'destroy' or 'retain'",
        ),
        (
            'account = "222222222222"',
            "account = 222222222222",
            (
                "environments.prod.account: 222222222222 is not allowed:"
                ' must be text in quotation marks; did you mean "222222222222"?'
            ),
        ),
        (
            'account = "222222222222"',
            'account = "2222-2222-2222"',
            (
                "environments.prod.account: '2222-2222-2222' is not allowed: must be the 12 digits of an AWS account"
                "; did you mean 222222222222?"
            ),
        ),
        (
            'region = "us-east-1"',
            'region = "Virginia"',
            (
                "environments.dev.region: 'Virginia' is not allowed:"
                " must be an AWS region such as us-east-1; did you mean us-east-1?"
            ),
        ),
        (
            'region = "us-east-1"',
            'region = "us-east-9"',
            f"environments.dev.region: 'us-east-9' is not allowed: {complaint('us-east-9')}; did you mean us-east-1?",
        ),
        (
            'region = "us-east-1"',
            'region = "il-central-1"\nfleet = {greengrass = true}',
            (
                "environments.dev.fleet: greengrass = true is not allowed in il-central-1: "
                f"{complaint('il-central-1', greengrass=True)}"
            ),
        ),
        (
            "log_days = 90",
            "log_days = 91",
            (
                "retention.log_days: 91 is not allowed: must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400,"
                " 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653; did you mean 90?"
            ),
        ),
        (
            "enabled = false",
            "enabled = true",
            (
                "sources.namus.permission: missing: a live source may be enabled only with"
                ' permission = "who allowed it, and when"'
            ),
        ),
        (
            'base_url = "https://www.namus.gov"',
            'base_url = "http://www.namus.gov"',
            "sources.namus.base_url: 'http://www.namus.gov' is not allowed: must be an https:// address; did you mean https://www.namus.gov?",
        ),
        (
            "[environments.prod]",
            "[environments.pord]",
            "environments.pord: 'pord' is not allowed: must be 'dev', 'staging' or 'prod'; did you mean prod?",
        ),
        ("display_name", "displayname", "display_name: missing\ndisplayname: unknown key; did you mean display_name?"),
        ("[matching]", "[matchng]", "matchng: unknown key; did you mean matching?"),
        ("states =", "state =", "sources.namus.state: unknown key; did you mean states?"),
        (
            'states = ["Oregon", "Washington"]',
            'states = ["OR", "Oregn"]',
            (
                "sources.namus.states: 'Oregn': no such state;"
                " write a name or a postal code, such as OR; did you mean Oregon?"
            ),
        ),
        ("[sources.namus]", "[sources.namsu]", "sources.namsu: unknown key; did you mean namus?"),
        (
            "[environments.dev.matching]\nalert_",
            "[environments.dev.matching]\nalarm_",
            "environments.dev.matching.alarm_threshold: unknown key; did you mean alert_threshold?",
        ),
        ("log_days", "xyz", "retention.xyz: unknown key; the known keys are log_days, encounter_days"),
        ("name =", 'environment = "dev"\nname =', "environment: unknown key; did you mean environments?"),
        (
            "[environments.dev]\n",
            '[environments]\nregion = "us-east-1"\n\n[environments.dev]\n',
            "environments.region: is not allowed here: put it into a table such as [environments.dev]",
        ),
    ],
)
def test_invalid_value_is_one_line_with_what_is_allowed(file: AgencyFile, old: str, new: str, message: str) -> None:
    assert file.refusal((old, new)) == message


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("sync", "every_hours", "interval_hours"),
        ("sync", "most_removed_percent", "max_removed_percent"),
        ("matching", "review_days", "review_deadline_days"),
        ("matching", "dismissed_days", "dismissal_mute_days"),
        ("matching", "better_shots", "better_shot_limit"),
        ("matching", "artist", "artist_rendering"),
        ("alerting", "link_hours", "link_valid_hours"),
        ("alerting", "replies", "sms_replies"),
    ],
)
def test_former_key_suggests_the_new_one(file: AgencyFile, table: str, old: str, new: str) -> None:
    with_sync = ("[matching]\n", "[sync]\n\n[matching]\n")
    assert (
        file.refusal(with_sync, (f"[{table}]\n", f"[{table}]\n{old} = 1\n"))
        == f"{table}.{old}: unknown key; did you mean {new}?"
    )


def test_removed_key_is_to_be_deleted(file: AgencyFile) -> None:
    assert file.refusal(("[matching]\n", "[matching]\ndismissal_limit = 3\n")) == (
        "matching.dismissal_limit: unknown key; delete it: "
        "dismissals now raise what a case needs by a rule without settings"
    )


def test_too_many_cameras_with_own_thresholds_are_refused(file: AgencyFile) -> None:
    tables = [
        f"[matching.by_camera.cam-{n:02}]\nreview_threshold = 80.55\nalert_threshold = 99.55\n" for n in range(40)
    ]
    assert file.refusal(("[alerting]", "\n".join([*tables, "[alerting]"]))).startswith(
        "matching.by_camera: 40 cameras with thresholds of their own are too many for a function's environment"
    )


@pytest.mark.parametrize("old", ["searches_again", "searches_per_second", "galleries"])
def test_former_key_without_a_similar_one_lists_all(file: AgencyFile, old: str) -> None:
    message = file.refusal(("[matching]\n", f"[matching]\n{old} = 1\n"))
    assert message.startswith(
        f"matching.{old}: unknown key; the known keys are review_threshold, alert_threshold, alone_threshold, "
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"Springfield Police Department"', '""', "display_name: ''"),
        ('name = "springfield"', f'name = "{"s" * 32}"', f"name: '{'s' * 32}'"),
        (
            '# console_url = "https:',
            'console_url = "http:',
            "alerting.console_url: 'http://homeward.springfield.example'",
        ),
        (
            'base_url = "https://www.namus.gov"',
            'base_url = "http://localhost.namus.example"',
            "sources.namus.base_url: 'http://localhost.namus.example'",
        ),
        (
            '# permission = "letter of 2026-10-01 from ..., ref. 12345"',
            'permission = "yes"',
            "sources.namus.permission: 'yes'",
        ),
        ("requests_per_second = 1.0", "requests_per_second = 0", "sources.namus.requests_per_second: 0"),
        ("requests_per_second = 1.0", "requests_per_second = 101", "sources.namus.requests_per_second: 101"),
        ("requests_per_second = 1.0", "requests_per_second = nan", "sources.namus.requests_per_second: nan"),
        ("requests_per_second = 1.0", "case_number_range = [1]", "sources.namus.case_number_range: [1]"),
        ("review_threshold = 80", "review_threshold = nan", "matching.review_threshold: nan"),
        ("encounter_window_minutes = 10", "encounter_window_minutes = 0", "matching.encounter_window_minutes: 0"),
        ("encounter_window_minutes = 10", "encounter_window_minutes = inf", "matching.encounter_window_minutes: inf"),
        (
            "rekognition_requests_per_second = 50",
            "rekognition_requests_per_second = 0",
            "matching.rekognition_requests_per_second: 0",
        ),
        ("encounter_days = 365", "encounter_days = 0", "retention.encounter_days: 0"),
        ("encounter_days = 365", "encounter_days = 29", "retention: encounter_days (29)"),
        ("review_deadline_days = 30", "review_deadline_days = 0", "matching.review_deadline_days: 0"),
        ("link_valid_hours = 72", "link_valid_hours = 23", "alerting.link_valid_hours: 23"),
        ("[matching]", "[sync]\ninterval_hours = 0\n\n[matching]", "sync.interval_hours: 0"),
        ("[matching]", "[sync]\nmax_removed_percent = 101\n\n[matching]", "sync.max_removed_percent: 101"),
    ],
)
def test_value_out_of_bounds_is_refused(file: AgencyFile, old: str, new: str, message: str) -> None:
    assert file.refusal((old, new)).partition(" is not allowed: must ")[0] == message


def test_error_names_the_agencys_key_not_the_environments(file: AgencyFile) -> None:
    message = file.refusal(("contact =", 'account = "1111"\ncontact ='), ('account = "222222222222"', ""))
    assert message == "account: '1111' is not allowed: must be the 12 digits of an AWS account"


def test_each_error_of_a_file_is_reported_once(file: AgencyFile) -> None:
    message = file.refusal(("review_threshold = 80", "review_threshold = true"), ("[retention]", "[retentoin]"))
    assert message == (
        "matching.review_threshold: True is not allowed: must be a number\n"
        "retentoin: unknown key; did you mean retention?"
    )


def test_enabled_source_needs_a_url_or_folder(file: AgencyFile) -> None:
    message = file.refusal(("[matching]", "[sources.folder]\nenabled = true\n\n[matching]"))
    assert message == "sources.folder: enabled = true needs base_url, or folder for an agency's own cases"


def test_own_folder_needs_no_permission(file: AgencyFile) -> None:
    loaded = file.load(("[matching]", '[sources.folder]\nenabled = true\nfolder = "s3://cases/all"\n\n[matching]'))
    assert loaded["dev"].sources.enabled.keys() == {"folder"}


def test_wanted_and_missing_persons_need_separate_files(file: AgencyFile) -> None:
    tables = "".join(
        f'[sources.{name}]\nenabled = true\nbase_url = "https://{name}.example"\n'
        f'permission = "Given on 2026-10-01"\nwanted = {wanted}\n\n'
        for name, wanted in (("fbi", "true"), ("ncmec", "false"))
    )
    message = file.refusal(("[matching]", f"{tables}[matching]"))
    assert message == "sources: wanted persons (fbi) need a gallery, so an agency file, of their own"


def test_plain_http_is_allowed_to_this_machine(file: AgencyFile) -> None:
    loaded = file.load(('base_url = "https://www.namus.gov"', 'base_url = "http://127.0.0.1:4572/"'))
    assert loaded["dev"].sources.namus.base_url == "http://127.0.0.1:4572"


def test_functions_know_every_key_of_a_source() -> None:
    assert [field.name for field in msgspec.structs.fields(SourceSettings)] == list(Source.model_fields)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'name = "x', "is not TOML: line 1: the value of name lacks its closing quotation mark"),
        (b'name = "\xff"', "is not UTF-8 (invalid start byte at byte 8)"),
    ],
)
def test_unreadable_content_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(AgencyFileError) as refused:
        load_agency(path)
    assert str(refused.value) == f"{path}: {message}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_file_is_read_as_editors_save_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "springfield.toml"
    path.write_bytes(SPRINGFIELD.encode(encoding))
    assert load_agency(path) == load_agency(ROOT / "agencies" / "examples" / "springfield.toml")


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AgencyFileError, match=r"no\.toml: cannot be read: No such file or directory"):
        load_agency(tmp_path / "no.toml")


def test_two_files_with_one_name_are_refused(tmp_path: Path) -> None:
    first, second = AgencyFile(tmp_path / "a.toml").write(), AgencyFile(tmp_path / "b.toml").write()
    with pytest.raises(AgencyFileError) as refused:
        load_agencies([first, second])
    assert str(refused.value) == f"{second}: name: 'springfield' is not allowed: {first} has the same name"


def test_duplicate_name_of_one_environment_is_refused(tmp_path: Path) -> None:
    first = AgencyFile(tmp_path / "a.toml").write()
    second = AgencyFile(tmp_path / "b.toml").write(
        ('name = "springfield"', 'name = "shelbyville"'),
        ("[environments.prod]", '[environments.prod]\nname = "springfield"'),
    )
    with pytest.raises(AgencyFileError) as refused:
        load_agencies([first, second])
    assert str(refused.value) == f"{second}: name: 'springfield' is not allowed: {first} has the same name"


def test_errors_of_all_files_are_reported(tmp_path: Path) -> None:
    wrong = [AgencyFile(tmp_path / f"{name}.toml").write(("name =", "nam =")) for name in "ab"]
    with pytest.raises(AgencyFileError) as refused:
        load_agencies(wrong)
    assert [line.split(": ")[0] for line in str(refused.value).splitlines()] == [
        str(path) for path in wrong for _ in "12"
    ]


def test_agency_files_load_without_the_cdk() -> None:
    command = "import sys, agencies.files; sys.exit('aws_cdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, env=dict(os.environ), check=False)
    assert done.returncode == 0


def test_every_list_of_sources_has_the_same_names() -> None:
    assert tuple(Sources.model_fields) == get_args(SourceName) == SOURCES
