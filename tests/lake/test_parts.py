"""The lake on disk: whole parts, old parts, wrong frames."""

import os
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.lake.files import replacing, sweep
from pipelines.lake.integrity import duplicate_keys, orphans, schema_differences
from pipelines.lake.parts import Lake, LakeError, frame
from pipelines.lake.schema import COMMENTS, SHARES, TABLES, WIDGETS

DAY = date(2026, 3, 1)


def share(network: str, capture: str = "c1") -> dict[str, str]:
    return {"capture_id": capture, "site": "s", "network": network}


def test_writing_a_part_again_replaces_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for version, networks in (("v1", ["x", "facebook"]), ("v2", ["whatsapp"])):
        lake.write(SHARES, frame(SHARES, map(share, networks)), part="seg", day=DAY, made_by=version)
    assert lake.scan(SHARES).collect()["network"].to_list() == ["whatsapp"]
    assert lake.made_by(SHARES, part="seg", day=DAY) == "v2"
    assert lake.days(SHARES) == [DAY]


def test_parts_of_other_days_and_tables_stay(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(SHARES, frame(SHARES, [share("x")]), part="a", day=DAY, made_by="v")
    lake.write(SHARES, frame(SHARES, [share("x", "c2")]), part="a", day=date(2026, 3, 2), made_by="v")
    assert lake.scan(SHARES, DAY).collect().height == 1
    assert lake.scan(SHARES).collect().height == 2
    assert lake.scan(WIDGETS).collect().schema == WIDGETS.schema


def test_a_writer_that_dies_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("old")

    def die_half_way() -> None:
        with replacing(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        die_half_way()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_only_stale_temporary_files_are_swept(tmp_path: Path) -> None:
    stale, fresh = tmp_path / ".a.parquet.1.tmp", tmp_path / ".b.parquet.2.tmp"
    for path in (stale, fresh):
        path.touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(stale, (two_days_ago, two_days_ago))
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == [fresh]


def test_a_frame_that_does_not_fit_is_refused_by_name(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(LakeError, match="shares"):
        lake.write(SHARES, frame(SHARES, [share("x")]).drop("site"), part="p", day=DAY, made_by="v")
    with pytest.raises(LakeError, match="required column network"):
        lake.write(SHARES, frame(SHARES, [{"capture_id": "c", "site": "s"}]), part="p", day=DAY, made_by="v")
    with pytest.raises(LakeError, match="widgets"):
        frame(WIDGETS, [{"capture_id": "c", "ordinal": "first"}])
    assert lake.parts(SHARES) == []


def test_an_old_part_without_a_new_column_still_reads(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    path = lake.write(COMMENTS, frame(COMMENTS, []), part="p", day=DAY, made_by="v")
    row = dict.fromkeys(COMMENTS.schema) | {"comment_id": "1", "capture_id": "c", "site": "s", "article_id": "a"}
    frame(COMMENTS, [row]).drop("dislikes").write_parquet(path)
    assert lake.scan(COMMENTS).collect()["dislikes"].to_list() == [None]
    assert schema_differences(COMMENTS, lake) == []


def test_integrity_finds_what_is_wrong(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = [share("x"), share("x"), share("facebook", "lost")]
    path = lake.write(SHARES, frame(SHARES, rows), part="p", day=DAY, made_by="v")
    assert duplicate_keys(SHARES, lake, DAY) == 1
    assert orphans(SHARES, lake, DAY) == {"capture_id": 3}
    pl.DataFrame({"capture_id": [1], "site": ["s"], "network": ["x"]}).write_parquet(path)
    assert len(schema_differences(SHARES, lake)) == 1


def test_every_reference_of_the_dictionary_exists() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.schema)
        for column, target in table.references.items():
            name, _, key = target.partition(".")
            assert column in table.schema
            assert TABLES[name].schema[key] == table.schema[column]
