"""The published tables as a data package: Parquet files with a description, for deposit in a research repository.

The description follows Data Package 2.0 (https://datapackage.org/standard/data-package/); meanings and units are those
of the file's own comments. What belongs in the DuckDB file is decided in `pipelines.warehouse.publish`.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

import duckdb

from pipelines.warehouse.query import QueryError

_EXPORTED: Final = ("core", "marts")
# Columns that hold what commenters wrote or tell them apart, by any table's name for them.
_OF_COMMENTERS: Final = frozenset({"author_key", "text"})
_TYPES: Final = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "number",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "datetime",
    "DATE": "date",
    "VARCHAR[]": "array",
}


def export(database: Path, folder: Path, *, comments: bool = False) -> list[Path]:
    """Write every table of core and marts as Parquet into a new `folder`, with its `datapackage.json`; the files.

    Without `comments`, columns that hold commenters' words or tell commenters apart are left out, and the description
    says so. The folder appears whole or not at all. Raises QueryError when nothing is published, the folder holds
    files already or DuckDB cannot write there.
    """
    if not database.exists():
        raise QueryError(f"{database}: nothing is published there yet; `yanyana run` makes it")
    try:
        with _new_folder(folder) as building, duckdb.connect(database, read_only=True) as con:
            resources = [_resource(con, name, building, comments) for name in _names(con)]
            text = json.dumps(_package(con, resources, comments), ensure_ascii=False, indent=2)
            (building / "datapackage.json").write_text(f"{text}\n", encoding="utf-8")
    except (duckdb.Error, OSError) as error:
        raise QueryError(f"{folder}: the export failed: {error}") from error
    return sorted(folder.iterdir())


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A hidden folder beside `folder` that takes its name when everything is written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise QueryError(f"{folder} holds something already; name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
    building.mkdir()
    try:
        yield building
        os.replace(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _names(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute("SELECT name FROM meta.tables WHERE split_part(name, '.', 1) IN $1 ORDER BY name", [_EXPORTED])
    return [name for (name,) in rows.fetchall()]


def _resource(con: duckdb.DuckDBPyConnection, name: str, folder: Path, comments: bool) -> dict[str, Any]:
    """Write one table and describe it."""
    [(meaning, key)] = con.execute("SELECT meaning, row_key FROM meta.tables WHERE name = $1", [name]).fetchall()
    columns = con.execute(
        'SELECT "column", type, meaning FROM meta.columns WHERE "table" = $1 ORDER BY position', [name]
    ).fetchall()
    if not comments:
        columns = [row for row in columns if row[0] not in _OF_COMMENTERS]
    path = folder / f"{name}.parquet"
    listed = ", ".join(f'"{column}"' for column, _, _ in columns)
    ordered = ", ".join(f'"{column}"' for column in key or () if column in {row[0] for row in columns})
    con.sql(f"SELECT {listed} FROM {name}" + (f" ORDER BY {ordered}" if ordered else "")).write_parquet(
        str(path), compression="zstd"
    )
    with path.open("rb") as file:
        checksum = file_digest(file, "sha256").hexdigest()
    fields = [
        {"name": column, "type": _TYPES.get(kind, "any"), "description": said or ""} for column, kind, said in columns
    ]
    schema: dict[str, Any] = {"fields": fields}
    if ordered:
        schema["primaryKey"] = list(key)
    return {
        "name": name.replace(".", "-").replace("_", "-"),
        "path": path.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": meaning or "",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{checksum}",
        "schema": schema,
    }


def _package(con: duckdb.DuckDBPyConnection, resources: list[dict[str, Any]], comments: bool) -> dict[str, Any]:
    [(published_at, version, extractors, models, first, last)] = con.execute(
        "SELECT published_at, code_version, extractor_versions, model_versions, first_capture, last_capture "
        "FROM meta.publish"
    ).fetchall()
    kept = (
        "Commenters' words and keyed pseudonyms are in it: personal data, to be handled as such."
        if comments
        else "Commenters' words and keyed pseudonyms are left out."
    )
    span = f"Captures from {first:%Y-%m-%d} to {last:%Y-%m-%d}. " if first else "No captures. "
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "yanyana-export",
        "title": "Yanyana: what news sites put beside the news",
        "description": f"{span}{kept} Times are UTC; probabilities lie between 0 and 1; null means unknown.",
        "version": str(version),
        "created": f"{published_at:%Y-%m-%dT%H:%M:%SZ}",
        "yanyana": {"extractor_versions": extractors, "model_versions": models},
        "resources": resources,
    }
