"""Which records leave the archive by age, and what stays of them."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipelines import segments
from pipelines.crawl.retention import remove_old
from pipelines.crawl.segment import Fetched, SegmentWriter
from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.segments import extract_segment
from pipelines.settings import KeepDays, SettingsError, SiteIndex, read_sites

DAY = date(2026, 3, 1)
PROSE = "".join(f"<p>Paragraph {n} says what the council decided that day.</p>" for n in range(15))
STORY = f'<html lang="en"><body><article><h1>Council opens a bridge</h1>{PROSE}</article></body></html>'
RESPONSES = (
    ("https://town.example/2026/council-opens-a-bridge", "story", "text/html", STORY),
    ("https://town.example/comments?post=1", "comments", "application/json", '[{"author_name": "Ann Onymous"}]'),
)


class Kept:
    def __init__(self, folder: Path, purposes: tuple[str, ...]) -> None:
        self.archive, self.lake = folder / "archive", Lake(folder / "lake")
        with SegmentWriter(self.archive, DAY, {}) as writer:
            for url, purpose, media_type, body in RESPONSES:
                if purpose in purposes:
                    headers = [(b"Content-Type", media_type.encode())]
                    answer = Fetched(url, datetime(2026, 3, 1, 12, tzinfo=UTC), 200, headers, body.encode(), [])
                    writer.write(answer, via=None, site="town", purpose=purpose)
        [self.segment] = writer.finished
        self.read()

    def read(self) -> None:
        extract_segment(self.segment, day=DAY, lake=self.lake, sites=SiteIndex(()), secret=b"secret", workers=1)

    def remove(self, today: date, pages: int | None = None) -> dict[str, int]:
        return dict(remove_old(self.archive, self.lake, today=today, comment_days=30, page_days=pages))

    def removed(self) -> list[str]:
        captures = self.lake.scan(schema.CAPTURES).filter(pl.col("archived") == "removed").collect()
        return captures["purpose"].to_list()


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path, ("story", "comments"))


def test_responses_of_comment_platforms_go_after_their_days_and_pages_stay(kept: Kept) -> None:
    assert not any(kept.remove(date(2026, 3, 31)).values())
    assert b"Ann Onymous" in gzip.decompress(kept.segment.read_bytes())
    assert kept.remove(date(2026, 4, 1)) == {"comments kept long enough": 1}
    left = gzip.decompress(kept.segment.read_bytes())
    assert b"Ann Onymous" not in left
    assert b"Council opens a bridge" in left
    assert kept.removed() == ["comments"]
    assert not any(kept.remove(date(2026, 4, 2)).values())


def test_pages_go_where_the_settings_say_so_and_what_was_read_of_them_stays(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = kept.lake.scan(schema.ARTICLES).collect()
    assert articles.height == 1
    assert kept.remove(date(2026, 3, 9), pages=7) == {"pages kept long enough": 1}
    assert b"Ann Onymous" in gzip.decompress(kept.segment.read_bytes())
    monkeypatch.setattr(segments, "EXTRACTOR_VERSION", "newer")
    kept.read()
    made_by = kept.lake.made_by(schema.CAPTURES, part=segments.part_name(kept.segment), day=DAY)
    assert made_by == segments.version(b"secret")
    assert kept.lake.scan(schema.ARTICLES).collect().equals(articles)
    assert kept.removed() == ["story"]


def test_a_segment_of_which_nothing_is_left_is_deleted_and_its_rows_stay(tmp_path: Path) -> None:
    kept = Kept(tmp_path, ("story",))
    kept.remove(date(2026, 3, 9), pages=7)
    assert not kept.segment.exists()
    assert kept.lake.scan(schema.ARTICLES).collect().height == 1


def test_comments_are_kept_thirty_days_and_pages_for_good_unless_the_settings_say_otherwise(tmp_path: Path) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text("")
    assert read_sites(sites).archive.keep_days == KeepDays(comments=30, pages=None)
    sites.write_text("[archive]\nkeep_days = { comments = 7, pages = 365 }")
    assert read_sites(sites).archive.keep_days == KeepDays(comments=7, pages=365)
    sites.write_text("[archive]\nkeep_days = { comments = 0 }")
    with pytest.raises(SettingsError, match="keep_days"):
        read_sites(sites)
