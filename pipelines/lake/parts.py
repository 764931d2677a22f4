"""The lake: Parquet parts under `<table>/day=<archive day>/<part>.parquet`, each written whole.

A part is named after what it was made from (a WARC segment, an archive day), so making it again replaces it and
running twice changes nothing. What a segment gives goes into many tables at once, so its parts carry the version that
made them in their names too (`<segment>@<version>.parquet`), and a manifest that is written last says which ones count:
readers see all that a version read of a segment or nothing of it. Parts of a segment without a version in their names
count where the segment has no manifest. What the tables are is declared in `pipelines.lake.schema`; where the lake
lies, in `pipelines.lake.store`.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Generic, cast

import polars as pl

from pipelines.errors import YanyanaError
from pipelines.lake.files import STALE_AFTER, replacing, sweep
from pipelines.lake.ids import digest
from pipelines.lake.schema import EXTRACTED, Table
from pipelines.lake.store import AnyPlace, Place, polars_options

_MANIFESTS: Final = "manifests"
_VERSION: Final = "@"  # stands between a segment's name, in which it cannot stand, and the version


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
class Lake(Generic[AnyPlace]):
    """The place of all tables: a folder, or a prefix in object storage."""

    root: AnyPlace

    def path(self, table: Table, part: str, day: date | None) -> AnyPlace:
        """Where a part lies: in its archive day's folder, or directly under the table when `day` is None."""
        versions = self._versions(day, part) if day and table in EXTRACTED else {}
        return cast("AnyPlace", self._folder(table.name, day) / f"{versions.get((part, day), part)}.parquet")

    def write(self, table: Table, data: pl.DataFrame, *, part: str, day: date | None, made_by: str) -> AnyPlace:
        """Write one part whole, replacing the one of the same name; `made_by` names the code version that made it."""
        path = self.path(table, part, day)
        _write(table, data, path, made_by)
        return path

    def write_segment(self, frames: Mapping[str, pl.DataFrame], *, part: str, day: date, made_by: str) -> None:
        """Write what was read of a segment, by table, and then the manifest that makes it what is read from now on.

        Whoever was told of an earlier version's parts finds them until `sweep` takes them, a day later at the soonest.
        """
        name = f"{part}{_VERSION}{digest(made_by)[:8]}"
        for table in EXTRACTED:
            _write(table, frames[table.name], self._folder(table.name, day) / f"{name}.parquet", made_by)
        manifest = {
            "made_by": made_by,
            "made_at": datetime.now(UTC).isoformat(),
            "rows": {
                f"{table.name}/day={day.isoformat()}/{name}.parquet": frames[table.name].height for table in EXTRACTED
            },
        }
        with replacing(self._folder(_MANIFESTS, day) / f"{name}.json") as temporary:
            temporary.write_text(json.dumps(manifest, indent=1), encoding="utf-8")

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
        return pl.read_parquet_metadata(str(path), **polars_options([path])).get("made_by") if path.exists() else None

    def parts(self, table: Table, day: date | None = None) -> list[AnyPlace]:
        """The table's parts in order of their names: all of them, or those of one archive day."""
        # Versions first: what a new one replaces meanwhile is still there.
        versions = self._versions(day) if table in EXTRACTED else None
        found = self._written(table, day)
        if versions is not None:
            found = [path for path in found if _counts(path, versions)]
        return sorted(found)

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

    def sweep(self, *, stale_after: float = STALE_AFTER) -> int:
        """Remove what dead writers left, and what was replaced, so many seconds ago; returns how many files."""
        swept = sweep(self.root) if isinstance(self.root, Path) else 0
        before = time.time() - stale_after
        # Versions last: what is new among them is not among the files.
        found = [path for table in EXTRACTED for path in self._written(table)]
        found += cast("list[AnyPlace]", list((self.root / _MANIFESTS).rglob("*.json")))
        versions = self._versions()
        for path in found:
            version, folder = versions.get(part_of(path)), self._folder(_MANIFESTS, part_of(path)[1])
            with suppress(FileNotFoundError):  # another run sweeps too
                if _counts(path, versions) or path.stat().st_mtime > before:
                    continue
                if version is None or (folder / f"{version}.json").stat().st_mtime <= before:
                    path.unlink()
                    swept += 1
        return swept

    def _folder(self, table: str, day: date | None) -> AnyPlace:
        folder = self.root / table
        return cast("AnyPlace", folder / f"day={day.isoformat()}" if day else folder)

    def _written(self, table: Table, day: date | None = None) -> list[AnyPlace]:
        folder = self._folder(table.name, day)
        return cast("list[AnyPlace]", list(folder.glob("*.parquet") if day else folder.rglob("*.parquet")))

    def _versions(self, day: date | None = None, part: str = "") -> dict[tuple[str, date | None], str]:
        """The name that the parts of a segment have, by segment and archive day, where a manifest says it."""
        found: dict[tuple[str, date | None], list[Place]] = {}
        pattern = f"day={day.isoformat() if day else '*'}/{part + _VERSION if part else ''}*.json"
        for manifest in (self.root / _MANIFESTS).glob(pattern):
            found.setdefault(part_of(manifest), []).append(manifest)
        return {named: _newest(manifests).stem for named, manifests in found.items()}


def part_of(path: Place) -> tuple[str, date | None]:
    """What a part or a manifest was made from, by its name, and its archive day; None outside every day's folder."""
    folder = path.parent.name
    day = date.fromisoformat(folder.removeprefix("day=")) if folder.startswith("day=") else None
    return path.stem.partition(_VERSION)[0], day


def scan_part(path: Place) -> pl.LazyFrame:
    """One part lazily, under the schema that it was written with."""
    return pl.scan_parquet(str(path), hive_partitioning=False, **polars_options([path]))


def _counts(path: Place, versions: Mapping[tuple[str, date | None], str]) -> bool:
    named = part_of(path)
    return path.stem == versions.get(named, named[0])


def _newest(manifests: Sequence[Place]) -> Place:
    """The manifest that was put last; storage tells the time by the second, so that of one second their own counts."""
    if len(manifests) == 1:
        return manifests[0]
    put_at = {}
    for manifest in manifests:
        with suppress(FileNotFoundError):  # swept meanwhile
            put_at[manifest] = manifest.stat().st_mtime
    last = [manifest for manifest, at in put_at.items() if at == max(put_at.values())]
    return last[0] if len(last) == 1 else max(last, key=_made_at)


def _made_at(manifest: Place) -> str:
    with manifest.open("rb") as file:
        return json.load(file)["made_at"]


def _write(table: Table, data: pl.DataFrame, path: Place, made_by: str) -> None:
    check(table, data)
    with replacing(path) as temporary:
        data.write_parquet(temporary, compression="zstd", metadata={"made_by": made_by})


def _scan(table: Table, parts: Sequence[Place]) -> pl.LazyFrame:
    if not parts:
        return pl.LazyFrame(schema=table.schema)
    return pl.scan_parquet(
        [str(part) for part in parts],
        schema=table.schema,
        hive_partitioning=False,
        missing_columns="insert",
        extra_columns="ignore",
        **polars_options(parts),
    )
