import gzip
import zlib
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl import archive
from pipelines.crawl.archive import (
    ArchiveError,
    Exchange,
    Skip,
    check_warc,
    days,
    decoded,
    is_warc,
    not_a_page,
    read_segment,
    segments,
)

DAY = date(2026, 3, 1)
PAGE = b"<!doctype html><title>A story</title><p>Text"


def http(body: bytes = PAGE, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1") + body


def record(block: bytes, kind: str = "response", url: str | None = "http://paper.test/a", *extra: str) -> bytes:
    """One WARC/1.0 record as other people's crawlers write it."""
    lines = ["WARC/1.0", f"WARC-Type: {kind}", "WARC-Record-ID: <urn:uuid:0b5c>", "WARC-Date: 2025-06-01T10:00:00Z"]
    lines += [f"WARC-Target-URI: {url}"] if url else []
    lines += [
        *(extra or ("Content-Type: application/http; msgtype=response",)),
        f"Content-Length: {len(block)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("utf-8") + block + b"\r\n\r\n"


def page(n: int) -> bytes:
    return record(http(PAGE + b" %d" % n, "Content-Type: text/html"), "response", f"http://paper.test/{n}")


def saved(folder: Path, *members: bytes, name: str = "theirs.warc.gz", compress: bool = True) -> Path:
    path = folder / name
    path.write_bytes(b"".join(map(gzip.compress, members) if compress else members))
    return path


def exchange(
    body: bytes = PAGE, *, status: int = 200, content_type: str | None = "text/html", cut: str | None = None
) -> Exchange:
    headers = (("Content-Type", content_type),) if content_type else ()
    return Exchange("http://paper.test/a", datetime(2025, 6, 1, tzinfo=UTC), status, headers, body, "", 0, cut=cut)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (exchange(), None),
        (exchange(content_type="TEXT/HTML; charset=windows-1254"), None),
        (exchange(content_type="application/xhtml+xml"), None),
        (exchange(content_type=None), None),
        (exchange(b"\xef\xbb\xbf <!-- a --> <HTML>", content_type=None), None),
        (exchange(b'{"html": 1}', content_type=None), "not HTML"),
        (exchange(content_type="application/json"), "not HTML"),
        (exchange(b" \n"), "empty body"),
        (exchange(status=404), "HTTP status 404"),
        (exchange(status=206), "HTTP status 206"),
        (exchange(cut="length"), "cut short by its crawler"),
    ],
)
def test_what_is_a_page(response: Exchange, reason: str | None) -> None:
    assert not_a_page(response) == reason


def test_every_record_is_an_exchange_or_a_skip_with_its_reason(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        record(b"software: theirs\r\n", "warcinfo", None, "Content-Type: application/warc-fields"),
        record(b"GET / HTTP/1.1\r\n\r\n", "request"),
        page(1),
        record(http(PAGE, "Content-Type: text/html; charset=\xe9"), "response", "<http://paper.test/brackets>"),
        record(http(PAGE), "response", "http://paper.test/untyped", "X-None: 1"),
        record(http(PAGE.replace(b"\r\n", b"\n")).replace(b"\r\n\r\n<", b"\n\n<"), "response", "http://paper.test/lf"),
        record(b"20250601 10.0.0.1", "response", "dns:paper.test", "Content-Type: text/dns"),
        record(b"<p>no HTTP here", "response", "http://paper.test/bare"),
        record(b"", "response", "http://paper.test/nothing"),
        record(http(PAGE, "X-Long: " + "a" * 100_000), "response", "http://paper.test/long"),
        record(http(b""), "revisit"),
        record(PAGE, "resource"),
        record(b"plain text", "conversion"),
        page(2),
    )
    read = list(read_segment(path))
    assert [each.url for each in read if isinstance(each, Exchange)] == [
        "http://paper.test/1",
        "http://paper.test/brackets",
        "http://paper.test/untyped",
        "http://paper.test/lf",
        "http://paper.test/2",
    ]
    assert Counter(each.reason for each in read if isinstance(each, Skip)) == {
        "warcinfo record": 1,
        "request record": 1,
        "not HTTP": 1,
        "unreadable HTTP header": 3,
        "revisit record": 1,
        "resource record": 1,
        "conversion record": 1,
    }
    assert all(not_a_page(each) is None for each in read if isinstance(each, Exchange))


def test_an_exchange_says_when_where_and_what(tmp_path: Path) -> None:
    [read] = read_segment(saved(tmp_path, page(1)))
    assert isinstance(read, Exchange)
    assert read.captured_at == datetime(2025, 6, 1, 10, tzinfo=UTC)
    assert read.body == PAGE + b" 1"
    assert read.content_type == read.header("content-TYPE") == "text/html"
    assert read.header("X-None") is None
    assert (read.via, read.site) == (None, None)


def test_a_record_without_a_date_is_left_out(tmp_path: Path) -> None:
    undated = page(1).replace(b"2025-06-01T10:00:00Z", b"last summer")
    assert list(read_segment(saved(tmp_path, undated))) == [Skip("no date", "http://paper.test/1")]


@pytest.mark.parametrize("where", ["../../etc/passwd", "*", "nothing", ""])
def test_a_file_of_others_cannot_point_outside_the_archive(tmp_path: Path, where: str) -> None:
    there = "WARC-Concurrent-To: <urn:uuid:0b5c>"
    fields = f"refers-to-segment: {where}\r\nrefers-to-offset: 0\r\n".encode()
    known = record(fields, "metadata", "http://paper.test/a", there, "Content-Type: application/warc-fields")
    (tmp_path / "day=2026-03-01").mkdir()
    path = saved(tmp_path / "day=2026-03-01", page(1), known, record(http(b""), "revisit"))
    [_, _, revisit] = read_segment(path)
    assert isinstance(revisit, Skip)
    assert revisit.reason == "revisit of a body that the archive does not hold"


def test_a_page_that_its_crawler_cut_is_told_apart(tmp_path: Path) -> None:
    cut = record(http(PAGE, "Content-Type: text/html"), "response", "http://paper.test/a", "WARC-Truncated: length")
    [read] = read_segment(saved(tmp_path, cut))
    assert isinstance(read, Exchange)
    assert not_a_page(read) == "cut short by its crawler"


@pytest.mark.parametrize("layout", ["member a record", "one member", "uncompressed"])
def test_offsets_differ_in_every_layout(tmp_path: Path, layout: str) -> None:
    pages = [page(n) for n in range(20)]
    path = {
        "member a record": lambda: saved(tmp_path, *pages),
        "one member": lambda: saved(tmp_path, b"".join(pages)),
        "uncompressed": lambda: saved(tmp_path, *pages, name="theirs.warc", compress=False),
    }[layout]()
    read = [each for each in read_segment(path) if isinstance(each, Exchange)]
    assert [each.url for each in read] == [f"http://paper.test/{n}" for n in range(20)]
    offsets = [each.offset for each in read]
    assert offsets == sorted(set(offsets))


@pytest.mark.parametrize("compress", [True, False])
def test_a_file_cut_anywhere_keeps_what_is_whole(tmp_path: Path, compress: bool) -> None:
    path = saved(tmp_path, *(page(n) for n in range(4)), compress=compress)
    data = path.read_bytes()
    ends = [each.offset for each in read_segment(path) if isinstance(each, Exchange)][1:]
    for cut in range(ends[0], len(data) - 30, 7):
        path.write_bytes(data[:cut])
        read = list(read_segment(path))
        whole = sum(cut >= end for end in ends)
        urls = [each.url for each in read if isinstance(each, Exchange)]
        assert urls[:whole] == [f"http://paper.test/{n}" for n in range(whole)]
        assert len(urls) <= whole + 1
        assert {each.reason for each in read if isinstance(each, Skip)} <= {"truncated file", "damaged file"}
    path.write_bytes(data[: len(data) - 60])
    assert [each.reason for each in read_segment(path) if isinstance(each, Skip)] == ["truncated file"]


def test_a_file_broken_in_the_middle_keeps_what_came_before(tmp_path: Path) -> None:
    broken = bytearray(gzip.compress(page(2)))
    broken[40:60] = b"\xff" * 20
    path = tmp_path / "theirs.warc.gz"
    path.write_bytes(gzip.compress(page(1)) + broken + gzip.compress(page(3)))
    read = list(read_segment(path))
    assert isinstance(read[0], Exchange)
    assert read[0].url == "http://paper.test/1"
    assert read[-1] == Skip("damaged file")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><p>a saved page", b"\x1f\x8bnot gzip", gzip.compress(b"text"), gzip.compress(b"")],
    ids=["empty", "a page", "no gzip", "gzipped text", "gzipped nothing"],
)
def test_what_is_no_warc_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "page.warc.gz"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=str(path)):
        list(read_segment(path))
    with pytest.raises(ArchiveError, match=str(path)):
        check_warc(path)


def test_a_warc_file_is_known_by_its_name_or_its_bytes(tmp_path: Path) -> None:
    assert is_warc(saved(tmp_path, page(1), name="renamed.bin"))
    assert is_warc(saved(tmp_path, page(1), name="plain", compress=False))
    assert is_warc(saved(tmp_path, b"", name="empty.warc"))
    for name, content in {"a.html": PAGE, "b.html": b"", "c.gz": gzip.compress(PAGE), "d.gz": b"\x1f\x8b\0"}.items():
        (tmp_path / name).write_bytes(content)
        assert not is_warc(tmp_path / name), name


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}


@given(body=st.binary(max_size=3000), coding=st.sampled_from(sorted(CODINGS)))
def test_an_encoded_body_is_decoded(body: bytes, coding: str) -> None:
    assert decoded(CODINGS[coding](body), (("content-encoding", coding),)) == body


def test_encodings_are_undone_in_reverse_and_transfer_first() -> None:
    coded = gzip.compress(brotli.compress(PAGE))
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(coded), coded)
    assert decoded(chunked, (("Content-Encoding", "br, gzip"), ("Transfer-Encoding", "chunked"))) == PAGE


def test_deflate_without_its_zlib_header_is_decoded() -> None:
    raw = zlib.compressobj(wbits=-15)
    assert decoded(raw.compress(PAGE) + raw.flush(), (("Content-Encoding", "deflate"),)) == PAGE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "chunked"])
def test_a_body_that_was_decoded_before_is_taken_as_it_is(coding: str) -> None:
    name = "Transfer-Encoding" if coding == "chunked" else "Content-Encoding"
    assert decoded(b"\xef\xbb\xbf\n" + PAGE, ((name, coding),)) == b"\xef\xbb\xbf\n" + PAGE


def test_a_damaged_body_is_left_out_with_its_coding(tmp_path: Path) -> None:
    block = http(b"\x1f\x8b\x08\0garbage" * 3, "Content-Type: text/html", "Content-Encoding: gzip")
    assert list(read_segment(saved(tmp_path, record(block)))) == [Skip("body is no valid gzip", "http://paper.test/a")]


def test_a_decompression_bomb_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BODY", 100_000)
    bomb = http(gzip.compress(bytes(10_000_000)), "Content-Encoding: gzip")
    large = http(bytes(200_000), "Content-Type: text/html")
    read = list(read_segment(saved(tmp_path, record(bomb), record(large), page(1))))
    assert [type(each) for each in read] == [Skip, Skip, Exchange]
    assert read[:2] == [Skip("body too large", "http://paper.test/a")] * 2


def test_segments_are_listed_by_day_and_name_and_hidden_files_are_not(tmp_path: Path) -> None:
    names = ["day=2026-03-02/b.warc.gz", "day=2026-03-01/z.warc", "day=2026-03-02/a.warc.gz"]
    for name in [*names, "day=2026-03-02/.c.warc.gz.open", "day=2026-03-02/notes.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in segments(tmp_path)] == [names[1], names[2], names[0]]
    assert segments(tmp_path, date(2026, 3, 1)) == [tmp_path / names[1]]
    assert segments(tmp_path, date(2026, 3, 3)) == []
    assert days(tmp_path) == [date(2026, 3, 1), date(2026, 3, 2)]
    assert days(tmp_path / "nowhere") == []


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "pages"), [("labelled", 50), ("news", 400), ("comments", 132)])
def test_real_files_are_read_whole(shared: Path, name: str, pages: int) -> None:
    read = list(read_segment(shared / "pages" / f"{name}.warc.gz"))
    assert len(read) == pages
    assert all(isinstance(each, Exchange) and not_a_page(each) is None for each in read)
