"""A data package for a repository: complete, described, and without commenters unless asked."""

import json
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.warehouse.export import export
from pipelines.warehouse.query import QueryError


def test_every_table_is_written_and_described(database: Path, tmp_path: Path) -> None:
    files = export(database, tmp_path / "deposit")
    package = json.loads((tmp_path / "deposit" / "datapackage.json").read_text(encoding="utf-8"))
    with duckdb.connect(database, read_only=True) as con:
        rows = dict(con.execute("SELECT name, rows FROM meta.tables WHERE rows IS NOT NULL").fetchall())
    assert {file.name for file in files} == {f"{name}.parquet" for name in rows} | {"datapackage.json"}
    assert {resource["path"] for resource in package["resources"]} == {f"{name}.parquet" for name in rows}
    for resource in package["resources"]:
        path = tmp_path / "deposit" / resource["path"]
        data = pl.read_parquet(path)
        assert data.columns == [field["name"] for field in resource["schema"]["fields"]]
        assert data.height == rows[path.stem]
        assert resource["description"]
        assert all(field["description"] for field in resource["schema"]["fields"])
        assert resource["hash"] == f"sha256:{sha256(path.read_bytes()).hexdigest()}"
        key = resource["schema"].get("primaryKey", data.columns)
        assert data.select(key).is_duplicated().sum() == 0


def test_commenters_are_in_it_only_when_asked(database: Path, tmp_path: Path) -> None:
    export(database, tmp_path / "without")
    export(database, tmp_path / "with", comments=True)
    personal = {"author_key", "text"}
    assert personal.isdisjoint(pl.read_parquet(tmp_path / "without" / "core.comments.parquet").columns)
    assert personal <= set(pl.read_parquet(tmp_path / "with" / "core.comments.parquet").columns)
    said = [
        json.loads((tmp_path / name / "datapackage.json").read_text())["description"] for name in ("without", "with")
    ]
    assert "left out" in said[0]
    assert "personal data" in said[1]


def test_the_same_file_gives_the_same_package(database: Path, tmp_path: Path) -> None:
    packages = []
    for name in ("one", "two"):
        export(database, tmp_path / name)
        packages.append(json.loads((tmp_path / name / "datapackage.json").read_text()))
    keyed = [{r["path"]: r["hash"] for r in p["resources"] if "primaryKey" in r["schema"]} for p in packages]
    assert keyed[0] == keyed[1]


def test_nothing_is_overwritten_and_nothing_half_written(database: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(QueryError, match="holds something already"):
        export(database, tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    with pytest.raises(QueryError, match="nothing is published there yet"):
        export(tmp_path / "none.duckdb", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    (tmp_path / "foreign.duckdb").write_text("not a database" * 1000)
    with pytest.raises(QueryError, match="the export failed"):
        export(tmp_path / "foreign.duckdb", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "new"))] == []
