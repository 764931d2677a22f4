"""Erasing over a small site of its own: read, erase, captured anew, read anew, and searched for what was erased."""

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines import segments
from pipelines.crawl.retention import remove_erased
from pipelines.crawl.segment import Fetched, SegmentWriter, deliver
from pipelines.erasing import Erasure, Store, erase_author, erase_comment, erase_story
from pipelines.lake import schema
from pipelines.lake.erasure import ErasureError, read_erased
from pipelines.lake.parts import Lake, scan_part
from pipelines.lake.store import Place
from pipelines.segments import extract_segment
from pipelines.settings import SiteIndex
from tests.object_storage import Storage

SECRET = b"a secret that only tests know"
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
BRIDGE, STORM = "https://town.example/2026/council-opens-a-bridge", "https://town.example/2026/storm-closes-the-port"


def page(title: str, *comments: tuple[int, str, str]) -> str:
    prose = "".join(f"<p>Paragraph {n} says what the council decided that day.</p>" for n in range(15))
    standing = "".join(
        f'<li class="comment" id="comment-{n}"><b class="fn">{who}</b>'
        f'<div class="comment-content"><p>{text}</p></div></li>'
        for n, who, text in comments
    )
    return (
        '<html lang="en"><head><meta property="og:type" content="article"></head><body><article>'
        f'<h1>{title}</h1>{prose}</article><ol class="comment-list">{standing}</ol></body></html>'
    )


PAGES = {
    BRIDGE: page("Council opens a bridge", (1, "Ann Onymous", "Marker one, at last."), (2, "Bob", "Too dear.")),
    STORM: page("Storm closes the port", (3, "Ann Onymous", "Marker three, stay safe."), (4, "Cem", "Windy.")),
}


class Site:
    """The small site's archive and lake, captured and read by day."""

    def __init__(self, folder: Path, root: Place | None = None) -> None:
        self.staging, root = folder / "archive", root or folder
        self.archive, self.lake = root / "archive", Lake(root / "lake")
        self.store = Store(self.archive, self.lake, folder / "erased", SECRET)

    def capture(self, day: date) -> None:
        with SegmentWriter(self.staging, day, {}) as writer:
            for url, html in PAGES.items():
                at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
                answer = Fetched(url, at, 200, [(b"Content-Type", b"text/html")], html.encode(), [])
                writer.write(answer, via=None, site="town", purpose="story")
        deliver(self.staging, self.archive)

    def read(self) -> None:
        for path in sorted(self.archive.rglob("*.warc.gz")):
            extract_segment(
                path,
                day=date.fromisoformat(path.parent.name.removeprefix("day=")),
                lake=self.lake,
                sites=SiteIndex(()),
                secret=SECRET,
                workers=1,
                erased=read_erased(self.store.list, SECRET),
            )

    def comments(self) -> pl.DataFrame:
        return self.lake.scan(schema.COMMENTS).collect()

    def texts(self) -> list[str]:
        return sorted(self.comments()["text"])

    def holds(self, marker: str) -> list[str]:
        """The files in which a text still stands, compressed ones opened."""
        segments_with = []
        for path in self.archive.rglob("*.warc.gz"):
            with path.open("rb") as file:
                if marker.encode() in gzip.decompress(file.read()):
                    segments_with.append(path.name)
        return segments_with + [
            table.name for table in schema.EXTRACTED if marker in self.lake.scan(table).collect().write_json()
        ]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path)
    site.capture(FIRST)
    site.read()
    return site


def read_by_a_newer_version(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "EXTRACTOR_VERSION", "newer")
    site.read()


def identifier(site: Site, text: str) -> tuple[str, str]:
    row = site.comments().filter(pl.col("text").str.contains(text, literal=True)).row(0, named=True)
    return row["comment_id"], row["author_key"]


def test_an_erased_comment_does_not_come_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    comment_id, _ = identifier(site, "Marker one")
    done = erase_comment(comment_id, site.store)
    assert (done.rows, done.records, done.days) == ({"comments": 1}, 1, [FIRST])
    left = ["Marker three, stay safe.", "Too dear.", "Windy."]
    assert site.texts() == left
    assert site.holds("Marker one") == []
    # Captured anew it still stands on the site: it reaches the archive with the page, and nothing else.
    site.capture(SECOND)
    site.read()
    assert site.texts() == sorted(left * 2)
    assert len(site.holds("Marker one")) == 1
    assert remove_erased(site.archive, site.lake).total() == 1
    assert site.holds("Marker one") == []
    # Read by a newer version, what was read of the removed records stays.
    read_by_a_newer_version(site, monkeypatch)
    assert site.texts() == sorted(left * 2)
    states = site.lake.scan(schema.CAPTURES).collect()["archived"].to_list()
    assert sorted(states, key=str) == [None, None, "removed", "removed"]


def test_an_erased_commenter_does_not_come_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _, author = identifier(site, "Marker one")
    done = erase_author(author, site.store)
    assert (done.rows["comments"], done.records) == (2, 2)
    site.capture(SECOND)
    site.read()
    remove_erased(site.archive, site.lake)
    read_by_a_newer_version(site, monkeypatch)
    assert site.texts() == ["Too dear.", "Too dear.", "Windy.", "Windy."]
    assert site.holds("Marker") == site.holds("Ann Onymous") == site.holds(author) == []


def test_an_erased_story_does_not_come_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    done = erase_story(f"{STORM}/?utm_source=mail", site.store)
    assert (done.rows["articles"], done.rows["comments"], done.records) == (1, 2, 1)
    site.capture(SECOND)
    site.read()
    remove_erased(site.archive, site.lake)
    read_by_a_newer_version(site, monkeypatch)
    assert site.holds("storm-closes") == site.holds("Storm closes") == site.holds("Windy") == []
    assert site.lake.scan(schema.ARTICLES).collect()["title"].to_list() == ["Council opens a bridge"] * 2


def test_what_is_erased_is_gone_from_object_storage_too(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(tmp_path, storage.bucket / "data")
    site.capture(FIRST)
    assert list(tmp_path.rglob("*.warc.gz")) == [], "nothing stays behind on this machine"
    site.read()
    read_by_a_newer_version(site, monkeypatch)  # so that there are replaced parts, which hold it too
    comment_id, _ = identifier(site, "Marker one")
    storage.goes_wrong("PUT", ".warc.gz", "fail")
    monkeypatch.setattr(segments, "EXTRACTOR_VERSION", "newer")
    assert erase_comment(comment_id, site.store).records == 1
    assert erase_story(STORM, site.store).records == 1
    assert site.texts() == ["Too dear."]
    assert site.holds("Marker") == site.holds("Windy") == []
    for path in site.lake.root.rglob("*.parquet"):
        written = scan_part(path).collect().write_json()
        assert "Marker" not in written, path
        assert "Windy" not in written, path
    read_by_a_newer_version(site, monkeypatch)
    assert site.texts() == ["Too dear."]


def test_erasing_again_changes_nothing_and_says_so(site: Site) -> None:
    comment_id, _ = identifier(site, "Marker one")
    erase_comment(comment_id, site.store)
    marks = site.store.list.read_bytes()
    done = erase_comment(comment_id, site.store)
    assert (done.rows, done.records) == ({}, 0)
    assert site.store.list.read_bytes() == marks


def test_nothing_is_erased_while_segments_are_unread(site: Site) -> None:
    site.capture(SECOND)
    comment_id, _ = identifier(site, "Marker one")
    with pytest.raises(ErasureError, match="yanyana reparse"):
        erase_comment(comment_id, site.store)
    assert not site.store.list.exists()


@pytest.mark.parametrize(
    ("erase", "what", "advice"),
    [
        (erase_comment, "comment-1", "32 hex digits that core.comments has"),
        (erase_author, "Ann Onymous", "64 hex digits that core.comments has"),
        (erase_story, "town.example", "begins with http"),
    ],
)
def test_what_cannot_be_told_is_refused(
    site: Site, erase: Callable[[str, Store], Erasure], what: str, advice: str
) -> None:
    with pytest.raises(ErasureError, match=advice):
        erase(what, site.store)
