"""The dictionary as DuckDB and Markdown say everything that is declared, and nothing else."""

import duckdb
import polars as pl
import pytest

from pipelines.lake.schema import TABLES, Table
from pipelines.warehouse.dictionary import PUBLISHED, dictionary_markdown, qualified, statements


@pytest.mark.parametrize("table", PUBLISHED.values(), ids=PUBLISHED)
def test_the_created_table_has_the_declared_schema_and_comments(table: Table) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA marts")
        for statement in statements(table):
            con.execute(statement)
        assert con.sql(f"FROM {qualified(table)}").pl().schema == table.schema
        described = con.sql(
            "SELECT column_name, comment FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
        )
        assert described.fetchall() == [(column.name, column.comment) for column in table.columns]
        assert con.sql("SELECT comment FROM duckdb_tables()").fetchall() == [(table.meaning,)]


def test_a_headline_is_published_once_and_says_so() -> None:
    assert PUBLISHED["headlines"].key == ("headline_id",)
    assert "One row a site, headline and archive day" not in PUBLISHED["headlines"].meaning


def test_markdown_lists_every_column_of_every_table_once() -> None:
    text = dictionary_markdown(TABLES)
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == sum(len(table.columns) for table in TABLES.values())
    for table in TABLES.values():
        assert text.count(f"### {qualified(table)}\n") == 1
        for column in table.columns:
            assert any(row.startswith(f"| `{column.name}` |") and column.meaning in row for row in rows)


def test_markdown_survives_a_bar_in_a_meaning() -> None:
    column = TABLES["skips"].columns[0]
    table = Table("t", "extract", "A row.", (type(column)("a", pl.String(), "left | right"),), key=("a",))
    assert "| `a` | VARCHAR | left \\| right |  | yes |" in dictionary_markdown({"t": table})
