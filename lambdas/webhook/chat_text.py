"""Escape a text for chat rooms.

Slack, Mattermost, Rocket.Chat and Google Chat read different markup and have no escape in common. So each character
with a meaning in one of them becomes one that looks alike and means nothing.
"""

from __future__ import annotations

import re

_LOOK_ALIKE = str.maketrans({"<": "‹", ">": "›", "*": "∗", "~": "∼", "`": "'", "|": "¦", "\\": "∖"})  # noqa: RUF001
# @here calls everybody, #channel is a link, [text](address) too. An underscore between letters is no markup.
_MEANING = re.compile(r"(?P<call>[@#])(?=\w)|(?P<link>\])(?=\()|(?P<italic>(?<![^\W_])_+|_+(?![^\W_]))")


def chat_text(text: str, *, link: str) -> str:
    """Escape all of a text but our own link."""
    ours = text.rpartition(link) if link else (text, "", "")
    before, kept, after = ours
    return f"{_escaped(before)}{kept}{_escaped(after)}"


def _escaped(text: str) -> str:
    return _MEANING.sub(_harmless, text.translate(_LOOK_ALIKE))


def _harmless(match: re.Match[str]) -> str:
    return " " if match["italic"] else f"{match[0]} "
