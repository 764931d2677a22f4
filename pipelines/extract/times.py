"""A time as a page writes it for its readers: as ISO 8601, written out in its language, or relative to now.

Threads write the same shape hundreds of times, so written-out dates are matched directly, and dateparser, at a
millisecond a call, reads only what is left. Which time on a page is whose is the affair of `dates` and `comment_list`.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from dateparser.date import DateDataParser
from dateparser.languages.loader import default_loader

Origin = Literal["stated", "relative"]

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:?\d\d.*)?")
_EPOCH = re.compile(r"(1\d{9})(?:\d{3})?")
_DATE = re.compile(
    r"(?<!\d)(?:"
    r"(?P<year_1>\d{4})[./年-](?P<month_1>\d{1,2})[./月-](?P<day_1>\d{1,2})"  # 2018/05/06
    r"|(?P<first>\d{1,2})[./-](?P<second>\d{1,2})[./-](?P<year_2>\d{4}|\d\d)(?![\d:])"  # 6.5.2018, 5/6/18
    r"|(?P<day_3>\d{1,2})(?:\.|st|nd|rd|th|er|º)?[\s-]+(?:de\s+)?(?P<name_3>[^\W\d_]{3,})\.?,?[\s-]+(?:del?\s+)?(?P<year_3>\d{4})"
    r")|(?P<name_4>[^\W\d_]{3,})\.?\s+(?P<day_4>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year_4>\d{4})"  # May 6, 2018
)
_CLOCK = re.compile(
    r"(?<![\d.])(?P<hour>\d{1,2})(?:[:.]|\s?[hu]\s?)(?P<minute>\d\d)(?::\d\d)?(?!\d)(?:\s*(?P<half>[ap])\.?m\b)?",
    re.IGNORECASE,
)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DOTLESS = str.maketrans({"İ": "i", "ı": "i"})


def read_time(text: str, language: str | None, captured_at: datetime | None) -> tuple[str, Origin] | None:
    """A time as ISO 8601, and whether the page stated it or it was reckoned from the capture.

    A date alone stays a date, a time without an offset has none; a time reckoned from `captured_at` ("3 hours ago") is
    in UTC. None for what cannot be read without guessing: no year, or words and orders of no known `language`.
    """
    text = text.strip()
    if not 5 <= len(text) <= 100:
        return None
    try:
        if _ISO.fullmatch(text):
            return _iso(datetime.fromisoformat(text), clock=len(text) > 10), "stated"
    except ValueError:
        pass  # read below as what it is: a date with something behind it
    if epoch := _EPOCH.fullmatch(text):
        return _iso(datetime.fromtimestamp(int(epoch[1]), UTC)), "stated"
    language = language.lower().partition("-")[0] if language else ""
    months, month_first = _calendar(language)
    written = _written_out(text, months, month_first=month_first)
    if written is not None:
        return written, "stated"
    return _reckoned(text, language, captured_at) if months and captured_at is not None else None


def _iso(time: datetime, *, clock: bool = True) -> str:
    return time.isoformat(timespec="seconds") if clock else time.date().isoformat()


def _written_out(text: str, months: dict[str, int], *, month_first: bool | None) -> str | None:
    """The first date in `text`, with the clock time behind it or else before it."""
    date = _DATE.search(text)
    if date is None:
        return None
    part = date.groupdict()
    if part["first"]:
        day, month, year = int(part["first"]), int(part["second"]), int(part["year_2"])
        if month > 12 or (month_first and day <= 12):
            day, month = month, day
        elif month_first is None and day <= 12:
            return None
        year += 2000 if year < 100 else 0
    else:
        form = (date.lastgroup or "")[-1]
        name = part.get(f"name_{form}")
        month = int(part["month_1"]) if name is None else months.get(_fold(name), 0)
        day, year = int(part[f"day_{form}"]), int(part[f"year_{form}"])
    clock = _CLOCK.search(text, date.end()) or _CLOCK.search(text[: date.start()])
    hour, minute = (int(clock["hour"]), int(clock["minute"])) if clock else (0, 0)
    if clock and clock["half"]:
        hour = hour % 12 + (12 if clock["half"] in "pP" else 0)
    zone = UTC if clock and text.endswith(("GMT", "UTC")) else None
    try:
        return _iso(datetime(year, month, day, hour, minute, tzinfo=zone), clock=clock is not None)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _reckoned(text: str, language: str, captured_at: datetime) -> tuple[str, Origin] | None:
    now = captured_at.astimezone(UTC)
    if language == "de" and text.endswith(" her"):  # "50 Minuten her", which dateparser knows as "vor 50 Minuten" only
        text = f"vor {text.removesuffix(' her')}"
    parser = DateDataParser(
        languages=[language],
        settings={"PARSERS": ["relative-time"], "RELATIVE_BASE": now.replace(tzinfo=None), "PREFER_DATES_FROM": "past"},
    )
    then = parser.get_date_data(text).date_obj
    if then is None or then > now.replace(tzinfo=None):
        return None
    return _iso(then.replace(tzinfo=UTC)), "relative"


@lru_cache(maxsize=64)
def _calendar(language: str) -> tuple[dict[str, int], bool | None]:
    """Months by their names in a language, and whether it writes them before the day; from dateparser's tables."""
    try:
        info = default_loader.get_locale(language).info
    except ValueError:  # a language that dateparser does not know
        return {}, None
    names = {_fold(name): n for n, month in enumerate(_MONTHS, 1) for name in info.get(month, ())}
    return names, info.get("date_order") == "MDY"


def _fold(name: str) -> str:
    # Both Turkish letters i become one, so that no language's lower case matters: no two months differ in it.
    return name.translate(_DOTLESS).lower()
