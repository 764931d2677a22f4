"""A WARC segment through the extraction into the lake: what is written, what is left out, and doing it again."""

import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import segments
from pipelines.crawl import importing
from pipelines.crawl.importing import import_file
from pipelines.crawl.segment import Fetched, Previous, SegmentWriter
from pipelines.errors import YanyanaError
from pipelines.lake import schema
from pipelines.lake.erasure import Erased, remember
from pipelines.lake.parts import Lake, part_of
from pipelines.lake.store import Place
from pipelines.progress import Progress
from pipelines.segments import SegmentCounts, extract_segment, extract_segments, in_order
from pipelines.settings import ROOT, Settings, SiteIndex
from tests import ccnews, marked_threads

DAY = date(2026, 3, 1)
SECRET = b"a secret that only tests know"
STORY = (
    '<html lang="en"><head><meta property="og:type" content="article"></head><body><article>'
    "<h1>Council opens a new bridge over the river</h1>{prose}</article>"
    '<ol class="comment-list"><li class="comment" id="comment-7"><b class="fn">Ann Onymous</b>'
    '<div class="comment-content"><p>At last, I say, at last.</p></div></li></ol></body></html>'
).format(prose="".join(f"<p>Paragraph {n} says what the council decided that day.</p>" for n in range(15)))
RESPONSES = [
    ("https://www.town.example/2026/council-opens-a-new-bridge-over-the-river", 200, "text/html; charset=utf-8", STORY),
    ("https://www.town.example/robots.txt", 200, "text/plain", "User-agent: *"),
    ("https://www.town.example/gone", 404, "text/html", "<h1>Gone</h1>"),
    ("https://www.town.example/nothing-at-all", 200, "text/html", "<html><body></body></html>"),
]


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    with SegmentWriter(tmp_path / "archive", DAY, {}) as writer:
        for url, status, content_type, body in RESPONSES:
            writer.write(
                Fetched(
                    url,
                    datetime(2026, 3, 1, 12, tzinfo=UTC),
                    status,
                    [(b"Content-Type", content_type.encode())],
                    body.encode(),
                    [],
                ),
                via=None,
                site="town.example",
                purpose="story",
            )
    return writer.finished[0]


def read(segment: Place, lake: Lake, *, secret: bytes | None = SECRET, workers: int = 1) -> SegmentCounts | None:
    return extract_segment(segment, day=DAY, lake=lake, sites=SiteIndex(()), secret=secret, workers=workers)


def test_every_response_of_our_own_crawl_is_a_capture_and_every_page_has_an_outcome(
    segment: Path, tmp_path: Path
) -> None:
    lake = Lake(tmp_path / "lake")
    counts = read(segment, lake)
    assert counts is not None
    assert counts.rows["captures"] == len(RESPONSES)
    assert counts.outcomes == {"article": 1, "empty": 1}
    assert counts.skips["HTTP status 404"] == 1
    assert counts.skips["not HTML"] == 1
    empty = lake.scan(schema.PAGES).collect().filter(outcome="empty").row(0, named=True)
    assert empty["url"].endswith("nothing-at-all")
    assert empty["reason"]
    assert set(lake.scan(schema.CAPTURES).collect()["site"]) == {"town.example"}


def test_a_revisit_is_read_again_under_its_own_capture(segment: Path, tmp_path: Path) -> None:
    lake, archive, url = Lake(tmp_path / "lake"), tmp_path / "archive", RESPONSES[0][0]
    read(segment, lake)
    first = lake.scan(schema.CAPTURES).filter(pl.col("url") == url).collect().row(0, named=True)
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    captured_at = first["captured_at"].replace(tzinfo=UTC)
    known = Previous(captured_at, first["segment"], first["offset"], first["payload_digest"])
    headers = [(b"ETag", b'"v1"'), (b"X-Robots-Tag", b"noarchive"), (b"X-Robots-Tag", b"otherbot: noindex")]
    with SegmentWriter(archive, at.date(), {}) as writer:
        answer = Fetched(url, at, 304, headers, b"", [])
        writer.write(answer, via=None, site="town.example", purpose="story", previous=known)
    sites = SiteIndex(())
    extract_segment(writer.finished[0], day=at.date(), lake=lake, sites=sites, secret=SECRET, workers=1)
    again = lake.scan(schema.CAPTURES, at.date()).collect().row(0, named=True)
    assert again["revisit_of"] == first["capture_id"]
    assert (again["status"], again["purpose"], again["captured_at"]) == (304, "story", at.replace(tzinfo=None))
    assert (again["body_hash"], again["payload_digest"]) == (first["body_hash"], first["payload_digest"])
    assert (again["etag"], again["robots_tag"]) == ('"v1"', "noarchive, otherbot: noindex")
    titles = lake.scan(schema.ARTICLES).select("capture_id", "title").collect()
    assert dict(titles.iter_rows()) == dict.fromkeys(
        [first["capture_id"], again["capture_id"]], "Council opens a new bridge over the river"
    )


def test_of_somebody_elses_file_only_pages_are_captures(segment: Path, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    [taken] = import_file(segment, tmp_path / "other", day=DAY)
    counts = read(taken.segment, lake)
    assert counts is not None
    assert counts.rows["captures"] == counts.rows["pages"] == 2
    assert counts.skips["HTTP status 404"] == 1


def test_what_was_read_is_not_read_again_until_something_it_depends_on_changes(
    segment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(tmp_path / "lake")
    assert read(segment, lake) is not None
    assert read(segment, lake) is None
    assert read(segment, lake, secret=b"another") is not None
    monkeypatch.setattr(segments, "EXTRACTOR_VERSION", "next")
    assert read(segment, lake, secret=b"another") is not None
    assert lake.scan(schema.PAGES).collect().height == 2


def test_without_a_secret_no_comment_is_stored_and_with_one_no_name(segment: Path, tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    counts = read(segment, lake, secret=None)
    assert counts is not None
    assert counts.rows["comments"] == 0
    assert lake.scan(schema.PAGES).collect()["n_comments"].sum() == 1
    read(segment, lake)
    comment = lake.scan(schema.COMMENTS).collect().row(0, named=True)
    assert comment["text"] == "At last, I say, at last."
    assert len(comment["author_key"]) == 64
    for table in schema.EXTRACTED:
        assert "Onymous" not in lake.scan(table).collect().write_json(), table.name


def test_workers_give_what_one_process_gives(segment: Path, tmp_path: Path) -> None:
    one, two = Lake(tmp_path / "one"), Lake(tmp_path / "two")
    read(segment, one)
    read(segment, two, workers=2)
    for table in schema.EXTRACTED:
        assert two.scan(table).collect().equals(one.scan(table).collect()), table.name


def test_results_come_in_the_order_of_their_jobs() -> None:
    assert list(in_order(abs, range(-500, 0), 2)) == list(range(500, 0, -1))


def kill_this_process(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_told_with_the_remedy() -> None:
    with pytest.raises(YanyanaError, match="YANYANA_WORKERS=1"):
        list(in_order(kill_this_process, range(3), 2))


def test_threads_are_read_by_workers_too_and_those_that_nothing_reads_are_counted(tmp_path: Path) -> None:
    """Without the site's table nothing says how its own comments are read."""
    threads = marked_threads.segment(tmp_path / "archive", DAY)
    here, there = Lake(tmp_path / "here"), Lake(tmp_path / "there")
    read(threads, here)
    counts = read(threads, there, workers=2)
    assert counts
    assert counts.skips["thread that nothing reads"] == 1
    assert counts.rows["thread_reads"] == len(list(marked_threads.threads())) - 1
    for table in (schema.COMMENTS, schema.THREAD_READS, schema.CAPTURES):
        assert here.scan(table).collect().equals(there.scan(table).collect())


def test_without_a_secret_threads_are_captures_and_nothing_else(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    counts = read(marked_threads.segment(tmp_path / "archive", DAY), lake, secret=None)
    assert counts
    assert counts.rows["captures"] == len(list(marked_threads.threads()))
    assert counts.rows["comments"] == counts.rows["thread_reads"] == counts.rows["observations"] == 0


def test_threads_in_a_file_that_was_compressed_as_a_whole_are_captures(tmp_path: Path) -> None:
    whole = tmp_path / "whole.warc.gz"
    whole.write_bytes(gzip.compress(gzip.decompress(marked_threads.segment(tmp_path / "one", DAY).read_bytes())))
    lake = Lake(tmp_path / "lake")
    [taken] = import_file(whole, tmp_path / "archive", day=DAY)
    counts = read(taken.segment, lake)
    assert counts
    assert counts.rows["captures"] == len(list(marked_threads.threads()))
    assert counts.rows["comments"] == 0


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Place, date]]:
    monkeypatch.setattr(importing, "SEGMENT_BYTES", 32_000)
    path = ccnews.write(tmp_path / "theirs.warc.gz", 60)
    return [(each.segment, each.day) for each in import_file(path, tmp_path / "archive", day=DAY)]


def rows(lake: Lake) -> dict[str, list[Any]]:
    return {table.name: lake.scan(table).sort(table.key).collect().rows() for table in schema.EXTRACTED}


@pytest.mark.parametrize("workers", [1, 2, 3], ids=["one process", "a segment each", "few segments"])
def test_segments_give_the_same_however_they_are_shared_out(
    theirs: list[tuple[Place, date]], tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(theirs) == 2
    monkeypatch.setattr(segments, "_BATCH", 60)  # so that few processes are started, not one for every eight pages
    settings = Settings(data=tmp_path / "data", author_secret=SECRET.decode(), workers=workers)
    progress, alone = Progress(), Lake(tmp_path / "alone")
    counts = list(extract_segments(theirs, settings, progress))
    assert [each.segment for each in counts] == [path.name for path, _ in theirs]
    for path, _ in theirs:
        read(path, alone)
    assert rows(Lake(settings.lake)) == rows(alone)
    pages = sum(sum(each.outcomes.values()) for each in counts)
    records = len([*ccnews.records(60)])
    assert progress.said(workers).startswith(f"{pages:,} pages of {records:,} records, ")
    assert progress.size == sum(path.stat().st_size for path, _ in theirs)
    assert list(extract_segments(theirs, settings, progress)) == [], "what is read is not read again"
    assert progress.size == 2 * sum(path.stat().st_size for path, _ in theirs), "but counts as done"


_IMPORT = """
import sys
from datetime import date
from pathlib import Path
from pipelines.crawl import importing
from pipelines.segments import extract_segments
from pipelines.settings import load
importing.SEGMENT_BYTES = 20_000
settings = load()
taken = importing.import_file(Path(sys.argv[1]), settings.archive, day=date(2026, 3, 1))
for counts in extract_segments(((each.segment, each.day) for each in taken), settings):
    print(counts.segment, flush=True)
"""


@pytest.mark.slow
def test_an_import_goes_on_after_a_kill_and_does_nothing_twice(tmp_path: Path) -> None:
    theirs = ccnews.write(tmp_path / "theirs.warc.gz", 200)
    environment = {**os.environ, "YANYANA_AUTHOR_SECRET": SECRET.decode(), "YANYANA_WORKERS": "2"}

    def started(data: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _IMPORT, str(theirs)],
            env={**environment, "YANYANA_DATA": str(data)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    undisturbed = started(tmp_path / "undisturbed")
    every = set(undisturbed.communicate(timeout=120)[0].split())
    killed = started(tmp_path / "killed")
    assert killed.stdout
    for _ in range(3):
        killed.stdout.readline()
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)
    lake = Lake(tmp_path / "killed" / "lake")
    finished = {path: path.stat().st_ino for path in lake.parts(schema.CAPTURES)}
    done = {f"{part_of(path)[0]}.warc.gz" for path in finished}
    assert 3 <= len(done) <= len(every) - 2, "killed in the middle"
    again = started(tmp_path / "killed")
    rest = set(again.communicate(timeout=120)[0].split())
    assert (done | rest, done & rest) == (every, set())
    assert {path: path.stat().st_ino for path in finished} == finished, "nothing finished is written again"
    assert rows(lake) == rows(Lake(tmp_path / "undisturbed" / "lake"))
    archived = sorted((tmp_path / "killed" / "archive" / "day=2026-03-01").glob("*.warc.gz"))
    assert b"".join(path.read_bytes() for path in archived) == theirs.read_bytes()


@pytest.mark.parametrize(
    "lacking", [("YANYANA_AUTHOR_SECRET", "another secret"), ("YANYANA_DATA", "elsewhere")], ids=["secret", "erased"]
)
def test_a_task_that_would_read_otherwise_than_the_driver_says_so_and_writes_nothing(
    theirs: list[tuple[Place, date]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: tuple[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YANYANA_DATA", str(tmp_path))
    monkeypatch.setenv("YANYANA_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("YANYANA_AUTHOR_SECRET", SECRET.decode())
    remember(Settings().erased, Erased(SECRET), ["0123abcd"])
    agreed, (path, day) = segments._fingerprint(Settings()), theirs[0]
    assert json.loads(segments._read_in_task((path.name, day), agreed))["counts"]["segment"] == path.name
    shutil.rmtree(Settings().data / "lake")
    monkeypatch.setenv(*lacking)
    answer = json.loads(segments._read_in_task((path.name, day), agreed))
    assert re.search(rf"{path.name}|would come back", answer["failure"])
    assert "YANYANA_" in answer["failure"]
    assert lacking[1] not in answer["failure"]
    assert not (tmp_path / "lake").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_two_may_read_one_segment_at_once(segment: Path, tmp_path: Path) -> None:
    together, alone = Lake(tmp_path / "together"), Lake(tmp_path / "alone")
    read(segment, alone)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: read(segment, together), range(6)))
    assert rows(together) == rows(alone)
    assert not list(together.root.rglob(".*"))
