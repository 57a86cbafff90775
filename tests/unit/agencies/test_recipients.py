"""The table [alerting] of an agency file. The tests change springfield.toml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from agencies.alerting import Language, SourceName
from agencies.files import AgencyFileError, load_agency
from agencies.sources import Sources
from lambdas.alerting.recipients import Channel, Filter, Recipient, read_recipients

if TYPE_CHECKING:
    from agencies.alerting import Alerting

ROOT = Path(__file__).resolve().parents[3]
SPRINGFIELD = (ROOT / "agencies" / "examples" / "springfield.toml").read_text()
DESK = 'sms = "+15035550142"'


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def alerting(*changes: tuple[str, str]) -> Alerting:
        text = SPRINGFIELD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "x.toml"
        path.write_text(text)
        return load_agency(path)[0].alerting

    return alerting


@pytest.fixture
def refusal(load: Any, tmp_path: Path) -> Any:
    def message(*changes: tuple[str, str]) -> str:
        with pytest.raises(AgencyFileError) as refused:
            load(*changes)
        [line] = str(refused.value).splitlines()
        return line.removeprefix(f"{tmp_path / 'x.toml'}: ")

    return message


def test_functions_get_recipients_without_addresses(load: Any) -> None:
    settings = load()
    found = {recipient.name: recipient for recipient in read_recipients(settings.document)}
    assert found.keys() == {recipient.name for recipient in settings.recipients}
    assert found["detective-lopez"] == Recipient(
        name="detective-lopez",
        channel=Channel.SMS,
        language="es",
        quiet_hours=("22:00", "07:00"),
        filter=Filter(counties=("Springfield", "Shelby"), case_types=("missing",), minimum_similarity=97),  # type: ignore[arg-type] # a StrEnum's value
    )
    assert [name for name, recipient in found.items() if recipient.escalation] == ["lieutenant"]
    assert found["search-team"].channel is Channel.CHAT
    assert "+1503" not in settings.document
    assert "https://" not in settings.document


def test_recipient_language_defaults_to_the_agencys(load: Any) -> None:
    recipients = read_recipients(load(('language = "en"  ', 'language = "fr"  ')).document)
    assert {recipient.language for recipient in recipients} == {"fr", "es"}


def test_defaults_are_conservative(load: Any) -> None:
    start, end = SPRINGFIELD.index("time_zone ="), SPRINGFIELD.index("# One table per recipient")
    settings = load((SPRINGFIELD[start:end], ""))
    assert (settings.time_zone, settings.escalate_after_minutes, settings.sms_per_day) == ("UTC", 15, 200)
    assert not settings.sms_replies


def test_filter_accepts_every_source() -> None:
    assert list(get_args(SourceName)) == list(Sources.model_fields)


@pytest.mark.parametrize("language", get_args(Language))
def test_every_language_is_accepted(load: Any, language: str) -> None:
    assert load(('language = "es"', f'language = "{language}"')).recipients[2].language == language


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            DESK,
            'sms = "5035550142"',
            "recipients.0.sms: '5035550142' is not allowed: must be an E.164 number such as +15035550142",
        ),
        (
            DESK,
            'sms = "+150355501421"',
            "recipients.0.sms: '+150355501421' is not allowed: it has too many or too few digits for its country",
        ),
        (DESK, 'sms = "+9991234567"', "recipients.0.sms: '+9991234567' is not allowed: (0) "),
        (
            DESK,
            'sms = "+15035550142\\n"',
            "recipients.0.sms: '+15035550142\\n' is not allowed: must be an E.164 number",
        ),
        (
            'email = "missing-persons@police.springfield.example"',
            'email = "missing-persons"',
            "recipients.1.email: 'missing-persons' is not allowed: must be an e-mail address",
        ),
        (
            '"https://hooks.springfield.example/homeward"',
            '"http://hooks.example/x"',
            "recipients.4.webhook: 'http://hooks.example/x' is not allowed: must be an https:// address",
        ),
        (DESK, "", "recipients.0: duty-desk: must have exactly one of sms, email, webhook, chat = true; it has none"),
        (
            DESK,
            f"{DESK}\nchat = true",
            "recipients.0: duty-desk: must have exactly one of sms, email, webhook, chat = true; it has sms and chat",
        ),
        ('"+15035550144"', '"+15035550142"', "recipients: +15035550142: only one recipient may have this sms"),
        ('"lieutenant"', '"duty-desk"', "recipients: duty-desk: only one recipient may have this name"),
        (
            'name = "duty-desk"',
            'name = "Duty Desk"',
            "recipients.0.name: 'Duty Desk' is not allowed: must be lower-case letters, digits and '-', at most 31",
        ),
        ('name = "duty-desk"', "", "recipients.0.name: missing"),
        (DESK, f"{DESK}\nescalate = true", "recipients.0.escalate: unknown key; did you mean escalation?"),
        (
            "minimum_similarity = 97",
            "min_similarity = 97",
            "recipients.2.filter.min_similarity: unknown key; did you mean minimum_similarity?",
        ),
        (
            "minimum_similarity = 97",
            'sources = ["nemus"]',
            "recipients.2.filter.sources.0: 'nemus' is not allowed: must be 'namus', 'fbi', 'interpol'",
        ),
        (
            '"22:00-07:00"',
            '"22:00-24:00"',
            "recipients.2.quiet_hours: '22:00-24:00' is not allowed: must be two times of day such as 22:00-07:00",
        ),
        (
            '"22:00-07:00"',
            '"07:00-07:00"',
            "recipients.2.quiet_hours: '07:00-07:00' is not allowed: must not start and end at the same time",
        ),
        (
            '"America/Denver"',
            '"Mountain"',
            "time_zone: 'Mountain' is not allowed: must be a time zone such as America/Denver",
        ),
        (
            'language = "es"',
            'language = "de"',
            "recipients.2.language: 'de' is not allowed: must be 'en', 'es' or 'fr'",
        ),
        ("sms_per_day = 200", "sms_per_day = 0", "sms_per_day: 0 is not allowed: must be greater than or equal to 1"),
        (
            "escalate_after_minutes = 15",
            "escalate_after_minutes = -1",
            "escalate_after_minutes: -1 is not allowed: must be greater than or equal to 0",
        ),
        (
            '# console_url = "https://homeward.springfield.example"',
            f'console_url = "https://{"x" * 120}.example"',
            f"console_url: 'https://{'x' * 120}.example' is not allowed: must",
        ),
    ],
)
def test_invalid_value_is_one_line_with_its_key(refusal: Any, old: str, new: str, message: str) -> None:
    assert refusal((old, new)).startswith(f"alerting.{message}")


def only_recipients(*tables: str) -> tuple[str, str]:
    start, end = SPRINGFIELD.index("[[alerting.recipients]]"), SPRINGFIELD.index("[retention]")
    return SPRINGFIELD[start:end], "".join(f"[[alerting.recipients]]\n{table}\n" for table in tables) + "\n"


def test_one_recipient_must_get_first_alerts(refusal: Any) -> None:
    message = refusal(only_recipients('name = "chief"\nsms = "+15035550142"\nescalation = true'))
    assert message == "alerting: recipients: every recipient has escalation = true, so nobody would get a first alert"


def test_sms_replies_need_an_sms_recipient(refusal: Any) -> None:
    no_phones = only_recipients('name = "desk"\nemail = "desk@police.example"')
    assert refusal(no_phones, ("sms_replies = false", "sms_replies = true")) == (
        "alerting: sms_replies = true needs a recipient with sms"
    )


def test_recipients_must_fit_into_the_environment(refusal: Any) -> None:
    many = only_recipients(*(f'name = "desk-{number}"\nsms = "+1503555{number:04}"' for number in range(100, 140)))
    assert refusal(many).startswith("alerting: recipients: 40 recipients with their filters take 2")
    hooks = only_recipients(*(f'name = "hook-{number}"\nchat = true' for number in range(11)))
    assert refusal(hooks) == "alerting: recipients: the maximum is 10 with webhook or chat"
