"""Convert instants to and from the text of records: ISO 8601, UTC, milliseconds, sortable as text."""

from datetime import UTC, datetime, tzinfo


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(tz=UTC)


def to_text(instant: datetime) -> str:
    """Format an instant as 2026-11-23T03:00:00.123Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Parse an ISO 8601 instant.

    Raises:
        ValueError: the text is malformed, has no time zone, or is outside the years 1 to 9999 in UTC.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range") from error


def utc_day(text: str) -> str:
    """Return the day (UTC) of an instant that `to_text` wrote: 2026-11-23."""
    return text[: len("2026-11-23")]


def from_epoch_ms(milliseconds: float) -> datetime:
    """Convert milliseconds since 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def local_minute(text: str, zone: tzinfo) -> str:
    """Format an instant for people in a time zone: 2026-11-23 04:00 CET."""
    return f"{from_text(text).astimezone(zone):%Y-%m-%d %H:%M %Z}"
