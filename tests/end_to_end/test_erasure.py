"""Commenters over a real run: unnamed in everything that it leaves, and gone when they ask for it."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.assets.tables import today
from pipelines.crawl.importing import import_file
from pipelines.lake.parts import Lake
from pipelines.lake.schema import TABLES
from tests.end_to_end.workplace import Workplace, workplace
from tests.marked_pages import markers, segment, url

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace into which the marked pages were taken by the command line."""
    place = workplace(tmp_path_factory.mktemp("marked"))
    place.yanyana("import", str(segment(place.folder / "files", date(2026, 3, 1))))
    return place


def left_behind(place: Workplace) -> dict[str, str]:
    """What a run leaves but for the archive: compressed tables as JSON, everything else byte by byte."""
    lake = Lake(place.data / "lake")
    left = {name: lake.scan(table).collect().write_json() for name, table in TABLES.items()}
    for path in place.data.rglob("*"):
        if path.is_file() and "archive" not in path.parts and path.suffix != ".parquet":
            left[str(path.relative_to(place.data))] = path.read_bytes().decode("utf-8", "replace")
    return left


def holding(place: Workplace, *texts: str) -> set[str]:
    return {f"{text} in {where}" for where, held in left_behind(place).items() for text in texts if text in held}


def comments(place: Workplace) -> pl.DataFrame:
    lake = Lake(place.data / "lake")
    captures = lake.scan(TABLES["captures"]).select("capture_id", "url")
    return lake.scan(TABLES["comments"]).join(captures, on="capture_id").collect()


def test_no_field_of_an_author_is_left_in_any_file_of_a_run(imported: Workplace) -> None:
    assert {"yanyana.duckdb", "report/index.html"} <= left_behind(imported).keys()
    assert comments(imported).height == 15
    assert holding(imported, *markers()) == set()


def test_what_is_erased_stays_away_through_another_import_and_reading_everything_anew(
    imported: Workplace, tmp_path: Path
) -> None:
    place = Workplace(tmp_path)
    shutil.copytree(imported.folder, tmp_path, dirs_exist_ok=True)
    author, said = (
        comments(place).filter(pl.col("url") == url("own")).sort("comment_id").row(0, named=True),
        "says isso",
    )
    place.yanyana("erase", "--author", author["author_key"])
    assert "run history" in place.yanyana("erase", "--url", url("isso"), remarks=True)
    erased = (author["author_key"], author["comment_id"], author["text"], url("isso"), said)
    kept_by_dagster = {where for where in left_behind(place) if where.startswith("dagster/history")}
    assert {where for where in holding(place, *erased) if where.partition(" in ")[2] not in kept_by_dagster} == set()
    shutil.rmtree(place.data / "dagster" / "history")
    # Captured anew, everything stands in the archive again; then the lake is made from it without what it was before.
    list(import_file(segment(place.folder / "files", date(2026, 3, 2)), place.data / "archive", day=today()))
    shutil.rmtree(place.data / "lake")
    place.yanyana("reparse")
    assert holding(place, *erased) == set()
    # The pages that were captured anew show what was not erased.
    assert comments(place).filter(pl.col("url") == url("own")).height == 2
    assert comments(place).filter(pl.col("url") == url("microdata")).height == 6


def test_a_request_that_names_nothing_or_too_much_is_refused(imported: Workplace) -> None:
    assert "name one thing to erase" in imported.yanyana("erase", fails=True)
    both = ("--author", "0" * 64, "--comment", "0" * 32)
    assert "name one thing to erase" in imported.yanyana("erase", *both, fails=True)
    assert "no comment: give the 32 hex digits" in imported.yanyana("erase", "--comment", "Ann", fails=True)
