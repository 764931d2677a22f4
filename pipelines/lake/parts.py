"""The lake on disk: Parquet parts under `<table>/day=<archive day>/<part>.parquet`, each written whole.

A part is named after what it was made from (a WARC segment, an archive day), so making it again replaces it and
running twice changes nothing. The code version that made it stands in the file's metadata, so that a newer version
replaces it by the same rename. What the tables are is declared in `pipelines.lake.schema`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.errors import YanyanaError
from pipelines.lake.files import replacing
from pipelines.lake.schema import Table


class LakeError(YanyanaError):
    """A frame does not fit its table's declaration, or a part cannot be read."""


def frame(table: Table, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a frame of the table's schema. Raises LakeError naming the table when a value does not fit its column."""
    try:
        return pl.DataFrame(list(rows), schema=table.schema, orient="row", strict=True)
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise LakeError(
            f"rows for table {table.name} do not fit its schema in pipelines/lake/schema.py: {error}"
        ) from error


def check(table: Table, data: pl.DataFrame) -> None:
    """Raise LakeError unless the frame has exactly the table's columns and types and no null where none may be."""
    _check_columns(table, data.schema)
    _check_nulls(table, data.select(pl.col(table.required).null_count()))


def _check_columns(table: Table, columns: pl.Schema) -> None:
    if columns != table.schema:
        differing = dict(set(table.schema.items()) ^ set(columns.items()))
        raise LakeError(
            f"table {table.name}: columns differ from pipelines/lake/schema.py: {differing or 'their order'}"
        )


def _check_nulls(table: Table, counts: pl.DataFrame) -> None:
    """Raise LakeError if one of the counts of nulls, one row by required column, is not nought."""
    nulls = [name for name in table.required if counts[name].item()]
    if nulls:
        raise LakeError(f"table {table.name}: null in required column {', '.join(nulls)}")


@dataclass(frozen=True, slots=True)
class Lake:
    """The folder of all tables."""

    root: Path

    def path(self, table: Table, part: str, day: date | None) -> Path:
        """Where a part lies: in its archive day's folder, or directly under the table when `day` is None."""
        folder = self.root / table.name
        return (folder / f"day={day.isoformat()}" if day else folder) / f"{part}.parquet"

    def write(self, table: Table, data: pl.DataFrame, *, part: str, day: date | None, made_by: str) -> Path:
        """Write one part whole, replacing the one of the same name; `made_by` names the code version that made it."""
        check(table, data)
        path = self.path(table, part, day)
        with replacing(path) as temporary:
            data.write_parquet(temporary, compression="zstd", metadata={"made_by": made_by})
        return path

    def sink(self, table: Table, rows: pl.LazyFrame, *, part: str, day: date | None, made_by: str) -> int:
        """Write one part as `write` does, of rows that need not fit into memory; returns how many there were."""
        _check_columns(table, rows.collect_schema())
        with replacing(self.path(table, part, day)) as temporary:
            rows.sink_parquet(temporary, compression="zstd", metadata={"made_by": made_by})
            written = pl.scan_parquet(temporary)
            _check_nulls(table, written.select(pl.col(table.required).null_count()).collect())
            return written.select(pl.len()).collect().item()

    def made_by(self, table: Table, *, part: str, day: date | None) -> str | None:
        """The code version that made a part, or None when there is no such part."""
        path = self.path(table, part, day)
        return pl.read_parquet_metadata(path).get("made_by") if path.exists() else None

    def parts(self, table: Table, day: date | None = None) -> list[Path]:
        """The table's parts in order of their names: all of them, or those of one archive day."""
        folder = self.root / table.name
        return sorted((folder / f"day={day.isoformat()}").glob("*.parquet") if day else folder.rglob("*.parquet"))

    def read(self, table: Table, *, part: str, day: date | None) -> pl.DataFrame:
        """One part's rows under the declared schema; an empty frame where there is no such part."""
        path = self.path(table, part, day)
        return _scan(table, [path] if path.exists() else []).collect()

    def scan(self, table: Table, day: date | None = None) -> pl.LazyFrame:
        """The table's rows, lazily: all of them, or those of one archive day; an empty frame where there are none.

        A part written before a column was declared reads as null in that column.
        """
        return _scan(table, self.parts(table, day))

    def days(self, table: Table) -> list[date]:
        """The archive days that have parts, in order."""
        folders = (self.root / table.name).glob("day=*")
        return sorted(date.fromisoformat(folder.name.removeprefix("day=")) for folder in folders)


def _scan(table: Table, parts: list[Path]) -> pl.LazyFrame:
    if not parts:
        return pl.LazyFrame(schema=table.schema)
    return pl.scan_parquet(
        parts, schema=table.schema, hive_partitioning=False, missing_columns="insert", extra_columns="ignore"
    )
