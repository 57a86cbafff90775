"""Lists of an agency's own cases, as spreadsheets, exports and people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.hostile.corpus import Accepted, Refused

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus


def csv(content: str, encoding: str = "utf-8") -> tuple[str, bytes]:
    return "cases.csv", content.encode(encoding)


def cell(column: str, value: str) -> tuple[str, bytes]:
    quoted = value.replace('"', '""')
    return csv(f'case_id,{column}\nA,"{quoted}"\n')


def jsonl(content: str | bytes) -> tuple[str, bytes]:
    return "cases.jsonl", content if isinstance(content, bytes) else content.encode()


def ann(**values: Any) -> Accepted:
    return Accepted({"0.source_id": "A", **{f"0.{path.replace('__', '.')}": value for path, value in values.items()}})


_ANN = ann(names__0__given="Ann")
_ROW = "case_id,given_name\nA,Ann\n"
INPUTS: Corpus = {
    "empty": (csv(""), Refused("the agency's list has no rows")),
    "only a header": (csv("case_id,given_name\n"), Refused("has no rows")),
    "only blanks": (csv(" \n,,\n\t\n"), Refused("has no rows")),
    "plain": (csv(_ROW), _ANN),
    "byte order mark": (csv(_ROW, "utf-8-sig"), _ANN),
    "UTF-16 with a mark": (csv(_ROW, "utf-16"), Refused("is not UTF-8: save it as CSV UTF-8")),
    "UTF-16 without a mark": (csv(_ROW, "utf-16-le"), Refused("line 1: has no column case_id")),
    "Windows-1252": (csv("case_id,given_name\nA,J\u00f6rg\n", "cp1252"), Refused("is not UTF-8")),
    "half a surrogate pair": (("cases.csv", b"case_id\nA\xed\xa0\x80\n"), Refused("is not UTF-8")),
    "line ends of old Macs": (csv(_ROW.replace("\n", "\r")), _ANN),
    "line ends of Windows": (csv(_ROW.replace("\n", "\r\n")), _ANN),
    "no line end": (csv(_ROW.strip()), _ANN),
    "semicolons": (csv(_ROW.replace(",", ";")), _ANN),
    "tabs": (csv(_ROW.replace(",", "\t")), _ANN),
    "pipes": (csv(_ROW.replace(",", "|")), Refused("has no column case_id")),
    "sep= line": (csv("sep=;\r\n" + _ROW.replace(",", ";")), _ANN),
    "no header": (csv("A,Ann\n"), Refused("line 1: has no column case_id")),
    "header in capitals": (csv("CASE_ID,given_name\nA,Ann\n"), Refused("has no column case_id")),
    "unknown column": (csv("case_id,given_name,ssn\nA,Ann,1\n"), Refused("'ssn' are not in the template|not in the")),
    "column twice": (csv("case_id,hair,hair\nA,a,b\n"), Refused("'hair' is there more than once")),
    "column with a terminal sequence": (csv("case_id,\x1b[31mred\nA,b\n"), Refused("line 1: column .*not in the")),
    "100,000 columns": (lambda: csv("case_id" + ",x" * 100_000 + "\nA\n"), Refused("line 1: columns 'x'")),
    "row with a cell too many": (csv("case_id,hair\nA,b,c\n"), Refused("line 2: has 3 cells")),
    "row with empty cells too many": (csv("case_id,given_name\nA,Ann,,,\n"), _ANN),
    "quotation that never ends": (csv('case_id,given_name\nA,"Ann\nB,Bea\n'), Refused("no matching end")),
    "quotation that swallows a row": (csv('case_id,hair,eyes\nA,"b\nB,c","d"\n'), Refused("line 2")),
    "cell of 200,000 characters": (lambda: cell("narrative", "x" * 200_000), Refused("line 2: ")),
    "cell of 5,001 characters": (lambda: cell("narrative", "x" * 5_001), Refused("has 5,001 characters")),
    "empty case id": (csv("case_id,hair\n,b\n"), Refused("line 2: case_id is empty")),
    "case id that is a path": (csv("case_id\n../../etc\n"), Refused("line 2: case_id is '../../etc'")),
    "case id of dots": (csv("case_id\n..\n"), Refused("case_id is '..'")),
    "case id with a line break": (cell("hair", "\n"), ann(hair=None)),
    "case id in Arabic digits": (csv("case_id\n٤٢\n"), Refused("case_id is")),
    "case id with a slash": (csv("case_id\nA/B\n"), Refused("case_id is 'A/B'")),
    "case id of 101 characters": (csv(f"case_id\n{'A' * 101}\n"), Refused("case_id is")),
    "case id twice": (csv("case_id,given_name\nA,Ann\nA,Bea\n"), Refused("more than once, also in line 3")),
    "formula": (cell("given_name", "=HYPERLINK(1)"), ann(names__0__given="=HYPERLINK(1)")),
    "NUL in a name": (cell("given_name", "An\0n"), ann(names__0__given="An n")),
    "bidirectional override": (cell("given_name", "\u202eAnn"), _ANN),
    "terminal sequence in a name": (cell("given_name", "\x1b[2JAnn"), _ANN),
    "markup in a name": (cell("given_name", "[/nosuch]"), ann(names__0__given="[/nosuch]")),
    "smart quotes and dashes": (cell("hair", "\u201cred\u201d \u2013 long"), ann(hair="\u201cred\u201d \u2013 long")),
    "line break in a name": (cell("given_name", "An\nn"), ann(names__0__given="An n")),
    "American day without an order": (cell("birth_date", "9/4/1990"), Refused("may be 1990-04-09 or 1990-09-04")),
    "American day that is clear": (cell("birth_date", "9/14/1990"), ann(birth__first="1990-09-14")),
    "American days in a column of their own": (cell("birth_date (m/d/y)", "9/4/1990"), ann(birth__first="1990-09-04")),
    "day that cannot be": (cell("birth_date", "1990-02-31"), Refused("birth_date is '1990-02-31'")),
    "year 1": (cell("birth_date", "0001-01-01"), Refused("birth_date is")),
    "year 9999": (cell("last_seen_date", "9999-12-31"), Refused("last_seen_date is")),
    "year 2100": (cell("last_seen_date", "2100-01-01"), Refused("which is in the future")),
    "day in words": (cell("birth_date", "yesterday"), Refused("birth_date is 'yesterday'")),
    "serial day of Excel": (cell("birth_date", "44197"), Refused("birth_date is '44197'")),
    "height in feet": (cell("height_cm", "5'6\""), ann(height_cm__min=167.6)),
    "height in smart quotes": (cell("height_cm", "5\u20196\u201d"), ann(height_cm__min=167.6)),
    "height of 10^30": (cell("height_cm", "1" + "0" * 30), Refused("height_cm is")),
    "height of NaN": (cell("height_cm", "nan"), Refused("height_cm is 'nan'")),
    "height backwards": (cell("height_cm", "180-170"), Refused("the lower one first")),
    "weight in pounds": (cell("weight_kg", "140 lbs"), ann(weight_kg__min=63.5)),
    "age of 5,000 digits": (lambda: cell("age_when_missing", "9" * 5_000), Refused("age_when_missing is")),
    "sex in one letter": (cell("sex", "F"), ann(sex="female")),
    "sex that is none": (cell("sex", "?"), Refused("sex is '\\?'")),
    "status that is none": (cell("status", "closed"), Refused("status is 'closed'")),
    "country in words": (cell("last_seen_country", "USA"), ann(last_seen__country="US")),
    "country that is none": (cell("last_seen_country", "Utopia"), Refused("last_seen_country is 'Utopia'")),
    "telephone of 5,000 digits": (lambda: cell("agency_phone", "5" * 5_000), ann(agencies__0__phone=None)),
    "telephone in markup": (cell("agency_phone", "tel:<b>"), ann(agencies__0__phone=None)),
    "photo outside the folder": (cell("photos", "../../etc/passwd"), Refused("photos names|photos ")),
    "photo with an absolute path": (cell("photos", "/etc/passwd"), Refused("photos names|photos ")),
    "photo with a NUL": (cell("photos", "a\0.jpg"), Refused("photos ")),
    "photo with backslashes": (cell("photos", "..\\a.jpg"), Refused("photos ")),
    "photo that is the folder": (cell("photos", "."), Refused("photos ")),
    "photo with a name of 300 letters": (cell("photos", f"{'x' * 300}.jpg"), Refused("does not exist")),
    "photo with a path of 2,000 bytes": (cell("photos", f"{'x/' * 1_000}a.jpg"), Refused("photos ")),
    "photo that is a loop of links": (cell("photos", "loop"), Refused("photos ")),
    "photo that links out of the folder": (cell("photos", "out.jpg"), Refused("photos ")),
    "photo of an unknown kind": (cell("photos", "a.jpg|selfie"), Refused("photos ")),
    "case id without a character twice": (
        csv("case_id,given_name\n0\ud7fc,Ann\n0\ud7fc,Bea\n"),
        Refused("case_id '0.ud7fc' is in the list more than once"),
    ),
    "photo twice": (cell("photos", "a.jpg;a.jpg"), Refused("photos ")),
    "photo in capitals": (cell("photos", "A.JPG"), ann(photos__0__kind="portrait")),
    "1,000 photos": (lambda: cell("photos", ";".join(f"{n}.jpg" for n in range(600))), Refused("photos ")),
    "template's help row": (
        csv(
            "case_id,status\nthe agency's own number: letters, digits, '_', '.', '-', at most 100,"
            "open or resolved; empty means open\n"
        ),
        Refused("line 2|no rows"),
    ),
    "JSON lines": (jsonl('{"case_id": "A", "given_name": "Ann"}\n'), _ANN),
    "JSON lines, byte order mark": (jsonl(b'\xef\xbb\xbf{"case_id": "A", "given_name": "Ann"}'), _ANN),
    "JSON lines, numbers": (jsonl('{"case_id": "A", "height_cm": 170}'), ann(height_cm__min=170.0)),
    "JSON lines, a line that is none": (jsonl('{"case_id": "A"}\nnonsense\n'), Refused("line 2: the document is not")),
    "JSON lines, a list": (jsonl('["A"]'), Refused("line 1: the document is a list")),
    "JSON lines, a column twice": (jsonl('{"case_id": "A", "case_id": "B"}'), Refused("is there more than once")),
    "JSON lines, 700 lists deep": (
        jsonl('{"case_id":"A","hair":' + "[" * 700 + "]" * 700 + "}"),
        Refused("too deeply"),
    ),
    "JSON lines, 100,000 lists deep": (
        lambda: jsonl('{"case_id":"A","hair":' + "[" * 100_000 + "]" * 100_000 + "}"),
        Refused("line 1: the document is not JSON: maximum recursion"),
    ),
    "JSON lines, a number of 5,000 digits": (jsonl('{"case_id":"A","hair":' + "9" * 5_000 + "}"), Refused("line 1")),
    "JSON lines, an object as a cell": (jsonl('{"case_id":"A","hair":{"a":1}}'), ann(hair='{"a":1}')),
    "JSON lines, U+2028 in a name": (jsonl('{"case_id":"A","given_name":"An\u2028n"}'), ann(names__0__given="An n")),
    "JSON lines, half a surrogate pair": (jsonl('{"case_id":"A","hair":"\\ud800"}'), Refused("line 1")),
    "neither file": (("notes.txt", b"case_id\nA\n"), Refused("neither cases.csv nor cases.jsonl")),
}
