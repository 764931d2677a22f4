"""Times as the lake stores them: UTC without a zone, the offset that the source stated beside it."""

from datetime import UTC, datetime


def utc(time: str | None) -> tuple[datetime | None, int | None]:
    """An ISO 8601 time as naive UTC and its offset in minutes; a time without offset is taken as UTC, offset None.

    A time that falls out of the calendar in UTC (pages state 9999-12-31 for “never”) is unknown.
    """
    if not time:
        return None, None
    stated = datetime.fromisoformat(time)
    offset = stated.utcoffset()
    if offset is None:
        return stated, None
    try:
        return stated.astimezone(UTC).replace(tzinfo=None), round(offset.total_seconds() / 60)
    except OverflowError:
        return None, None
