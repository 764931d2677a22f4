"""What stands between a transform and the engine that computes it, with Polars; Spark is in tests/analysis."""

from datetime import date
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from pipelines.lake.engine import collected, compact, scan, settled, write
from pipelines.lake.parts import Lake, LakeError, frame
from pipelines.lake.schema import EXPOSURES
from tests.analysis.rows import exposure, exposures_of

DAY = date(2026, 3, 2)


def test_rows_are_written_as_one_part_in_the_order_of_its_key(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = exposures_of(exposure("host", f"target {n}", slot=n) for n in range(1, 6))
    unordered = nw.from_native(rows.reverse())
    assert write(None, lake, EXPOSURES, unordered, part="day", day=DAY, made_by="this version") == 5
    assert lake.read(EXPOSURES, part="day", day=DAY).equals(rows.collect())
    assert lake.made_by(EXPOSURES, part="day", day=DAY) == "this version"
    fewer = unordered.filter(nw.col("slot") > 3)
    assert write(None, lake, EXPOSURES, fewer, part="day", day=DAY, made_by="the next") == 2
    assert collected(nw.from_native(scan(None, lake, EXPOSURES, DAY)))["slot"].to_list() == [4, 5]


def test_a_part_of_no_rows_is_a_part(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert write(None, lake, EXPOSURES, nw.from_native(exposures_of([])), part="day", day=DAY, made_by="test") == 0
    assert len(lake.parts(EXPOSURES, DAY)) == 1


def test_rows_that_break_the_dictionary_leave_what_was_written_before(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = frame(EXPOSURES, []).lazy()
    write(None, lake, EXPOSURES, nw.from_native(rows), part="day", day=DAY, made_by="test")
    nameless = exposures_of([exposure("host", "target")]).with_columns(target_id=pl.lit(None, dtype=pl.String))
    with pytest.raises(LakeError, match="exposures: null in required column target_id"):
        write(None, lake, EXPOSURES, nw.from_native(nameless), part="day", day=DAY, made_by="test")
    assert lake.read(EXPOSURES, part="day", day=DAY).is_empty()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["day.parquet"]


def test_identifiers_made_compact_tell_the_same_apart() -> None:
    rows = nw.from_native(pl.LazyFrame({"host_id": ["a", "b", "a"], "site": ["x", "x", "y"]}))
    hashed = collected(compact(rows, "host_id"))
    assert hashed["host_id"].dtype == pl.UInt64
    assert hashed["host_id"].n_unique() == 2
    assert hashed["host_id"][0] == hashed["host_id"][2]
    assert hashed["site"].to_list() == ["x", "x", "y"]


def test_what_is_settled_is_computed_once() -> None:
    computed = []

    def seen(batch: pl.DataFrame) -> pl.DataFrame:
        computed.append(batch.height)
        return batch

    rows = pl.LazyFrame({"site": ["x", "y", "x"]}).map_batches(seen, schema={"site": pl.String()})
    with settled(nw.from_native(rows), "site") as kept:
        counts = [collected(kept.group_by("site").agg(n=nw.len())).sort("n")["n"].to_list() for _ in range(2)]
    assert counts == [[1, 2], [1, 2]]
    assert computed == [3]
