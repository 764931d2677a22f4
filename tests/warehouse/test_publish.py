"""Publishing: the lake arrives whole and commented, failures change nothing, readers notice nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.lake.parts import Lake
from pipelines.lake.schema import CAPTURES, HEADLINES, PAGES, TABLES
from pipelines.warehouse.dictionary import PUBLISHED, qualified
from pipelines.warehouse.publish import Published, PublishError, publish
from tests.warehouse.conftest import SQL
from tests.warehouse.sample import START, sample_lake, write_sample

READER = """
import sys
from pathlib import Path
import duckdb

database, done = map(Path, sys.argv[1:])
reads = 0
print("ready", flush=True)
while not done.exists():
    with duckdb.connect(database, read_only=True) as con:
        for _ in range(3):
            [(captures, pages, stated)] = con.sql(
                "SELECT (SELECT count(*) FROM core.captures), (SELECT count(*) FROM core.pages), "
                "(SELECT rows FROM meta.tables WHERE name = 'core.captures')"
            ).fetchall()
            assert captures == stated and captures > pages > 0, (captures, pages, stated)
            reads += 1
print(reads)
"""


def _publish(lake: Lake, database: Path) -> Published:
    return publish(lake, database, sql=SQL, code_version="test")


def _ask(database: Path, query: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as con:
        return con.sql(query).fetchall()


def test_every_table_arrives_with_the_rows_of_the_lake(tmp_path: Path) -> None:
    lake, database = sample_lake(tmp_path / "lake"), tmp_path / "yanyana.duckdb"
    published = _publish(lake, database)
    assert published.bytes == database.stat().st_size
    for name, table in TABLES.items():
        expected = lake.scan(table).collect()
        if table is HEADLINES:
            expected = expected.unique("headline_id")
        with duckdb.connect(database, read_only=True) as con:
            found = con.sql(f"FROM {qualified(table)}").pl()
        assert found.schema == table.schema
        assert found.height == expected.height == published.rows[name] > 0
        if table is not HEADLINES:
            key = list(table.key)
            assert found.sort(key).equals(expected.sort(key))


def test_a_headline_stands_once_as_of_its_latest_day(tmp_path: Path) -> None:
    lake, database = sample_lake(tmp_path / "lake", days=3), tmp_path / "yanyana.duckdb"
    _publish(lake, database)
    days = _ask(database, "SELECT DISTINCT archive_day FROM core.headlines")
    assert days == [(START.date() + timedelta(days=2),)]
    assert _ask(database, "SELECT count(*) = count(DISTINCT headline_id) FROM core.headlines") == [(True,)]


def test_an_empty_lake_gives_an_empty_file_that_answers(tmp_path: Path) -> None:
    published = _publish(Lake(tmp_path / "none"), tmp_path / "yanyana.duckdb")
    assert set(published.rows.values()) == {0}
    views = _ask(tmp_path / "yanyana.duckdb", "SELECT name FROM meta.tables WHERE form = 'view' AND rows = 0")
    assert len(views) == len(list((SQL / "marts").glob("*.sql")))


def test_everything_carries_a_comment(database: Path) -> None:
    assert _ask(database, "SELECT \"table\", \"column\" FROM meta.columns WHERE coalesce(meaning, '') = ''") == []
    assert _ask(database, "SELECT name FROM meta.tables WHERE coalesce(meaning, '') = ''") == []
    # Measured against the catalogue, so that an omission in meta is noticed too.
    assert _ask(
        database,
        "SELECT count(*) = (SELECT count(*) FROM meta.columns) FROM duckdb_columns() WHERE NOT internal",
    ) == [(True,)]


def test_the_file_says_what_it_was_made_from(database: Path) -> None:
    [row] = _ask(
        database, "SELECT code_version, extractor_versions, model_versions, archive_days, parts FROM meta.publish"
    )
    assert row == ("test", ["7"], ["rules-1"], 1, len(TABLES))
    tables = dict(_ask(database, "SELECT name, rows FROM meta.tables WHERE form = 'table' AND rows IS NOT NULL"))
    assert tables.keys() == {qualified(table) for table in PUBLISHED.values()}


def test_any_duckdb_from_1_4_on_can_open_it(database: Path) -> None:
    [(tags,)] = _ask(database, "SELECT tags FROM duckdb_databases() WHERE NOT internal")
    assert tags["storage_version"].startswith("v1.4.0")


def test_the_guide_leads_from_the_layout_to_the_questions(database: Path) -> None:
    guide = _ask(database, "SELECT step, topic, query, sql FROM meta.guide ORDER BY step")
    assert [step for step, *_ in guide] == list(range(1, len(guide) + 1))
    assert sum(topic == "question" for _, topic, _, _ in guide) >= 10
    for _, _, _, sql in guide:
        if sql:
            _ask(database, sql)


def test_a_column_that_old_parts_lack_reads_as_null(tmp_path: Path) -> None:
    lake, database = sample_lake(tmp_path / "lake"), tmp_path / "yanyana.duckdb"
    (part,) = lake.parts(CAPTURES)
    old = pl.read_parquet(part)
    old.drop("via").with_columns(forgotten=pl.lit(1)).write_parquet(part.with_stem("older"))
    published = _publish(lake, database)
    assert published.rows["captures"] == 2 * old.height
    assert _ask(database, "SELECT count(*) FROM core.captures WHERE via IS NULL") == [(2 * old.height,)]
    assert "forgotten" not in [
        name for (name,) in _ask(database, "SELECT name FROM pragma_table_info('core.captures')")
    ]


def _damage_a_part(lake: Lake) -> str:
    (part,) = lake.parts(PAGES)
    part.write_bytes(b"PAR1 torn")
    return str(part)


def _store_words_for_numbers(lake: Lake) -> str:
    (part,) = lake.parts(PAGES)
    pl.read_parquet(part).with_columns(n_items=pl.lit("many")).write_parquet(part)
    return "table pages"


@pytest.mark.parametrize("spoil", [_damage_a_part, _store_words_for_numbers])
def test_a_failed_publish_names_the_culprit_and_leaves_the_old_file(
    tmp_path: Path, spoil: Callable[[Lake], str]
) -> None:
    lake, database = sample_lake(tmp_path / "lake"), tmp_path / "yanyana.duckdb"
    _publish(lake, database)
    before = database.read_bytes()
    culprit = spoil(lake)
    with pytest.raises(PublishError) as raised:
        _publish(lake, database)
    assert culprit in str(raised.value)
    assert database.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lake", "yanyana.duckdb"]


def test_a_wrong_sql_file_or_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "sql" / "schema").mkdir(parents=True)
    with pytest.raises(PublishError, match="sql/schema"):
        publish(Lake(tmp_path), tmp_path / "y.duckdb", sql=tmp_path / "sql", code_version="test")
    (tmp_path / "sql" / "schema" / "01-broken.sql").write_text("CREATE SCHEMATA core")
    with pytest.raises(PublishError, match=r"01-broken\.sql"):
        publish(Lake(tmp_path), tmp_path / "y.duckdb", sql=tmp_path / "sql", code_version="test")
    assert not (tmp_path / "y.duckdb").exists()


def test_a_reader_in_another_process_never_fails_while_publishes_run(tmp_path: Path) -> None:
    lake, database, done = Lake(tmp_path / "lake"), tmp_path / "yanyana.duckdb", tmp_path / "done"
    write_sample(lake, stories=6)
    _publish(lake, database)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(database), str(done)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "ready\n"
        for publication in range(20):
            write_sample(lake, stories=6 + publication % 3)
            _publish(lake, database)
        done.touch()
        reads, complaints = reader.communicate(timeout=30)
    assert complaints == ""
    assert int(reads) >= 20


def test_a_publish_that_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    lake, database = sample_lake(tmp_path / "lake"), tmp_path / "yanyana.duckdb"
    _publish(lake, database)
    before = _ask(database, "SELECT count(*) FROM core.exposures")
    publisher = (
        "import sys; from pathlib import Path; from pipelines.lake.parts import Lake\n"
        "from pipelines.warehouse.publish import publish\n"
        "while True: publish(Lake(Path(sys.argv[1])), Path(sys.argv[2]), sql=Path(sys.argv[3]), code_version='killed')"
    )
    for delay in (0.05, 0.15, 0.3):
        process = subprocess.Popen([sys.executable, "-c", publisher, str(lake.root), str(database), str(SQL)])
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob(".yanyana.duckdb.*")) and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert _ask(database, "SELECT count(*) FROM core.exposures") == before
    assert _publish(lake, database).rows["exposures"] == before[0][0]


def test_publishing_twice_gives_the_same_tables(tmp_path: Path) -> None:
    lake = sample_lake(tmp_path / "lake")
    first, second = tmp_path / "first.duckdb", tmp_path / "second.duckdb"
    assert _publish(lake, first).rows == _publish(lake, second).rows
    for table in PUBLISHED.values():
        ordered = f"FROM {qualified(table)} ORDER BY ALL"
        assert _ask(first, ordered) == _ask(second, ordered)


def test_parts_of_all_days_are_published(tmp_path: Path) -> None:
    lake, database = sample_lake(tmp_path / "lake"), tmp_path / "yanyana.duckdb"
    later = lake.scan(CAPTURES).collect().with_columns(pl.col("capture_id").str.reverse())
    lake.write(CAPTURES, later, part="later", day=date(2026, 3, 9), made_by="sample")
    assert _publish(lake, database).rows["captures"] == 2 * later.height
    assert _ask(database, "SELECT archive_days FROM meta.publish") == [(2,)]
