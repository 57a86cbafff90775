"""`homeward agency new`: ask for what an agency must decide, and write its file."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

import agencies
from agencies.alerting import Language
from agencies.fields import Account, Country, Email, Name, Phone, Region, Text, TimeZone
from agencies.files import load_agency
from agencies.schema import FILE as SCHEMA
from agencies.settings import Environment
from edge_device.wording.settings import reason
from edge_device.wording.system import os_error_in_words
from homeward.agency.new import NewAgency, agency_text
from homeward.exit_codes import REFUSED
from homeward.terminal import console, fail

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class _Question:
    text: str
    kind: Any
    default: str = ""
    """With `{name}` and `{title}` of the agency."""


# In the order in which they are asked: the country decides how telephone numbers are read.
_QUESTIONS = {
    "display_name": _Question("Name that alerts show", Text, "{title} Police Department"),
    "country": _Question("Country (ISO 3166)", Country, "US"),
    "contact": _Question("E-mail address of whoever answers for this system", Email, "homeward@{name}.example"),
    "account": _Question("AWS account, 12 digits (empty: that of the credentials)", Account),
    "region": _Question("AWS region (empty: that of the credentials)", Region),
    "time_zone": _Question("Time zone, such as America/Denver", TimeZone, "UTC"),
    "language": _Question("Language of alerts: en, es or fr", Language, "en"),
    "sms": _Question("Telephone that gets alerts, such as +15035550142 (empty: none)", Phone),
    "email": _Question("E-mail address that gets alerts (empty: none)", Email),
}


def _option(key: str) -> Any:
    return typer.Option(help=f"{_QUESTIONS[key].text}.", show_default=False)


def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Short name in lower case, such as shelbyville.")],
    *,
    display_name: Annotated[str | None, _option("display_name")] = None,
    country: Annotated[str | None, _option("country")] = None,
    contact: Annotated[str | None, _option("contact")] = None,
    account: Annotated[str | None, _option("account")] = None,
    region: Annotated[str | None, _option("region")] = None,
    time_zone: Annotated[str | None, _option("time_zone")] = None,
    language: Annotated[str | None, _option("language")] = None,
    sms: Annotated[str | None, _option("sms")] = None,
    email: Annotated[str | None, _option("email")] = None,
    environment: Annotated[list[str] | None, typer.Option(help="dev, staging or prod. Default: dev and prod.")] = None,
    file: Annotated[Path | None, typer.Option(help="The file to write. Default: agencies/NAME.toml.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing. Use defaults for what is not given.")] = False,
) -> None:
    """Ask for what an agency must decide, and write its file. An existing file is never overwritten.

    Options answer questions in advance.

    Exit codes: 0 written; 2 an answer is not allowed; 5 the file exists.

    Examples:
        homeward agency new shelbyville

        homeward agency new shelbyville --yes --contact homeward@police.shelbyville.example --time-zone America/Denver
    """
    _read(Name, name, "NAME")
    chosen = tuple(dict.fromkeys(_read(Environment, each, "--environment") for each in environment or ("dev", "prod")))
    target = file or Path(agencies.__path__[0]) / f"{name}.toml"
    if target.exists():
        raise fail(f"{target} exists and is not overwritten. Edit it, or name another with --file", code=REFUSED)
    answers: dict[str, str] = {}
    for key, question in _QUESTIONS.items():
        default = question.default.format(name=name, title=name.replace("-", " ").title())
        given = context.params[key] if context.params[key] is not None or not yes else default
        reads = _reader(question.kind, answers.get("country", "US"), f"--{key.replace('_', '-')}")
        answers[key] = _ask(question.text, default, reads) if given is None else reads(given)
    _write(target, NewAgency(name=name, **answers, environments=chosen))


def _ask(text: str, default: str, reads: Callable[[str], str]) -> str:
    answer: str = typer.prompt(text, default=default, value_proc=reads, show_default=bool(default))
    return answer


def _reader(kind: Any, country: str, option: str) -> Callable[[str], str]:
    return lambda text: _read(kind, text.strip(), option, country) if text.strip() else ""


def _read(kind: Any, text: str, option: str, country: str = "US") -> str:
    """Return an allowed value, or say in one line why it is not. A prompt then asks again."""
    try:
        value: str = TypeAdapter(kind).validate_python(text, context={"country": country})
    except ValidationError as error:
        raise typer.BadParameter(reason(error.errors()[0], option), param_hint=option) from error
    return value


def _write(target: Path, agency: NewAgency) -> None:
    text = agency_text(agency, schema=os.path.relpath(SCHEMA, target.resolve().parent))
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder, target.name)
        draft.write_text(text, encoding="utf-8")
        load_agency(draft)  # answers that are right one by one may contradict each other
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise fail(f"cannot write {os_error_in_words(error)}") from error
    console.print(f"Wrote {target}. Read it, then:", soft_wrap=True, highlight=False)
    for command in (f"homeward agency check {target}", f"npx cdk deploy '{agency.name}-{agency.environments[0]}/*'"):
        console.print(f"  {command}", soft_wrap=True, highlight=False)
