"""The capture log: what responses say of addresses, from the lake and from segments that were not read into it yet."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.crawl.importing import import_file
from pipelines.crawl.log import read_log
from pipelines.crawl.segment import Fetched, SegmentWriter
from pipelines.lake.ids import article_id
from pipelines.lake.parts import Lake
from pipelines.segments import extract_segment
from pipelines.settings import Site, SiteIndex

DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = "https://paper.test"
SITES = SiteIndex((Site.model_validate({"name": "paper", "language": "en", "start": [f"{HOME}/"]}),))
FRONT = b"""<!doctype html><title>Front</title><a href="/a-story-of-four-words">1</a><a href="/world/">2</a>
<a href="https://other.test/a-story-of-five-words">3</a><a href="/2031/07/">4</a>"""
FEED = b"""<rss><item><link>https://paper.test/a-story-of-four-words?utm_source=feed</link>
<pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate></item></rss>"""
TEASER = (
    '<li><a href="{url}"><img src="/i.jpg" alt="{headline}"></a><h3><a href="{url}" {more}>{headline}</a></h3></li>'
)
STORY = (
    '<!doctype html><html lang="en"><head><meta property="og:type" content="article"></head><body><article>'
    "<h1>Council opens a new bridge over the river</h1>"
    + "".join(f"<p>Paragraph {n} says what the council decided about the bridge that day.</p>" for n in range(15))
    + '</article><section class="related"><h2>Related stories</h2><ul>'
    + "".join(
        TEASER.format(url=f"/the-{n}-story-that-stands-beside", headline=f"The {n} story that stands beside", more="")
        for n in ("first", "second", "third", "fourth")
    )
    + "</ul></section></body></html>"
).encode()
RESPONSES = [
    ("/", "start", 200, FRONT, []),
    ("/feed", "feed", 200, FEED, []),
    ("/robots.txt", "robots", 200, b"User-agent: *", []),
    ("/old-story-of-four-words", "story", 301, b"", [(b"Location", b"/new-story-of-four-words")]),
    ("/out-story-of-four-words", "story", 301, b"", [(b"Location", b"https://other.test/elsewhere")]),
    ("/a-story-of-four-words", "story", 200, STORY, [(b"ETag", b'"v1"')]),
]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with SegmentWriter(tmp_path / "archive", DAY, {}) as writer:
        for n, (path, purpose, status, body, headers) in enumerate(RESPONSES):
            kind = b"text/xml" if purpose == "feed" else b"text/html; charset=utf-8"
            at = AT + timedelta(seconds=n)
            fetched = Fetched(HOME + path, at, status, [(b"Content-Type", kind), *headers], body, [])
            writer.write(fetched, via=None, site="paper", purpose=purpose)
    return tmp_path / "archive"


def found(log: pl.DataFrame) -> set[tuple[str, str, str]]:
    return {(row["url"].removeprefix(HOME), row["purpose"], row["found_in"]) for row in log.iter_rows(named=True)}


LISTED = {
    ("/a-story-of-four-words", "story", "start"),
    ("/world/", "section", "start"),
    ("/new-story-of-four-words", "story", "redirect"),
}


def test_what_a_segment_says_is_known_before_it_is_read_into_the_lake(archive: Path, tmp_path: Path) -> None:
    log = read_log(archive, Lake(tmp_path / "lake"), SITES.name)
    captures, discoveries = log.captures.collect(), log.discoveries.collect()
    assert [url.removeprefix(HOME) for url in captures["url"]] == [
        path for path, purpose, *_ in RESPONSES if purpose != "robots"
    ]
    assert captures["etag"].to_list()[-1] == '"v1"'
    assert captures["address_id"][0] == article_id(f"{HOME}/")
    assert found(discoveries) == LISTED
    story = discoveries.row(by_predicate=pl.col("url").str.ends_with("a-story-of-four-words"), named=True)
    assert story["published_at"] == datetime(2026, 3, 1, 9)  # noqa: DTZ001  (the feed dates what the front page names)
    assert story["found_on"] == f"{HOME}/"
    assert log.failures.collect().is_empty()


def test_the_lake_says_the_same_and_adds_where_teasers_lead(archive: Path, tmp_path: Path) -> None:
    lake, empty = Lake(tmp_path / "lake"), Lake(tmp_path / "empty")
    for segment in archive.rglob("*.warc.gz"):
        extract_segment(segment, day=DAY, lake=lake, sites=SITES, secret=b"x", workers=1)
    log, before = read_log(archive, lake, SITES.name), read_log(archive, empty, SITES.name)
    assert_frame_equal(log.captures.collect(), before.captures.collect())
    discoveries = log.discoveries.collect()
    teasers = {
        (f"/the-{n}-story-that-stands-beside", "story", "teaser") for n in ("first", "second", "third", "fourth")
    }
    assert found(discoveries) == LISTED | teasers
    listed = discoveries.filter(pl.col("found_in") != "teaser").sort("url")
    assert_frame_equal(listed, before.discoveries.collect().sort("url"))


def test_somebody_elses_file_is_no_part_of_the_log(archive: Path, tmp_path: Path) -> None:
    [theirs] = archive.rglob("*.warc.gz")
    [taken] = import_file(theirs, tmp_path / "mine", day=DAY)
    lake = Lake(tmp_path / "lake")
    assert read_log(tmp_path / "mine", lake, SITES.name).captures.collect().is_empty()
    extract_segment(taken.segment, day=DAY, lake=lake, sites=SITES, secret=b"x", workers=1)
    log = read_log(tmp_path / "mine", lake, SITES.name)
    assert log.captures.collect().is_empty()
    assert log.discoveries.collect().is_empty()
