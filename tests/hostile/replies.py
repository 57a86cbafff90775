"""Text messages that people, telephones and machines send to an agency's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.review.replies import ReplyOutcome
from tests.hostile.corpus import Accepted

if TYPE_CHECKING:
    from tests.hostile.corpus import Corpus

LOPEZ, STRANGER = "+15035550143", "+15035550199"
ENCOUNTER, CODE = "3f9a2c0123456789", "3F9A2C"


def _is(outcome: ReplyOutcome) -> Accepted:
    return Accepted({"": outcome})


_ACKNOWLEDGED = _is(ReplyOutcome.ACKNOWLEDGED)
_NOTHING = _is(ReplyOutcome.NO_ENCOUNTER)
_UNCLEAR = _is(ReplyOutcome.NOT_UNDERSTOOD)
_CARRIER = _is(ReplyOutcome.FOR_THE_CARRIER)
_STRANGE = _is(ReplyOutcome.UNKNOWN_SENDER)
# The text and, where it matters, the number that sent it. The only open encounter has CODE.
INPUTS: Corpus = {
    "plain": ("ACK 3F9A2C", _ACKNOWLEDGED),
    "small letters": ("ack 3f9a2c", _ACKNOWLEDGED),
    "words around": ("Thanks, ack 3f9a2c. On my way!", _ACKNOWLEDGED),
    "quoted alert": ('> Possible match. Reply "ACK 3F9A2C"', _ACKNOWLEDGED),
    "liked": ('Liked "Possible match. Reply ACK 3F9A2C"', _ACKNOWLEDGED),
    "disliked": ('Disliked "Possible match. Reply ACK 3F9A2C"', _UNCLEAR),
    "thumb down": ("\U0001f44e ACK 3F9A2C", _UNCLEAR),
    "no space": ("ack3f9a2c", _ACKNOWLEDGED),
    "spaces in the code": ("ack 3f9 a2c", _ACKNOWLEDGED),
    "dashes in the code": ("ack 3f9-a2c", _ACKNOWLEDGED),
    "line break": ("ACK\r\n3F9A2C", _ACKNOWLEDGED),
    "no-break space": ("ACK\u00a03F9A2C", _ACKNOWLEDGED),
    "full width": ("\uff21\uff23\uff2b \uff13\uff26\uff19\uff21\uff12\uff23", _ACKNOWLEDGED),
    "zero width": ("ACK 3F9\u200bA2C", _ACKNOWLEDGED),
    "bidirectional override": ("\u202eACK 3F9A2C", _ACKNOWLEDGED),
    "NUL": ("ACK\x003F9A2C", _ACKNOWLEDGED),
    "Spanish": ("S\u00ed, voy 3F9A2C", _ACKNOWLEDGED),
    "French": ("D\u2019accord 3F9A2C", _ACKNOWLEDGED),
    "Cyrillic letters that look alike": ("\u0410\u0421\u041a 3F9A2C", _UNCLEAR),
    "Arabic digits": ("ACK \u0663F\u0669A\u0662C", _UNCLEAR),
    "several codes": ("ok 3f9a2c, ffffff", _ACKNOWLEDGED),
    "negation": ("Do not ack 3F9A2C", _UNCLEAR),
    "negation with a smart quote": ("I don\u2019t ack 3F9A2C", _UNCLEAR),
    "no, then yes": ("No problem, ack 3F9A2C", _ACKNOWLEDGED),
    "another code": ("ACK 4B0011", _NOTHING),
    "code in a longer word": ("ACK x3F9A2Cz", _UNCLEAR),
    "code of five": ("ACK 3F9A2", _UNCLEAR),
    "code alone": ("3F9A2C", _UNCLEAR),
    "wildcard": ("ACK *", _UNCLEAR),
    "whole id": ("ACK 3f9a2c0123456789", _UNCLEAR),
    "empty": ("", _UNCLEAR),
    "blank": (" \n\t\u200b", _UNCLEAR),
    "question": ("who is this?", _UNCLEAR),
    "markup": ("<b>ACK</b> <i>3F9A2C</i>", _ACKNOWLEDGED),
    "command": ("ACK 3F9A2C; DROP TABLE encounters", _ACKNOWLEDGED),
    "expression of DynamoDB": ("ACK :a OR attribute_exists(code)", _UNCLEAR),
    "STOP": ("STOP", _CARRIER),
    "Stop, please": (" stop. ", _CARRIER),
    "HELP": ("Help!", _CARRIER),
    "STOP and a code": ("stop ACK 3F9A2C", _ACKNOWLEDGED),
    "100,000 letters": (lambda: "a" * 100_000, _UNCLEAR),
    "50,000 times ack": (lambda: "ack " * 50_000, _UNCLEAR),
    "50,000 times don't": (lambda: "don't " * 50_000, _UNCLEAR),
    "16,777 codes": (
        lambda: "ack " + " ".join(f"{code:06x}" for code in range(0, 2**24, 1_000)),
        _is(ReplyOutcome.LOCKED),
    ),
    "10,000 marks on a letter": (lambda: "a" + "\u0301" * 10_000 + " ack 3F9A2C", _ACKNOWLEDGED),
    "stranger": (("ACK 3F9A2C", STRANGER), _STRANGE),
    "stranger, STOP": (("STOP", STRANGER), _STRANGE),
    "number with a space": (("ACK 3F9A2C", LOPEZ + " "), _STRANGE),
    "number that is none": (("ACK 3F9A2C", "HOMEWARD"), _STRANGE),
    "no number": (("ACK 3F9A2C", ""), _STRANGE),
}
