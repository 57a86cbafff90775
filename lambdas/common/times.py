"""Instants as the records carry them: UTC, ISO 8601 with milliseconds and a Z, so that text order is time order."""

from datetime import UTC, datetime, tzinfo


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(tz=UTC)


def to_text(instant: datetime) -> str:
    """2026-11-23T03:00:00.123Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Raises ValueError where the text is no ISO 8601 instant with a zone."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return instant.astimezone(UTC)


def from_epoch_ms(milliseconds: float) -> datetime:
    """The instant that many milliseconds after 1970-01-01T00:00Z."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def local_minute(text: str, zone: tzinfo) -> str:
    """The instant as people in that zone read it: 2026-11-23 04:00 CET."""
    return f"{from_text(text).astimezone(zone):%Y-%m-%d %H:%M %Z}"
