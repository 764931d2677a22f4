"""Building the DuckDB file from the lake and putting it in place of the old one.

The file is built whole beside the published one and renamed over it, so a reader has the old or the new file and
never half of one. What tables there are is declared in `pipelines.lake.schema`; views and meta tables in `sql/`.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import YanyanaError
from pipelines.lake.files import replacing
from pipelines.lake.parts import Lake
from pipelines.lake.schema import CAPTURES, HEADLINES, TABLES, Table
from pipelines.lake.store import Place, on_disk
from pipelines.warehouse.dictionary import PUBLISHED, qualified, statements
from pipelines.warehouse.query import named_queries

_STORAGE_VERSION = "v1.4.0"  # the oldest DuckDB that reads the file


class PublishError(YanyanaError):
    """The DuckDB file could not be built; the published one is as it was."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish put in place: rows by table, size of the file in bytes, seconds it took."""

    rows: dict[str, int]
    bytes: int
    seconds: float


def publish(lake: Lake, database: Path, *, sql: Path, code_version: str) -> Published:
    """Build the DuckDB file from all parts of the lake and rename it over `database`.

    `sql` is the folder with `schema/`, `marts/` and `queries/`. Raises PublishError, naming what failed, when a part
    cannot be read, a statement fails or the finished file does not hold what was loaded; `database` is then untouched.
    """
    started = time.monotonic()
    # Dependents first: a segment that another run adds meanwhile is read with the rows its own rows point to.
    parts = {name: lake.parts(table) for name, table in reversed(TABLES.items())}
    with replacing(database) as building:
        with _new_file(building) as con:
            _apply(con, sql / "schema")
            rows = {name: _load(con, table, parts[name], database.parent) for name, table in PUBLISHED.items()}
            _apply(con, sql / "marts")
            _describe_tables(con, rows)
            _describe_publish(con, code_version, n_parts=sum(map(len, parts.values())), n_days=len(lake.days(CAPTURES)))
            _describe_queries(con, sql)
        _verify(building, rows)
        size = building.stat().st_size
    return Published(rows, size, time.monotonic() - started)


@contextmanager
def _new_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose current database is a new file at `path`; the file is complete when it closes."""
    with duckdb.connect() as con:
        con.execute(f"SET temp_directory = {_quoted(path.with_name(path.name + '.spill'))}")
        # Nobody recovers a file that is thrown away when its writer dies: no write-ahead log.
        con.execute(
            f"ATTACH {_quoted(path)} AS yanyana (STORAGE_VERSION '{_STORAGE_VERSION}', RECOVERY_MODE 'no_wal_writes')"
        )
        con.execute("USE yanyana")
        yield con


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _apply(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Execute the folder's .sql files in order of their names."""
    files = sorted(folder.glob("*.sql"))
    if not files:
        raise PublishError(f"{folder}: no .sql files there; name the folder sql/ of the checkout")
    for file in files:
        try:
            con.execute(file.read_text(encoding="utf-8"))
        except duckdb.Error as error:
            raise PublishError(f"{file}: {error}") from error


def _load(con: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[Place], beside: Path) -> int:
    """Create the table and fill it from its parts; returns the rows loaded.

    A column that an older part lacks becomes null, one that is no longer declared is left out. Parts that are no files
    are fetched into the folder `beside` meanwhile.
    """
    for statement in statements(table):
        con.execute(statement)
    if not parts:
        return 0
    latest = "QUALIFY row_number() OVER (PARTITION BY headline_id ORDER BY archive_day DESC) = 1"
    try:
        with on_disk(parts, beside) as files:
            [(loaded,)] = con.execute(
                f"INSERT INTO {qualified(table)} BY NAME SELECT COLUMNS(lambda name: name IN $columns) "
                "FROM read_parquet($parts, union_by_name = true, hive_partitioning = false) "
                + (latest if table.name == HEADLINES.name else ""),
                {"columns": table.schema.names(), "parts": [str(file) for file in files]},
            ).fetchall()
    except duckdb.Error as error:
        raise PublishError(
            f"table {table.name}: loading its {len(parts)} parts failed: {error}\n"
            "Remove a part that is damaged and run again: it is rebuilt from the archive."
        ) from error
    return loaded


def _describe_tables(con: duckdb.DuckDBPyConnection, rows: Mapping[str, int]) -> None:
    """Fill meta.tables and meta.columns from the catalogue, so that they say what its comments say."""
    views = con.execute(
        "SELECT schema_name || '.' || view_name FROM duckdb_views() "
        "WHERE database_name = current_database() AND NOT internal"
    ).fetchall()
    facts = [
        {"name": qualified(table), "rows": rows[name], "row_key": list(table.key), "written_by": table.group}
        for name, table in PUBLISHED.items()
    ] + [{"name": view, "rows": _count(con, view)} for (view,) in views]
    con.register("facts", pl.DataFrame(facts))
    con.execute(
        """
        INSERT INTO meta.tables BY NAME
        WITH catalogue AS (
            SELECT schema_name || '.' || table_name AS name, 'table' AS form, comment AS meaning
            FROM duckdb_tables() WHERE database_name = current_database()
            UNION ALL
            SELECT schema_name || '.' || view_name, 'view', comment
            FROM duckdb_views() WHERE database_name = current_database() AND NOT internal
        )
        SELECT name, form, rows, row_key, coalesce(written_by, 'publish') AS written_by, meaning
        FROM catalogue LEFT JOIN facts USING (name)
        ORDER BY name
        """
    )
    con.execute(
        """
        INSERT INTO meta.columns BY NAME
        SELECT schema_name || '.' || table_name AS "table", column_index AS position, column_name AS "column",
               data_type AS type, comment AS meaning
        FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal
        ORDER BY "table", position
        """
    )


def _describe_publish(con: duckdb.DuckDBPyConnection, code_version: str, *, n_parts: int, n_days: int) -> None:
    """Fill meta.publish: one row that says when this file was made, from what and by which versions."""
    con.execute(
        """
        INSERT INTO meta.publish BY NAME
        SELECT $now AS published_at, $code_version AS code_version, 'DuckDB ' || version() AS database_version,
               (SELECT list_sort(list_distinct(list(extractor_version))) FROM core.pages) AS extractor_versions,
               (SELECT list_sort(list_distinct(list(model_version))) FROM core.headlines) AS model_versions,
               $n_days AS archive_days, $n_parts AS parts,
               min(captured_at) AS first_capture, max(captured_at) AS last_capture
        FROM core.captures
        """,
        {
            "now": datetime.now(UTC).replace(tzinfo=None),
            "code_version": code_version,
            "n_days": n_days,
            "n_parts": n_parts,
        },
    )


def _describe_queries(con: duckdb.DuckDBPyConnection, sql: Path) -> None:
    """Append the worked examples to the guide, in their order."""
    for query in named_queries(sql).values():
        con.execute(
            "INSERT INTO meta.guide SELECT max(step) + 1, 'question', $question, $name, $text FROM meta.guide",
            {"question": query.question, "name": query.name, "text": query.text},
        )


def _verify(building: Path, rows: Mapping[str, int]) -> None:
    """Raise PublishError unless the finished file opens read-only and holds what was loaded."""
    try:
        with duckdb.connect(building, read_only=True) as con:
            found = {name: _count(con, qualified(PUBLISHED[name])) for name in rows}
    except duckdb.Error as error:
        raise PublishError(f"the finished file does not open: {error}") from error
    if found != rows:
        differing = {name: (rows[name], found[name]) for name in rows if rows[name] != found[name]}
        raise PublishError(f"the finished file holds other rows than were loaded (loaded, found): {differing}")


def _count(con: duckdb.DuckDBPyConnection, name: str) -> int:
    [(count,)] = con.execute(f"SELECT count(*) FROM {name}").fetchall()
    return count
