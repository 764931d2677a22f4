"""Asking the published DuckDB file: named queries of `sql/queries/` or SQL, always read-only."""

import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
from polars import selectors

from pipelines.errors import YanyanaError

_QUESTION = re.compile(r"\A-- question: (?P<question>\S.*)$", re.MULTILINE)
_NAME = re.compile(r"[\w-]+")


class QueryError(YanyanaError):
    """There is nothing to ask, no query of that name, or DuckDB does not accept the SQL."""


@dataclass(frozen=True, slots=True)
class Query:
    """A worked example: its name, the question it answers, its SQL."""

    name: str
    question: str
    text: str


def named_queries(sql: Path) -> dict[str, Query]:
    """The worked examples in `sql/queries/` by name, in the order of their file names `<number>-<name>.sql`.

    Raises QueryError naming a file that does not begin with its question.
    """
    queries = {}
    for file in sorted((sql / "queries").glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        opening = _QUESTION.match(text)
        if not opening:
            raise QueryError(f"{file}: begin it with a line `-- question: …` that says what it answers")
        name = file.stem.partition("-")[2]
        queries[name] = Query(name, opening["question"], text)
    return queries


def run(database: Path, query: str, *, sql: Path) -> pl.DataFrame:
    """The rows that a named query, or SQL, yields on the published file.

    Raises QueryError when the file is not there or not DuckDB's, the name is unknown or the SQL fails.
    """
    if not database.exists():
        raise QueryError(f"{database}: nothing is published there yet; `yanyana run` makes it")
    text = _text(query, sql)
    try:
        with duckdb.connect(database, read_only=True) as con:
            rows = con.sql(text)
            if rows is None:
                raise QueryError("the statement yields no rows; ask with SELECT, FROM or SUMMARIZE")
            return rows.pl()
    except duckdb.Error as error:
        raise QueryError(f"{database}: {error}") from error
    except pl.exceptions.PolarsError as error:
        raise QueryError(
            f"a column's type has no counterpart outside DuckDB: cast it, for example to VARCHAR: {error}"
        ) from error


def packed(rows: pl.DataFrame, form: Literal["csv", "json", "parquet"]) -> bytes:
    """Rows for other programs, text in UTF-8; a list is a JSON array in CSV, which has none."""
    if form == "json":
        return f"{rows.with_columns(selectors.decimal().cast(pl.Float64)).write_json()}\n".encode()
    if form == "parquet":
        buffer = BytesIO()
        rows.write_parquet(buffer)
        return buffer.getvalue()
    lists = [name for name, kind in rows.schema.items() if kind.is_nested()]
    as_json = [
        pl.Series(
            name, [value if value is None else json.dumps(value, ensure_ascii=False) for value in rows[name].to_list()]
        )
        for name in lists
    ]
    return rows.with_columns(as_json).write_csv().encode()


def _text(query: str, sql: Path) -> str:
    """The SQL to run: that of the query so named, else `query` itself."""
    if not _NAME.fullmatch(query):
        return query
    queries = named_queries(sql)
    if query not in queries:
        near = get_close_matches(query, queries, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(queries)}"
        raise QueryError(f"no query is named {query!r}; {hint}")
    return queries[query].text
