"""The answer to a recipient whose text message acknowledged nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReplyAnswer:
    """Says that nothing was acknowledged, and how to acknowledge. It has no facts of its own."""
