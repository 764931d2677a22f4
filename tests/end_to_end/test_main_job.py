"""The main job over the demo newsroom: what it publishes, whether its answer is the planted one, and doing it again."""

import json
import shutil
import signal
import time
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines import newsroom
from pipelines.lake.parts import Lake
from pipelines.lake.schema import CRAWL_FAILURES, CRAWL_REPORTS, TABLES
from pipelines.settings import ROOT, read_sites
from pipelines.warehouse.query import named_queries, run
from tests.end_to_end.workplace import Workplace, workplace


def rows(place: Workplace) -> dict[str, pl.DataFrame]:
    """Every table of the lake, in an order that does not depend on the run."""
    lake = Lake(place.data / "lake")
    return {name: lake.scan(table).collect().sort(table.key) for name, table in TABLES.items()}


def contrast(place: Workplace, site: str) -> dict[str, float]:
    found = run(
        place.data / "yanyana.duckdb",
        f"FROM marts.contrasts WHERE site = '{site}' AND kind = 'related' AND outcome = 'clickbait'",
        sql=ROOT / "sql",
    )
    return found.row(0, named=True)


def test_the_planted_effect_is_found_where_it_was_planted_and_only_there(finished: Workplace) -> None:
    portal, gazette = contrast(finished, "demo-portal"), contrast(finished, "demo-gazette")
    assert portal["difference_low"] > 0
    assert gazette["difference_low"] < 0 < gazette["difference_high"]


def test_every_named_query_answers_over_the_demo(finished: Workplace) -> None:
    queries = named_queries(ROOT / "sql")
    assert len(queries) >= 8
    for name in queries:
        answer = run(finished.data / "yanyana.duckdb", name, sql=ROOT / "sql")
        may_be_empty = name in {"parse-failures", "own-analytics", "repeated-comments", "comment-removals"}
        assert answer.height or may_be_empty, name


def test_the_published_file_says_what_everything_is(finished: Workplace) -> None:
    with duckdb.connect(finished.data / "yanyana.duckdb", read_only=True) as con:
        uncommented = con.sql("""
            SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE comment IS NULL AND NOT internal
            UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE comment IS NULL AND NOT internal
            UNION ALL SELECT schema_name || '.' || table_name || '.' || column_name
            FROM duckdb_columns() WHERE comment IS NULL AND NOT internal
        """).fetchall()
    assert uncommented == []


def test_no_site_of_the_demo_is_left_out(finished: Workplace) -> None:
    tables = rows(finished)
    enabled = {site.name for site in read_sites(ROOT / "data" / "sites.toml").enabled}
    assert set(tables["articles"]["site"]) == enabled
    assert set(tables["crawl_reports"]["site"]) == enabled
    stories = tables["articles"].group_by("site").agg(pl.col("article_id").n_unique())
    assert min(stories["article_id"].to_list()) >= 30


def test_extract_prints_the_pages_of_the_archive_in_order(finished: Workplace) -> None:
    segments = sorted((finished.data / "archive").rglob("*.warc.gz"))
    records = [json.loads(line) for line in finished.yanyana("extract", *map(str, segments)).splitlines()]
    pages = rows(finished)["pages"]
    assert len(records) == pages.height
    captures = rows(finished)["captures"].join(pages.select("capture_id"), on="capture_id")
    order = captures.sort("segment", "offset")["url"].to_list()
    assert [record["url"] for record in records] == order


def test_names_of_commenters_reach_nothing_but_the_archive(finished: Workplace) -> None:
    tables = rows(finished)
    keys = set(tables["comments"]["author_key"].drop_nulls())
    assert keys
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)
    names = {comment.author for article in newsroom.truth() for comment in article.story.comments}
    assert len(names) >= 20
    # Tables are compressed, so their values are searched; everything else a run leaves, byte by byte.
    left = {name: table.write_json() for name, table in tables.items()}
    for path in finished.data.rglob("*"):
        if path.is_file() and "archive" not in path.parts and path.suffix != ".parquet":
            left[str(path)] = path.read_bytes().decode("utf-8", "replace")
    for where, text in left.items():
        assert not [name for name in names if name in text], where


def test_comments_behind_an_interface_are_those_that_were_planted(finished: Workplace) -> None:
    stories = {
        f"nc{article.story.id}": article.story for article in newsroom.truth() if article.site == "demo-broadsheet"
    }
    tables = rows(finished)
    reads = tables["thread_reads"].filter(site="demo-broadsheet")
    asked, pages = (reads.filter(pl.col(name).is_not_null()) for name in ("claimed_by_platform", "claimed_by_page"))
    counts = {thread: (len(story.comments), len(story.comments), True) for thread, story in stories.items()}
    columns = ("claimed_by_platform", "enumerated", "complete")
    assert {row["thread_id"]: tuple(row[name] for name in columns) for row in asked.to_dicts()} == counts
    claimed = {thread: story.claimed_comments for thread, story in stories.items()}
    assert dict(pages.select("thread_id", "claimed_by_page").iter_rows()) == claimed
    assert claimed != {thread: counts[thread][1] for thread in counts}
    read = tables["comments"].join(asked.select("read_id", "thread_id"), on="read_id")
    planted = sorted((thread, comment.text) for thread, story in stories.items() for comment in story.comments)
    assert sorted(read.select("thread_id", "text").rows()) == planted


def test_running_again_takes_nothing_twice(finished: Workplace, tmp_path: Path) -> None:
    again = Workplace(tmp_path)
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    before = rows(again)
    again.yanyana("run")
    after = rows(again)
    stories = pl.col("outcome") == "article"
    assert after["pages"].filter(stories).equals(before["pages"].filter(stories))
    assert after["comments"].equals(before["comments"])
    runs = {name: table["crawl_reports"]["run_id"].n_unique() for name, table in (("before", before), ("after", after))}
    assert runs["after"] == runs["before"] + 1


def test_a_mistake_in_the_sites_file_is_said_without_a_traceback(tmp_path: Path) -> None:
    place = workplace(tmp_path)
    path = tmp_path / "sites.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('language = "tr"', 'langage = "tr"', 1), encoding="utf-8")
    said = place.yanyana("run", fails=True)
    assert "site.1.langage" in said
    assert "Traceback" not in said


def test_a_broken_table_stops_the_run_and_what_is_published_stays(finished: Workplace, tmp_path: Path) -> None:
    place = Workplace(tmp_path)
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    published = (place.data / "yanyana.duckdb").stat().st_mtime_ns
    part = next(part for part in Lake(place.data / "lake").parts(TABLES["items"]))
    made_by = pl.read_parquet_metadata(part)
    items = pl.read_parquet(part)
    pl.concat([items, items.head(3)]).write_parquet(part, metadata=made_by)
    said = place.yanyana("reparse", fails=True)
    assert "items: 3 values of (item_id) stand on several rows" in said
    assert "Traceback" not in said
    assert (place.data / "yanyana.duckdb").stat().st_mtime_ns == published


# A file that says how far a run has come: while it reads, classifies, joins, measures, and builds what it publishes.
STAGES = [
    "lake/articles/**/*.parquet",
    "lake/headlines/**/*.parquet",
    "lake/exposures/**/*.parquet",
    "lake/cooccurrence/*.parquet",
    ".yanyana.duckdb.*.tmp",
]


def kill_at(place: Workplace, stage: str, *arguments: str) -> None:
    """Start a command and kill it as soon as a file of the stage is there."""
    victim = place.start(*arguments)
    give_up = time.monotonic() + 60
    while not any(place.data.glob(stage)):
        assert victim.poll() is None, f"ended before {stage}: {victim.communicate()}"
        assert time.monotonic() < give_up, stage
        time.sleep(0.005)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()


@pytest.mark.slow
def test_runs_killed_at_every_stage_and_repeated_give_what_an_undisturbed_one_gives(
    finished: Workplace, tmp_path: Path
) -> None:
    """The same archive, read with a SIGKILL at each stage and then to the end: the same tables, row for row."""
    place = Workplace(tmp_path)
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("lake", "dagster"))
    (place.data / "yanyana.duckdb").unlink()
    for stage in STAGES:
        kill_at(place, stage, "reparse")
    assert not (place.data / "yanyana.duckdb").exists()
    place.yanyana("reparse")
    want, got = rows(finished), rows(place)
    for name in want.keys() - {CRAWL_REPORTS.name, CRAWL_FAILURES.name}:  # what no archive holds
        # Means are summed by several threads in any order: last bits differ, and more of them where a bound is near 0.
        assert_frame_equal(got[name], want[name], rel_tol=1e-9, abs_tol=1e-12)
    with duckdb.connect(place.data / "yanyana.duckdb", read_only=True) as con:
        [(published,)] = con.sql("SELECT count(*) FROM core.items").fetchall()
    assert published == want["items"].height


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_a_crawl_killed_on_the_way_is_completed_by_the_next(
    finished: Workplace, tmp_path: Path, seconds: float
) -> None:
    """What a killed crawl archived is kept, and the next one asks for the rest alone."""
    place = Workplace(tmp_path)
    shutil.copy(finished.folder / "sites.toml", tmp_path)
    victim = place.start("run")
    while not any(place.data.glob("archive/day=*/*.open")):
        assert victim.poll() is None
        time.sleep(0.005)
    time.sleep(seconds)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    place.yanyana("run")
    want, got = rows(finished)["articles"], rows(place)["articles"]
    assert got["article_id"].sort().equals(want["article_id"].sort())
