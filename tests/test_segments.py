"""A WARC segment through the extraction into the lake: what is written, what is left out, and doing it again."""

import gzip
import os
import signal
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines import segments
from pipelines.crawl.importing import import_file
from pipelines.crawl.segment import Fetched, Previous, SegmentWriter
from pipelines.errors import YanyanaError
from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.segments import SegmentCounts, extract_segment, in_order
from pipelines.settings import SiteIndex
from tests import marked_threads

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


def read(segment: Path, lake: Lake, *, secret: bytes | None = SECRET, workers: int = 1) -> SegmentCounts | None:
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
