"""Agency files, as administrators, editors and merges write them."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from tests.hostile.corpus import Accepted, Refused

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

HEAD = {
    "name": '"springfield"',
    "display_name": '"Springfield Police"',
    "contact": '"homeward@police.springfield.example"',
}
ALERTING = '[alerting]\nconsole_url = "https://homeward.springfield.example"\n'
DEV = "[environments.dev]\n"


def agency(more: str = "", *, tables: str = "", **head: str) -> bytes:
    lines = [f"{key} = {value}" for key, value in {**HEAD, **head}.items()]
    return "\n".join([*lines, more, tables, ALERTING, DEV]).encode()


def text(value: str) -> str:
    """Write a text so that TOML reads each of its characters."""
    return '"' + "".join(f"\\U{ord(character):08X}" for character in value) + '"'


def recipient(members: str) -> bytes:
    return agency() + f'[[alerting.recipients]]\nname = "desk"\n{members}\n'.encode()


_WELL = Accepted({"0.name": "springfield", "0.environment": "dev"})
_NOT_TOML = Refused("is not TOML")
INPUTS: Corpus = {
    "plain": (agency(), _WELL),
    "empty": (b"", Refused("environments: missing")),
    "byte order mark": (codecs.BOM_UTF8 + agency(), _WELL),
    "UTF-16": (agency().decode().encode("utf-16"), _WELL),
    "Windows-1252": (agency(display_name='"caf\u00e9"').decode().encode("cp1252"), Refused("is not UTF-8")),
    "line ends of Windows": (agency().replace(b"\n", b"\r\n"), _WELL),
    "half of a merge": (b"<<<<<<< HEAD\n" + agency(), _NOT_TOML),
    "YAML": (b"name: springfield\n", _NOT_TOML),
    "5,000 lists deep": (lambda: b"a = " + b"[" * 5_000, Refused("nested too deeply")),
    "a key of 5,000 parts": (lambda: b".".join([b"a"] * 5_000) + b" = 1\n" + agency(), Refused("nested too deeply")),
    "300 lists deep": (agency(name="[" * 150 + "]" * 150), Refused("name: .{100}")),
    "a number of 5,000 digits": (lambda: b"a = " + b"9" * 5_000, _NOT_TOML),
    "2 MB of comments": (lambda: agency() + b"#" * 2_000_000, Refused("too large")),
    "a list of 10,000 numbers": (lambda: agency(name="[" + "1," * 10_000 + "]"), Refused(r"name: \[1, 1.*\.\.\. is")),
    "a key twice": (agency('name = "b"'), _NOT_TOML),
    "an unknown key": (agency("nmae = 1"), Refused("nmae: unknown key; did you mean name")),
    "a key with a line break": (agency(r'"a\nb" = 1'), Refused(r"'a\\nb': unknown key")),
    "a key with a terminal sequence": (agency(r'"\u001b[2J" = 1'), Refused(r"'\\x1b\[2J': unknown key")),
    "a key of 100,000 letters": (lambda: agency("a" * 100_000 + " = 1"), Refused(r"aaa\.\.\.: unknown key")),
    "an environment that is a number": (b"[environments]\nx = 1\n", Refused("environments.x: is not allowed here")),
    "an environment with a line break": (
        b'[environments]\n"a\\nb" = 1\n',
        Refused("environments.'a.nb'|is not allowed"),
    ),
    "an unknown environment": (agency() + b"[environments.test]\n", Refused("environments.test")),
    "environments that are a list": (b"environments = [1]\n", Refused("environments: missing")),
    "a name that is a number": (agency(name="5"), Refused("name: 5 is not allowed")),
    "a name in capitals": (agency(name='"Springfield"'), Refused("name: 'Springfield' is not allowed")),
    "a name with a line break": (agency(name=r'"a\n"'), Refused("name: 'a.n' is not allowed")),
    "a name of 100,000 letters": (lambda: agency(name=f'"{"a" * 100_000}"'), Refused("name: 'aaa")),
    "a display name with controls": (
        agency(display_name=text("A\r\nBcc: x\x1b[31m\u202e")),
        Accepted({"0.display_name": "A Bcc: x"}),
    ),
    "a display name of nothing": (agency(display_name=text("\u200b\n")), Refused("display_name: ")),
    "a contact that injects a header": (agency(contact=text("a@b.example\r\nX: y")), Refused("contact: ")),
    "a contact with accents": (agency(contact='"j\u00f6rg@b.example"'), Refused("contact: ")),
    "a contact with a NUL": (agency(contact=text("a@b.example\0")), Refused("contact: ")),
    "a contact without a domain": (agency(contact='"homeward"'), Refused("contact: 'homeward' is not allowed")),
    "a country that is none": (agency(country='"XX"'), Refused("country: 'XX' is not allowed")),
    "a region that is none": (agency(region='"us-middle-9"'), Refused("region: ")),
    "an account that is a number": (agency(account="111111111111"), Refused("account: ")),
    "an account of Arabic digits": (agency(account='"١١١١١١١١١١١١"'), Refused("account: ")),
    "a threshold of NaN": (agency(tables="[matching]\nalert_threshold = nan"), Refused("alert_threshold: nan")),
    "a threshold without end": (agency(tables="[matching]\nreview_threshold = inf"), Refused("review_threshold: inf")),
    "a threshold of 10^300": (agency(tables="[matching]\nalert_threshold = 1e300"), Refused("alert_threshold: ")),
    "thresholds in the wrong order": (agency(tables="[matching]\nalert_threshold = 1"), Refused("alert_threshold: ")),
    "a window that is true": (
        agency(tables="[matching]\nencounter_window_minutes = true"),
        Refused("window_minutes: "),
    ),
    "a table that is a number": (agency("matching = 5"), Refused("matching: 5 is not allowed")),
    "a table that is a list": (agency(tables="[[matching]]\ndigest = true"), Refused("matching: ")),
    "a source without permission": (
        agency(tables='[sources.fbi]\nenabled = true\nbase_url = "https://x.example"'),
        Refused("sources.fbi.permission: missing"),
    ),
    "a source of plain HTTP": (agency(tables='[sources.fbi]\nbase_url = "http://x.example"'), Refused("base_url: ")),
    "a source of no host": (agency(tables='[sources.fbi]\nbase_url = "https://[x"'), Refused("base_url: .*ASCII")),
    "a source of a port too high": (
        agency(tables='[sources.fbi]\nbase_url = "https://x:99999"'),
        Refused("base_url: "),
    ),
    "a source with a NUL": (
        agency(tables=f"[sources.fbi]\nbase_url = {text('https://x/' + chr(0))}"),
        Refused("base_u"),
    ),
    "a source of a file": (agency(tables='[sources.fbi]\nbase_url = "file:///etc/passwd"'), Refused("base_url: ")),
    "a source of a user at another host": (
        agency(tables='[sources.fbi]\nbase_url = "http://127.0.0.1@evil.example"'),
        Refused("base_url: "),
    ),
    "a state that is none": (agency(tables='[sources.namus]\nstates = ["Utopia"]'), Refused("'Utopia': no such state")),
    "a recipient without an address": (recipient(""), Refused("desk: must have exactly one of")),
    "a recipient with two": (recipient('sms = "+15035550142"\nchat = true'), Refused("it has sms and chat")),
    "a telephone of letters": (recipient('sms = "+1503CALLNOW"'), Refused("sms: ")),
    "a telephone of too many digits": (recipient('sms = "+150355501420000"'), Refused("sms: ")),
    "an e-mail of two": (recipient('email = "a@b.example,c@d.example"'), Refused("email: ")),
    "an e-mail with a line break": (recipient(f"email = {text(chr(10) + 'a@b.example')}"), Refused("email: ")),
    "quiet hours of no length": (
        recipient('sms = "+15035550142"\nquiet_hours = "22:00-22:00"'),
        Refused("quiet_hours"),
    ),
    "quiet hours after 24": (recipient('sms = "+15035550142"\nquiet_hours = "25:00-07:00"'), Refused("quiet_hours: ")),
    "an unknown table of alerting": (agency() + b"[alerting.x]\n", Refused("alerting.x: unknown key")),
    "a time zone that is a path": (
        agency().replace(b"[alerting]", b'[alerting]\ntime_zone = "../../etc/localtime"'),
        Refused("alerting.time_zone: "),
    ),
    "60 feeds": (
        lambda: agency(tables="".join(f'[[feeds]]\nname = "f{n}"\nurl = "https://x.example"\n' for n in range(60))),
        Refused("feeds"),
    ),
    "two feeds of one name": (
        agency(tables='[[feeds]]\nname = "f"\nurl = "https://x.example"\npermission = "letter of 2026"\n' * 2),
        Refused("feeds: f: two feeds have this name"),
    ),
}
