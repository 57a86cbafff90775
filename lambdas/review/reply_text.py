"""Read text messages of recipients: which alerts they acknowledge, if any.

People add words, quote the alert, or like it: `Thanks, ack 3f9 a2c` and `Liked "... Reply ACK 3F9A2C"` acknowledge.
"""

from __future__ import annotations

import re
import unicodedata

from lambdas.common.outside_text import single_line

# Words of somebody who takes an alert, in English, Spanish and French, without accents.
_TAKEN = (
    r"(?:ack(?:ed|s)?|acknowledg(?:ed?|ing)|ok|okay|okey|yes|yep|yeah|received|roger|copy|copied|confirm(?:ed)?|omw"
    r"|on (?:it|my way)|si|vale|recibid[oa]|enterad[oa]|confirm(?:o|ado|ada)|voy|en camino|de acuerdo"
    r"|oui|recu|confirme|compris|d'accord|j'arrive|en route)"
)
_CODE = r"[0-9a-foil](?:[ \-._]?[0-9a-foil]){5}(?![0-9a-z])"
_CODES = re.compile(rf"(?<![0-9a-z])(?:ack|ok|si|oui)?(?=({_CODE}))")
_TAKES = re.compile(rf"(?<![0-9a-z]){_TAKEN}(?:(?![0-9a-z])|(?={_CODE}))")
# "Do not ack", but not "No problem, ack": a comma ends what a negation is about.
_NOT = r"(?:not|never|cannot|can'?t|don'?t|won'?t|didn'?t|unable to|no|nunca|ne|pas)"
_REFUSES = re.compile(
    rf"(?<![0-9a-z]){_NOT}(?: [\w']+){{0,2}} {_TAKEN}(?![a-z])"
    r"|^\W*(?:disliked|questioned|laughed at|removed|no le gusto|n'a pas aime)|\N{THUMBS DOWN SIGN}"
)
# Letters that people and phones write for digits.
_DIGITS = str.maketrans("oil", "011", " -._")
# The carrier answers these words itself, and keeps the list of those who want no messages.
_OF_CARRIERS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "optout", "opt out", "revoke"}
    | {"start", "unstop", "optin", "opt in", "help", "info", "alto", "parar", "baja", "ayuda", "arret", "aide"}
)


def acknowledged_codes(text: str) -> tuple[str, ...]:
    """Return the codes that a text acknowledges, in capitals and without repetition; empty if it does not."""
    plain = _plain(text)
    if not _TAKES.search(plain) or _REFUSES.search(plain):
        return ()
    return tuple(dict.fromkeys(match[1].translate(_DIGITS).upper() for match in _CODES.finditer(plain)))


def is_for_the_carrier(text: str) -> bool:
    """Tell whether the whole text is a keyword that carriers handle, such as STOP or HELP."""
    return " ".join(re.findall(r"\w+", _plain(text))) in _OF_CARRIERS


def _plain(text: str) -> str:
    """Return the text in lower case without accents, with plain apostrophes."""
    parts = unicodedata.normalize("NFKD", single_line(text).casefold())
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return re.sub("[\u2018\u2019`\u00b4]", "'", plain)
