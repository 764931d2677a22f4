"""A newsroom's analytics: taken in whole with their source, or refused row by row."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from pipelines.analytics import AnalyticsError, Taken, import_analytics, read_analytics
from pipelines.lake.erasure import Erased
from pipelines.lake.ids import article_id
from pipelines.lake.parts import Lake
from pipelines.lake.schema import OBSERVATIONS

HEADER = "url,time,metric,value\n"
STORY = "https://www.town.example/story?utm_source=mail"
GOOD = f"{HEADER}{STORY},2026-03-01T14:00:00+03:00,views,1200\n{STORY},2026-03-01T11:00:00Z,reading_seconds,41.5\n"


def csv(folder: Path, text: str) -> Path:
    path = folder / "march.csv"
    path.write_text(text, encoding="utf-8")
    return path


def take(path: Path, lake: Lake, erased: Erased = Erased()) -> Taken:  # noqa: B008
    return import_analytics(path, lake, site_of=lambda url: url.split("/")[2].removeprefix("www."), erased=erased)


def test_rows_become_observations_with_their_source(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    assert take(csv(tmp_path, GOOD), lake) == Taken(2, already=False)
    rows = lake.scan(OBSERVATIONS).sort("ordinal").collect()
    first = rows.row(0, named=True)
    assert first["article_id"] == article_id("https://town.example/story")
    assert (first["site"], first["metric"], first["value"]) == ("town.example", "views", 1200)
    assert first["observed_at"] == datetime.fromisoformat("2026-03-01T11:00")
    assert first["capture_id"] is None
    assert set(rows["source"]) == {"analytics march.csv"}


def test_the_same_content_under_any_name_changes_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    path = csv(tmp_path, GOOD)
    take(path, lake)
    before = lake.scan(OBSERVATIONS).collect()
    assert take(path.rename(tmp_path / "again.csv"), lake) == Taken(2, already=True)
    assert lake.scan(OBSERVATIONS).collect().equals(before)


def test_parquet_gives_what_csv_gives(tmp_path: Path) -> None:
    zone = timezone(timedelta(hours=3))
    table = pl.DataFrame(
        {
            "url": [STORY, STORY],
            "time": [datetime(2026, 3, 1, 14, tzinfo=zone), datetime(2026, 3, 1, 11, tzinfo=UTC)],
            "metric": ["views", "reading_seconds"],
            "value": [1200.0, 41.5],
        },
        schema_overrides={"time": pl.Datetime("us", "UTC")},
    )
    table.write_parquet(tmp_path / "march.parquet")
    assert read_analytics(tmp_path / "march.parquet") == read_analytics(csv(tmp_path, GOOD))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("town.example/story,2026-03-01T14:00Z,views,1", "url 'town.example/story' is no address: write it whole"),
        (f"{STORY},2026-03-01T14:00,views,1", "no offset from UTC: write it as in"),
        (f"{STORY},1 Mart 2026,views,1", "time '1 Mart 2026' is no ISO 8601 time"),
        (f"{STORY},0001-01-01T00:00+14:00,views,1", "off the calendar"),
        (f"{STORY},2026-03-01T14:00Z,Page Views,1", "metric 'Page Views' is no name"),
        (f'{STORY},2026-03-01T14:00Z,views,"1,5"', "value '1,5' is no count: write a number from 0 on, with a point"),
        (f"{STORY},2026-03-01T14:00Z,views,-1", "value '-1' is no count"),
        (f"{STORY},2026-03-01T14:00Z,views,nan", "value 'nan' is no count"),
        (f"{STORY},2026-03-01T14:00Z,views", "value 'None' is no count"),
        (f"{STORY},2026-03-01T14:00Z,views,1,5", "more values than columns"),
        (f"{STORY},2026-03-01T11:00Z,views,7", "repeats url, time and metric of line 2"),
    ],
)
def test_a_wrong_row_is_told_by_line_and_nothing_is_taken_in(tmp_path: Path, row: str, said: str) -> None:
    lake = Lake(tmp_path / "lake")
    with pytest.raises(AnalyticsError) as told:
        take(csv(tmp_path, GOOD + row + "\n" + GOOD.splitlines()[1].replace("views", "shares") + "\n"), lake)
    assert "march.csv, line 4: " in str(told.value)
    assert said in str(told.value)
    assert "line 5" not in str(told.value)
    assert lake.scan(OBSERVATIONS).collect().is_empty()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"url;time;metric;value\n", "give exactly url, time, metric, value"),
        (b"url,time,metric,value,reader\n", "has the columns url, time, metric, value, reader"),
        (b"", "has the columns \\(none\\)"),
        (b"url,time,metric,value\n", "no row below its header"),
        (b"url,time,metric,value\nhttps://a.example/\xff,,,\n", "is not UTF-8"),
    ],
)
def test_a_file_of_another_make_is_told_with_the_remedy(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "march.csv"
    path.write_bytes(content)
    with pytest.raises(AnalyticsError, match=said):
        read_analytics(path)
    with pytest.raises(AnalyticsError, match="no Parquet file"):
        read_analytics(path.rename(tmp_path / "march.parquet"))


def test_of_many_mistakes_the_first_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    with pytest.raises(AnalyticsError, match="and 480 more rows are wrong"):
        read_analytics(csv(tmp_path, HEADER + "x,y,z,\n" * 500))


def test_an_erased_story_does_not_come_in(tmp_path: Path) -> None:
    keyed = Erased(b"secret")
    erased = Erased(b"secret", frozenset({keyed.mark("story", article_id(STORY))}))
    assert take(csv(tmp_path, GOOD), Lake(tmp_path / "lake"), erased).observations == 0


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 50),
            st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
            st.floats(0, 1e12),
        ),
        min_size=1,
        unique_by=lambda row: row[:2],
    )
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, datetime, float]]
) -> None:
    lines = [f"https://town.example/{n},{time.isoformat()},views,{value!r}" for n, time, value in rows]
    read = read_analytics(csv(tmp_path_factory.mktemp("analytics"), HEADER + "\n".join(lines)))
    assert [(row["time"], row["value"]) for row in read] == [
        (time.replace(tzinfo=None), value) for _, time, value in rows
    ]
