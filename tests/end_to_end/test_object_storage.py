"""The main job with archive and lake in object storage that fails now and then: the same tables as in a folder."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.crawl.archive import segments
from pipelines.lake.parts import Lake
from pipelines.lake.schema import CRAWL_FAILURES, CRAWL_REPORTS
from pipelines.lake.store import fetch
from pipelines.warehouse.dictionary import PUBLISHED, qualified
from tests.end_to_end.workplace import Workplace, workplace
from tests.object_storage import Storage


@dataclass(frozen=True)
class StoredWorkplace(Workplace):
    """A workplace whose archive and lake lie in a bucket."""

    storage: Storage

    @property
    def environment(self) -> dict[str, str]:
        bucket = self.storage.bucket
        places = {"YANYANA_ARCHIVE": f"{bucket}/archive", "YANYANA_LAKE": f"{bucket}/lake"}
        return super().environment | self.storage.environment | places


def published(place: Workplace) -> dict[str, pl.DataFrame]:
    with duckdb.connect(place.data / "yanyana.duckdb", read_only=True) as con:
        return {name: con.sql(f"FROM {qualified(table)}").pl().sort(table.key) for name, table in PUBLISHED.items()}


def copied(stored: StoredWorkplace, folder: Path) -> Workplace:
    """The archive, and what no archive holds, of one place in the folder of another."""
    place, bucket = Workplace(folder), stored.storage.bucket
    place.data.mkdir(parents=True)
    shutil.copy(stored.folder / "sites.toml", folder)
    shutil.copy(stored.data / "secret.key", place.data)
    lake = Lake(bucket / "lake")
    wanted = [*segments(bucket / "archive"), *lake.parts(CRAWL_REPORTS), *lake.parts(CRAWL_FAILURES)]
    for path in wanted:
        copy = place.data / path.key
        copy.parent.mkdir(parents=True, exist_ok=True)
        fetch(path, copy)
    return place


@pytest.mark.slow
def test_archive_and_lake_in_a_bucket_give_the_same_tables_as_in_a_folder(storage: Storage, tmp_path: Path) -> None:
    stored = StoredWorkplace(workplace(tmp_path / "stored").folder, storage)
    stored.yanyana("crawl")
    for method in ("GET", "PUT", "HEAD"):
        storage.goes_wrong(method, "lake", "fail", times=5)
        storage.goes_wrong(method, "archive", "drop", times=2)
    stored.yanyana("run")
    assert not [path for path in stored.data.rglob("*") if path.suffix in {".parquet", ".gz"}], "nothing stays here"
    assert not any(fault.times for fault in storage.faults if fault.method != "HEAD"), "nothing went wrong"
    here = copied(stored, tmp_path / "here")
    here.yanyana("reparse")
    there, mine = published(stored), published(here)
    assert there["contrasts"].height
    for name, want in mine.items():
        assert_frame_equal(there[name], want, rel_tol=1e-9, abs_tol=1e-12)
    [segment, *_] = segments(storage.bucket / "archive")
    pages = stored.yanyana("extract", str(segment)).splitlines()
    assert pages
    assert all(json.loads(page)["url"] for page in pages)
