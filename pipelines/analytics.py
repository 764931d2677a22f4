"""A newsroom's own analytics as observations: a table of url, time, metric and value, taken in whole or not at all.

CSV and Parquet are read here and every row is checked; what the numbers are good for is shown in `sql/`.
"""

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipelines.errors import YanyanaError
from pipelines.lake.erasure import Erased
from pipelines.lake.ids import article_id, digest
from pipelines.lake.parts import Lake, frame
from pipelines.lake.schema import OBSERVATIONS

COLUMNS: Final = ("url", "time", "metric", "value")
_MADE_BY: Final = "analytics 1"
_TOLD: Final = 20  # mistakes told at once
_METRIC: Final = re.compile(r"[a-z][a-z0-9_]{0,40}")
_ADDRESS: Final = re.compile(r"https?://[^\s/]+\S*")


class AnalyticsError(YanyanaError):
    """A file of analytics cannot be taken in; nothing of it was."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file brought: observations, and whether it had been taken in before."""

    observations: int
    already: bool


def import_analytics(path: Path, lake: Lake, *, site_of: Callable[[str], str], erased: Erased) -> Taken:
    """Take a file's rows into the table of observations, all or none; the same content again changes nothing.

    `site_of` names the site of an address. Raises AnalyticsError that tells each wrong row's line, what is wrong there
    and how to mend it.
    """
    with path.open("rb") as file:
        content = file_digest(file, lambda: blake2b(digest_size=6)).hexdigest()
    part = f"analytics-{content}"
    if lake.made_by(OBSERVATIONS, part=part, day=None) == _MADE_BY:
        return Taken(lake.read(OBSERVATIONS, part=part, day=None).height, already=True)
    rows = [
        {
            "observation_id": digest("analytics", content, ordinal),
            "site": site_of(row["url"]),
            "article_id": article_id(row["url"]),
            "observed_at": row["time"],
            "metric": row["metric"],
            "value": row["value"],
            "source": f"analytics {path.name}",
            "ordinal": ordinal,
        }
        for ordinal, row in enumerate(read_analytics(path), 1)
    ]
    observations = frame(OBSERVATIONS, rows)
    observations = observations.filter(~erased.is_marked("story", observations["article_id"]))
    lake.write(OBSERVATIONS, observations, part=part, day=None, made_by=_MADE_BY)
    return Taken(observations.height, already=False)


def read_analytics(path: Path) -> list[dict[str, Any]]:
    """The rows of a CSV or Parquet file, checked: url, time (naive UTC), metric, value. Raises AnalyticsError."""
    rows, mistakes, seen = [], [], dict[tuple[str, datetime, str], str]()
    for place, given in _parquet_rows(path) if path.suffix.lower() == ".parquet" else _csv_rows(path):
        try:
            row = _checked(given)
            same = (article_id(row["url"]), row["time"], row["metric"])
            if same in seen:
                raise ValueError(f"repeats url, time and metric of {seen[same]}: leave one of them out")
            seen[same] = place
            rows.append(row)
        except ValueError as error:
            mistakes.append(f"{path}, {place}: {error}")
    if mistakes:
        more = [f"and {len(mistakes) - _TOLD} more rows are wrong"] if len(mistakes) > _TOLD else []
        raise AnalyticsError("\n".join([*mistakes[:_TOLD], *more, "nothing was taken in"]))
    if not rows:
        raise AnalyticsError(f"{path}: holds no row below its header; nothing was taken in")
    return rows


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """A row with its values read. Raises ValueError saying which value is wrong and what to write."""
    if "more" in given:
        raise ValueError("has more values than columns: put one that holds a comma in double quotes")
    url, metric = str(given["url"] or "").strip(), str(given["metric"] or "").strip()
    if not _ADDRESS.fullmatch(url):
        raise ValueError(f"url {url!r} is no address: write it whole, as in https://www.example.com/story")
    if not _METRIC.fullmatch(metric):
        raise ValueError(f"metric {metric!r} is no name: write it as in views or reading_seconds")
    return {"url": url, "time": _time(given["time"]), "metric": metric, "value": _value(given["value"])}


def _time(given: Any) -> datetime:
    try:
        time = given if isinstance(given, datetime) else datetime.fromisoformat(str(given or "").strip())
        if time.utcoffset() is None:
            raise ValueError(f"time {given} has no offset from UTC: write it as in 2026-03-01T14:00:00+03:00")
        return time.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError(f"time {given} is off the calendar") from error
    except ValueError as error:
        if "offset" in str(error):
            raise
        raise ValueError(f"time {str(given)!r} is no ISO 8601 time: write 2026-03-01T14:00:00+03:00") from error


def _value(given: Any) -> float:
    try:
        value = float(given)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"value {str(given)!r} is no count: write a number from 0 on, with a point as in 1234.5")
    return value


def _csv_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, restkey="more")
            _check_columns(path, reader.fieldnames or ())
            for row in reader:
                yield f"line {reader.line_num}", row
    except UnicodeDecodeError as error:
        raise AnalyticsError(f"{path}: is not UTF-8 ({error}): save it as CSV UTF-8. Nothing was taken in") from error
    except csv.Error as error:
        raise AnalyticsError(f"{path}: is no CSV ({error}). Nothing was taken in") from error


def _parquet_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        rows = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise AnalyticsError(f"{path}: is no Parquet file ({error}). Nothing was taken in") from error
    _check_columns(path, rows.columns)
    for number, row in enumerate(rows.iter_rows(named=True), 1):
        yield f"row {number}", row


def _check_columns(path: Path, columns: Iterable[str]) -> None:
    """Raise AnalyticsError unless the columns are those wanted: a further one could hold what must not be kept."""
    found = list(columns)
    if sorted(found) != sorted(COLUMNS):
        raise AnalyticsError(
            f"{path}: has the columns {', '.join(found) or '(none)'}; give exactly {', '.join(COLUMNS)}, in a first "
            "line and separated by commas where it is CSV. Nothing was taken in"
        )
