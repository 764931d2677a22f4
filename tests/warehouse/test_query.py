"""The worked examples answer on data, and a wrong question gets a helpful answer."""

import json
import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse.query import QueryError, named_queries, packed, run
from tests.warehouse.conftest import SQL

QUERIES = named_queries(SQL)


@pytest.mark.parametrize("name", QUERIES)
def test_each_worked_example_answers_on_data(database: Path, name: str) -> None:
    assert QUERIES[name].question.endswith("?")
    assert not run(database, name, sql=SQL).is_empty()


def test_there_is_an_example_for_every_mart() -> None:
    texts = "".join(query.text for query in QUERIES.values())
    for mart in (SQL / "marts").glob("*.sql"):
        assert f"marts.{mart.stem}" in texts


@pytest.mark.parametrize(
    "name",
    [
        "beside-hard-news",
        "travelling-headlines",
        "headline-lifetimes",
        "headline-company",
        "sharpened-headlines",
        "slot-profile",
        "most-commented",
        "comments-and-clickbait",
    ],
)
def test_the_marts_answer_in_one_statement_without_a_join(name: str) -> None:
    text = QUERIES[name].text
    [_] = duckdb.extract_statements(text)
    assert not re.search(r"\bJOIN\b|\bcore\.", text)


def test_sql_is_answered_as_a_frame(database: Path) -> None:
    answer = run(database, "SELECT site, count(*) AS n FROM core.articles GROUP BY site ORDER BY site", sql=SQL)
    assert answer.equals(pl.DataFrame({"site": ["akşam", "beacon"], "n": [48, 48]}))


def test_rows_for_other_programs_come_back_as_they_were(database: Path) -> None:
    rows = run(
        database, "SELECT 'akşam, \"x\"' AS name, 0.5 AS share, [1, 2] AS list, NULL::INTEGER AS unknown", sql=SQL
    )
    assert pl.read_parquet(packed(rows, "parquet")).equals(rows)
    assert json.loads(packed(rows, "json")) == [{"name": 'akşam, "x"', "share": 0.5, "list": [1, 2], "unknown": None}]
    read = pl.read_csv(packed(rows, "csv"))
    assert read.rows() == [('akşam, "x"', 0.5, "[1, 2]", None)]


def test_a_misspelt_name_is_met_with_the_nearest(database: Path) -> None:
    with pytest.raises(QueryError, match="did you mean headline-company"):
        run(database, "headline_compny", sql=SQL)
    with pytest.raises(QueryError, match="main-answer"):
        run(database, "xyzzy", sql=SQL)


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="nothing is published there yet"):
        run(tmp_path / "none.duckdb", "main-answer", sql=SQL)
    (tmp_path / "foreign.duckdb").write_text("not a database" * 1000)
    with pytest.raises(QueryError, match=r"foreign\.duckdb"):
        run(tmp_path / "foreign.duckdb", "main-answer", sql=SQL)


@pytest.mark.parametrize("wrong", ["SELECT nothing FROM nowhere", "SELEC 1", "SELECT 1 // 0", "DROP TABLE core.pages"])
def test_sql_that_fails_is_reported_and_changes_nothing(database: Path, wrong: str) -> None:
    before = database.read_bytes()
    with pytest.raises(QueryError):
        run(database, wrong, sql=SQL)
    assert database.read_bytes() == before


def test_a_type_that_only_duckdb_has_is_told_with_its_remedy(database: Path) -> None:
    with pytest.raises(QueryError, match="cast it"):
        run(database, "SELECT INTERVAL 1 DAY AS span", sql=SQL)


def test_a_statement_without_rows_is_told_so(database: Path) -> None:
    with pytest.raises(QueryError, match="yields no rows"):
        run(database, "-- only a comment", sql=SQL)


def test_a_query_file_without_its_question_is_named(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "01-mute.sql").write_text("SELECT 1")
    with pytest.raises(QueryError, match=r"01-mute\.sql"):
        named_queries(tmp_path)
