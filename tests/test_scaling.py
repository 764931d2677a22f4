"""What docs/scaling.md says is what was measured, and the lakes that it was measured on are like real ones."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.lakes import Month, month_of, write
from benchmarks.scaling import line, write_page
from pipelines.lake import schema
from pipelines.lake.integrity import duplicate_keys, orphans, schema_differences
from pipelines.lake.parts import Lake
from pipelines.settings import ROOT

WRITTEN = (schema.CAPTURES, schema.PAGES, schema.ARTICLES, schema.BLOCKS, schema.ITEMS, schema.HEADLINES)
SMALL = Month(sites=3, days=2, stories=10, slots=4)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    made = Lake(tmp_path_factory.mktemp("generated") / "lake")
    write(SMALL, made)
    return made


def test_the_page_is_that_of_the_figures(tmp_path: Path) -> None:
    written = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    (tmp_path / "scaling.md").write_text(written, encoding="utf-8")
    write_page(tmp_path / "scaling.md")
    assert (tmp_path / "scaling.md").read_text(encoding="utf-8") == written, "run benchmarks/scaling.py"
    assert (tmp_path / "scaling.svg").read_text(encoding="utf-8").startswith("<svg")


@given(
    start=st.floats(0, 100), slope=st.floats(1e-6, 1), sizes=st.lists(st.integers(1, 10**6), min_size=2, unique=True)
)
def test_a_line_is_found_again(start: float, slope: float, sizes: list[int]) -> None:
    found = line([(size, start + slope * size) for size in sizes])
    for size in (*sizes, 10**7):
        assert found.at(size) == pytest.approx(start + slope * size, rel=1e-3, abs=1e-3)


def test_a_generated_lake_is_sound(lake: Lake) -> None:
    for table in WRITTEN:
        for day in lake.days(schema.CAPTURES):
            assert duplicate_keys(table, lake, day) == 0, table.name
            assert orphans(table, lake, day) == {}, table.name
            assert schema_differences(table, lake, day) == [], table.name
    assert lake.scan(schema.ITEMS).select(pl.len()).collect().item() == SMALL.items


def test_a_generated_list_names_no_story_twice_and_changes_between_captures(lake: Lake) -> None:
    related = lake.scan(schema.BLOCKS).filter(kind="related")
    items = lake.scan(schema.ITEMS).join(related, on="block_id", how="semi").collect()
    assert items.select("block_id", "target_id").is_unique().all()
    assert related.select(pl.col("content_hash").n_unique() == pl.len()).collect().item()
    popular = lake.scan(schema.BLOCKS).filter(kind="popular").collect()
    assert popular["content_hash"].n_unique() == SMALL.sites * SMALL.days


def test_a_month_has_about_as_many_exposures_as_asked_for() -> None:
    for exposures in (10**6, 10**7, 10**8):
        assert month_of(exposures).items == pytest.approx(exposures, rel=0.05)


def test_the_same_seed_writes_the_same_lake(lake: Lake, tmp_path: Path) -> None:
    again, other = Lake(tmp_path / "again"), Lake(tmp_path / "other")
    write(SMALL, again)
    write(Month(sites=3, days=2, stories=10, slots=4, seed=2), other)
    targets, same, changed = (
        each.scan(schema.ITEMS).sort("item_id").select("target_id").collect() for each in (lake, again, other)
    )
    assert targets.equals(same)
    assert not targets.equals(changed)
