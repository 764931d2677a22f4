"""Taking records out of a segment: what is gone, what stays where it was, and who can still read the file."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from warcio.archiveiterator import ArchiveIterator

from pipelines.crawl.archive import ArchiveError, Exchange, Skip, read_segment
from pipelines.crawl.removal import remove_records
from pipelines.crawl.segment import Fetched, SegmentWriter

URLS = [f"https://paper.example/story-{n}" for n in range(4)]


def write(archive: Path) -> Path:
    with SegmentWriter(archive, date(2026, 3, 1), {}) as writer:
        for n, url in enumerate(URLS):
            body = f"<html><p>secret-{n} {'words ' * n * 50}</p></html>".encode()
            answer = Fetched(
                url, datetime(2026, 3, 1, 12, tzinfo=UTC), 200, [(b"Content-Type", b"text/html")], body, []
            )
            writer.write(answer, via=f"https://paper.example/from-{n}", site="paper", purpose="story")
    return writer.finished[0]


def unpacked(segment: Path) -> bytes:
    raw = segment.read_bytes()
    return gzip.decompress(raw) if segment.suffix == ".gz" else raw


def exchanges(segment: Path) -> dict[str, Exchange]:
    return {found.url: found for found in read_segment(segment) if isinstance(found, Exchange)}


@pytest.fixture(params=["each record compressed", "uncompressed"])
def segment(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    packed = write(tmp_path)
    if request.param == "each record compressed":
        return packed
    plain = packed.with_suffix("")
    plain.write_bytes(unpacked(packed))
    packed.unlink()
    return plain


def test_nothing_of_a_removed_record_is_left_and_every_other_stays_where_it_was(segment: Path) -> None:
    before, size = exchanges(segment), segment.stat().st_size
    assert remove_records(segment, {before[URLS[1]].offset}, "erased") == 3  # the request, what was known, the response
    after = exchanges(segment)
    assert after == {url: found for url, found in before.items() if url != URLS[1]}
    assert segment.stat().st_size == size
    left = unpacked(segment)
    assert b"secret-1" not in left
    assert b"story-1" not in left
    assert b"from-1" not in left
    assert b"secret-2" in left


def test_a_removed_record_is_told_with_its_offset_and_reason(segment: Path) -> None:
    offset = exchanges(segment)[URLS[0]].offset
    remove_records(segment, {offset}, "kept long enough")
    skips = [found for found in read_segment(segment) if isinstance(found, Skip) and found.lost is not None]
    assert offset in {skip.lost for skip in skips}
    assert {skip.reason for skip in skips} == {"removed: kept long enough"}


def test_removing_again_changes_nothing(segment: Path) -> None:
    offset = exchanges(segment)[URLS[0]].offset
    remove_records(segment, {offset}, "erased")
    first = segment.read_bytes()
    assert remove_records(segment, {offset}, "erased") == 0
    assert segment.read_bytes() == first


def test_another_reader_reads_what_is_left(segment: Path) -> None:
    before = exchanges(segment)
    remove_records(segment, {before[url].offset for url in URLS[:3]}, "erased")
    with segment.open("rb") as file:
        read = [record.rec_headers.get_header("WARC-Target-URI") for record in ArchiveIterator(file)]
    assert len(read) == 1 + 3 * len(URLS)
    assert set(read) == {None, URLS[3]}


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 3)))
def test_any_records_can_go(tmp_path_factory: pytest.TempPathFactory, chosen: set[int]) -> None:
    segment = write(tmp_path_factory.mktemp("archive"))
    before = exchanges(segment)
    remove_records(segment, {before[URLS[n]].offset for n in chosen}, "erased")
    assert exchanges(segment) == {url: found for n, (url, found) in enumerate(before.items()) if n not in chosen}


def test_a_file_that_was_compressed_as_a_whole_is_refused_with_the_remedy(tmp_path: Path) -> None:
    segment = write(tmp_path)
    segment.write_bytes(gzip.compress(unpacked(segment)))
    whole = segment.read_bytes()
    with pytest.raises(ArchiveError, match="warcio recompress"):
        remove_records(segment, {exchanges(segment)[URLS[0]].offset}, "erased")
    assert segment.read_bytes() == whole
