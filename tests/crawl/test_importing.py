"""Other people's WARC files into the archive: cut at borders, untouched, once, and on from where a crash ended it."""

import gzip
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from pipelines.crawl import importing
from pipelines.crawl.archive import ArchiveError, Exchange, not_a_page, read_segment, segments
from pipelines.crawl.importing import import_file
from tests import ccnews

DAY = date(2026, 3, 1)
LATER = date(2026, 3, 9)


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(importing, "SEGMENT_BYTES", 20_000)
    return ccnews.write(tmp_path / "CC-NEWS-20250601100000-00001.warc.gz", 200)


def urls(paths: list[Path]) -> list[str | None]:
    return [each.url for path in paths for each in read_segment(path)]


def test_the_segments_of_a_file_are_the_file(theirs: Path, tmp_path: Path) -> None:
    taken = [each.segment for each in import_file(theirs, tmp_path / "archive", day=DAY)]
    assert len(taken) > 5
    assert b"".join(path.read_bytes() for path in taken) == theirs.read_bytes()
    assert taken == segments(tmp_path / "archive", DAY), "their names do not sort as they lie in the file"
    assert all(20_000 <= path.stat().st_size < 25_000 for path in taken[:-1])
    assert urls(taken) == urls([theirs])


def test_what_belongs_together_stays_together(theirs: Path, tmp_path: Path) -> None:
    for each in import_file(theirs, tmp_path / "archive", day=DAY):
        kinds = Counter(
            record.reason if not isinstance(record, Exchange) else "response" for record in read_segment(each.segment)
        )
        responses = kinds.total() - sum(kinds[f"{kind} record"] for kind in ("request", "metadata", "warcinfo"))
        assert kinds["request record"] == responses
        numbers = [int(record.url.rpartition("/")[2][:-5]) for record in read_segment(each.segment) if record.url]
        assert kinds["metadata record"] == sum(number % 5 == 0 for number in set(numbers))


def test_every_awkward_record_is_a_page_or_left_out_with_its_reason(theirs: Path) -> None:
    read = list(read_segment(theirs))
    reasons = Counter(each.reason if not isinstance(each, Exchange) else not_a_page(each) for each in read)
    assert reasons.keys() == {
        None,
        "warcinfo record",
        "request record",
        "metadata record",
        "cut short by its crawler",
        "not HTML",
        "empty body",
        "unreadable HTTP header",
    }
    assert reasons["request record"] == 200
    assert reasons["cut short by its crawler"] == 5
    pages = [each.body for each in read if isinstance(each, Exchange) and not not_a_page(each)]
    assert sum(b"<!DOCTYPE html>" in body for body in pages) == len(pages) - 5, "all but the pictures sent as pages"


@pytest.mark.parametrize("done", [0, 1, 4])
def test_an_import_that_died_goes_on_where_it_ended(theirs: Path, tmp_path: Path, done: int) -> None:
    archive = tmp_path / "archive"
    whole = [each.segment.name for each in import_file(theirs, tmp_path / "undisturbed", day=DAY)]
    before = [each.segment for each in islice(import_file(theirs, archive, day=DAY), done)]
    inodes = [path.stat().st_ino for path in before]
    again = list(import_file(theirs, archive, day=LATER))
    assert [each.segment.name for each in again] == whole
    assert [each.already for each in again] == [number < done for number in range(len(whole))]
    assert {each.day for each in again} == {DAY if done else LATER}, "a file lies in one day"
    assert [path.stat().st_ino for path in before] == inodes


def test_borders_may_be_drawn_otherwise_in_between(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(islice(import_file(theirs, tmp_path / "archive", day=DAY), 2))
    monkeypatch.setattr(importing, "SEGMENT_BYTES", 50_000)
    taken = [each.segment for each in import_file(theirs, tmp_path / "archive", day=DAY)]
    assert b"".join(path.read_bytes() for path in taken) == theirs.read_bytes()
    assert segments(tmp_path / "archive") == taken


def test_a_segment_that_is_gone_comes_back_and_no_other_is_touched(
    theirs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [each.segment for each in import_file(theirs, tmp_path / "archive", day=DAY)]
    inodes = {path: path.stat().st_ino for path in before if path != before[3]}
    before[3].unlink()
    monkeypatch.setattr(importing, "SEGMENT_BYTES", 50_000)
    again = list(import_file(theirs, tmp_path / "archive", day=LATER))
    assert [each.segment for each in again] == before
    assert [each.segment for each in again if not each.already] == [before[3]]
    assert {path: path.stat().st_ino for path in inodes} == inodes


def test_the_same_content_comes_in_once(theirs: Path, tmp_path: Path) -> None:
    theirs = theirs.rename(tmp_path / "Größe & co.warc.gz")
    first = list(import_file(theirs, tmp_path / "archive", day=DAY))
    assert first[0].segment.parent.name == "day=2026-03-01"
    assert first[0].segment.name.startswith("import-Gr-e-co-")
    again = list(import_file(theirs.rename(tmp_path / "other.warc.gz"), tmp_path / "archive", day=LATER))
    assert [(each.segment, each.day) for each in again] == [(each.segment, DAY) for each in first]
    assert all(each.already for each in again)
    assert not any(each.already for each in first)
    assert segments(tmp_path / "archive") == [each.segment for each in first]


def test_an_uncompressed_file_stays_so(theirs: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(theirs.read_bytes()))
    taken = [each.segment for each in import_file(plain, tmp_path / "archive", day=DAY)]
    assert len(taken) > 5
    assert {path.suffix for path in taken} == {".warc"}
    assert b"".join(path.read_bytes() for path in taken) == plain.read_bytes()
    assert urls(taken) == urls([plain])


@pytest.mark.parametrize("together", [2, 3, 10_000])
def test_several_records_in_one_gzip_member_are_not_torn_apart(theirs: Path, tmp_path: Path, together: int) -> None:
    records, path = iter(ccnews.records(200)), tmp_path / "packed.warc.gz"
    with path.open("wb") as file:
        while some := b"".join(islice(records, together)):
            file.write(gzip.compress(some))
    taken = [each.segment for each in import_file(path, tmp_path / "archive", day=DAY)]
    assert b"".join(each.read_bytes() for each in taken) == path.read_bytes()
    assert urls(taken) == urls([theirs])


@pytest.mark.parametrize("damage", ["cut", "broken"])
def test_a_damaged_file_comes_in_as_it_is(theirs: Path, tmp_path: Path, damage: str) -> None:
    data = bytearray(theirs.read_bytes())
    if damage == "cut":
        del data[-len(data) // 2 :]
    else:
        data[len(data) // 2 : len(data) // 2 + 50] = b"\xff" * 50
    theirs.write_bytes(data)
    taken = [each.segment for each in import_file(theirs, tmp_path / "archive", day=DAY)]
    assert b"".join(path.read_bytes() for path in taken) == data
    assert len(taken) > 2
    assert urls(taken) == urls([theirs])


def test_what_is_no_warc_file_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"<p>a page")
    with pytest.raises(ArchiveError, match=r"page\.html"):
        import_file(page, tmp_path / "archive", day=DAY)
    assert not (tmp_path / "archive").exists()
