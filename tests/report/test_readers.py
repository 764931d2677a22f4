"""When readers write is drawn where there are comments enough, and else said why not."""

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.lake.parts import frame
from pipelines.lake.schema import CAPTURES, COMMENT_VELOCITY, COMMENTS
from pipelines.report.readers import rhythm, velocity
from pipelines.warehouse.dictionary import qualified, statements


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA marts")
        for table in (CAPTURES, COMMENTS, COMMENT_VELOCITY):
            for statement in statements(table):
                con.execute(statement)
        yield con


def _ask(con: duckdb.DuckDBPyConnection) -> Callable[[str], pl.DataFrame]:
    return lambda sql: con.sql(sql).pl()


def _write(con: duckdb.DuckDBPyConnection, site: str, comments: int, **changed: Any) -> None:
    start = pl.datetime(2026, 3, 2, 22)
    rows = pl.select(
        comment_id=pl.format("{}-{}", pl.lit(site), pl.int_range(comments)),
        capture_id=pl.lit("c"),
        read_id=pl.lit("r"),
        site=pl.lit(site),
        article_id=pl.lit("a"),
        created_at=start,
        created_offset=180,
        created_at_from=pl.lit("stated"),
    ).with_columns(**{name: pl.lit(value) for name, value in changed.items()})
    con.register("given", frame(COMMENTS, rows.to_dicts()))
    con.execute(f"INSERT INTO {qualified(COMMENTS)} FROM given")


def test_hours_are_those_of_the_pages_clock(con: duckdb.DuckDBPyConnection) -> None:
    _write(con, "a", 60)
    figure = rhythm(_ask(con))
    assert figure.rows.rows() == [("a", 1, 60)]  # 22:00 UTC in Istanbul
    assert [panel.title for panel in figure.panels] == ["a"]


def test_a_site_with_few_comments_is_left_out(con: duckdb.DuckDBPyConnection) -> None:
    _write(con, "a", 60)
    _write(con, "b", 49)
    assert [panel.title for panel in rhythm(_ask(con)).panels] == ["a"]


def test_comments_without_a_certain_hour_are_left_out(con: duckdb.DuckDBPyConnection) -> None:
    _write(con, "a", 60, created_offset=None)
    _write(con, "b", 60, created_at_from="relative")
    figure = rhythm(_ask(con))
    assert figure.rows.is_empty()
    assert figure.note == "No comment with a time of day on its page's clock was read yet."


def test_the_note_says_how_many_there_are(con: duckdb.DuckDBPyConnection) -> None:
    _write(con, "a", 12)
    assert str(rhythm(_ask(con)).note).endswith("the most is 12.")


def test_an_hour_that_few_stories_tell_of_is_not_drawn(con: duckdb.DuckDBPyConnection) -> None:
    def hour(age: int, stories: int, comments: int) -> dict[str, Any]:
        return {"site": "a", "topic": "sport", "age": age, "stories": stories, "comments": comments, "per_story": 0.0}

    con.register("given", frame(COMMENT_VELOCITY, [hour(0, 10, 55), hour(1, 10, 5), hour(2, 4, 9), hour(30, 10, 99)]))
    con.execute(f"INSERT INTO {qualified(COMMENT_VELOCITY)} FROM given")
    figure = velocity(_ask(con))
    assert figure.rows["age"].to_list() == [0, 1, 2]
    assert figure.rows["per_story"].to_list() == [5.5, 0.5, 2.25]
    [panel] = figure.panels
    [drawn] = panel.spec["datasets"].values()
    assert [row["age"] for row in drawn] == [0, 1]
