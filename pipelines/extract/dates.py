"""Times that a page states about its story, as ISO 8601 with the offset of the source.

Belongs here: how a machine-readable value (JSON-LD, meta, `datetime`) or a written line ("29 Mart 2018, 14:02") becomes
a time. Which value on a page counts is the article's affair.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo

from pipelines.extract.times import read_time

_OFFSET_WITHOUT_COLON: Final = re.compile(r"([+-]\d\d)(\d\d)$")
_LOOSE_ISO: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[T ]+(?P<hour>\d\d?)(?P<rest>:\d\d(?::\d\d(?:[.,]\d+)?)?)"
    r" *(?P<zone>Z|UTC|GMT|[+-]\d\d?:?\d\d)?)?",
    re.I,
)
_COMPACT: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?")
_EPOCH: Final = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d+)?")
_RFC_2822: Final = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d")
_YEARS: Final = range(1990, 2100)


def stated_time(value: str, timezone: str | None = None, language: str | None = None) -> str | None:
    """A machine-readable time as ISO 8601, or None if it is none.

    The value's own offset is kept; a time without one gets that of `timezone` (an IANA name), if given. A date alone
    stays a date. Read are ISO 8601 and what sites make of it, seconds or milliseconds since 1970, RFC 2822, and as a
    last resort the dates that people write, in `language`.
    """
    value = value.strip()
    if not 6 <= len(value) <= 60:
        return None
    match = _LOOSE_ISO.match(value)
    if match:
        if match["hour"] is None:
            return _date(match["day"])
        clock = match["hour"].zfill(2) + match["rest"].replace(",", ".")
        return _with_zone(f"{match['day']}T{clock}", match["zone"], timezone)
    if epoch := _EPOCH.fullmatch(value):
        return _plausible(datetime.fromtimestamp(int(epoch[1]), UTC))
    if compact := _COMPACT.fullmatch(value):
        year, month, day, hour, minute, second, zone = compact.groups()
        if hour is None:
            return _date(f"{year}-{month}-{day}")
        return _with_zone(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}", zone, timezone)
    if _RFC_2822.match(value):
        try:
            return _plausible(parsedate_to_datetime(value))
        except ValueError:
            return None
    return written_time(value, language, timezone)


def written_time(
    text: str, language: str | None, timezone: str | None = None, captured_at: datetime | None = None
) -> str | None:
    """The time that a line written for people states in its language, or None where reading it would be a guess.

    Relative times ("3 saat önce") count from `captured_at`.
    """
    found = read_time(text, language, captured_at)
    if found is None:
        return None
    if len(found[0]) == 10:
        return _date(found[0])
    return _plausible(_placed(datetime.fromisoformat(found[0]), timezone))


def _with_zone(local: str, zone: str | None, timezone: str | None) -> str | None:
    if zone:
        zone = "+00:00" if zone[0] in "ZzUuGg" else _OFFSET_WITHOUT_COLON.sub(r"\1:\2", zone)
        zone = f"{zone[0]}0{zone[1:]}" if zone.index(":") == 2 else zone
    try:
        time = datetime.fromisoformat(local + (zone or ""))
    except ValueError:
        return _date(local[:10])
    return _plausible(_placed(time, timezone))


def _placed(time: datetime, timezone: str | None) -> datetime:
    return time.replace(tzinfo=ZoneInfo(timezone)) if timezone and time.tzinfo is None else time


def _plausible(time: datetime) -> str | None:
    return time.isoformat(timespec="seconds") if time.year in _YEARS else None


def _date(day: str) -> str | None:
    try:
        found = datetime.fromisoformat(day)
    except ValueError:
        return None
    return found.date().isoformat() if found.year in _YEARS else None
