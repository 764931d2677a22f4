"""The data dictionary of `pipelines.lake.schema` in other tongues: DuckDB statements and Markdown.

What a table or column means is declared there, never here. Tables that the dictionary does not know are in `sql/`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Final

import polars as pl

from pipelines.lake import schema
from pipelines.lake.schema import COMMENT_MEASURES, HEADLINES, MEASURES, TABLES, Column, Table

PUBLISHED: Final[Mapping[str, Table]] = {
    **TABLES,
    # The lake holds a headline once per archive day; analysts join on headline_id and want it once.
    HEADLINES.name: replace(
        HEADLINES,
        meaning="A distinct folded headline of a site, classified; as of the latest archive day it was seen in.",
        key=("headline_id",),
    ),
}
_SQL_TYPES: Final[Mapping[pl.DataType, str]] = {
    schema.TEXT: "VARCHAR",
    schema.COUNT: "BIGINT",
    schema.SMALL: "INTEGER",
    schema.REAL: "DOUBLE",
    schema.FLAG: "BOOLEAN",
    schema.TIME: "TIMESTAMP",
    schema.DAY: "DATE",
    schema.TEXTS: "VARCHAR[]",
}


def qualified(table: Table) -> str:
    """The table's name in DuckDB: measures live beside the views in `marts`, everything else in `core`."""
    return f"{'marts' if table in (*MEASURES, *COMMENT_MEASURES) else 'core'}.{table.name}"


def statements(table: Table) -> Iterator[str]:
    """SQL that creates the empty table and comments it and its columns.

    No keys and no NOT NULL: both slow the load, and an old part lacks a column declared later. Asset checks guard them.
    """
    name = qualified(table)
    columns = ", ".join(f'"{column.name}" {_SQL_TYPES[column.dtype]}' for column in table.columns)
    yield f"CREATE TABLE {name} ({columns})"
    yield f"COMMENT ON TABLE {name} IS {_literal(table.meaning)}"
    for column in table.columns:
        yield f'COMMENT ON COLUMN {name}."{column.name}" IS {_literal(column.comment)}'


def dictionary_markdown(tables: Mapping[str, Table] = TABLES) -> str:
    """`docs/tables.md`: every table by the stage that writes it, with its columns, types, units and keys."""
    lines = [
        "# Tables",
        "",
        "Written from `pipelines/lake/schema.py` by `make docs`; change that file, not this one. The lake and",
        "`data/yanyana.duckdb` hold the same tables. Views and the tables of `meta` carry their comments in DuckDB:",
        "`FROM meta.columns`.",
    ]
    for group, members in groupby(tables.values(), key=lambda table: table.group):
        lines += ["", f"## Written by the stage *{group}*"]
        for table in members:
            lines += ["", *_table_markdown(table)]
    return "\n".join(lines) + "\n"


def table_list_markdown(tables: Mapping[str, Table]) -> str:
    """The README's list: each table with what a row of it is."""
    rows = (f"| `{qualified(table)}` | {table.meaning.replace('|', chr(92) + '|')} |" for table in tables.values())
    return "\n".join(("| table | a row is |", "|---|---|", *rows)) + "\n"


def _table_markdown(table: Table) -> Iterable[str]:
    yield f"### {qualified(table)}"
    yield ""
    yield f"{table.meaning} Key: {', '.join(f'`{name}`' for name in table.key)}."
    yield ""
    yield "| column | type | meaning | unit | never null |"
    yield "|---|---|---|---|---|"
    for column in table.columns:
        yield _column_markdown(table, column)


def _column_markdown(table: Table, column: Column) -> str:
    points_to = table.references.get(column.name)
    meaning = column.meaning + (f"; repeats `{points_to}`" if points_to else "")
    cells = (
        f"`{column.name}`",
        _SQL_TYPES[column.dtype],
        meaning,
        column.unit or "",
        "yes" if column.name in table.required else "",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
