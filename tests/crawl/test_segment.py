import gzip
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cdxj_indexer.main import CDXJIndexer
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from pipelines.crawl.archive import ArchiveError, Exchange, Skip, not_a_page, read_segment, segments
from pipelines.crawl.segment import Fetched, Previous, SegmentWriter, deliver, recover
from pipelines.lake.store import StorageError
from tests.object_storage import Storage

DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
HTML = (b"Content-Type", b"text/html; charset=utf-8")


def fetched(url: str = "http://paper.test/a", body: bytes = b"<p>hello", **changed: Any) -> Fetched:
    given_ = {"received_at": AT, "status": 200, "headers": [HTML], "request_headers": [(b"User-Agent", b"Yanyana")]}
    return Fetched(url=url, body=body, **{**given_, **changed})


def write(archive: Path, *fetched: Fetched, segment_bytes: int = 2**30) -> list[Path]:
    with SegmentWriter(archive, DAY, {"robots": "obey"}, segment_bytes=segment_bytes) as writer:
        for each in fetched:
            writer.write(each, via="http://paper.test/", site="paper", purpose="story")
    return writer.finished


def exchanges(path: Path) -> list[Exchange]:
    return [each for each in read_segment(path) if isinstance(each, Exchange)]


token = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=20)
visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    body=st.binary(max_size=5000),
    headers=st.lists(st.tuples(token.map(lambda name: "X-" + name), visible), max_size=6),
    status=st.integers(200, 599),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, headers: list[tuple[str, str]], status: int
) -> None:
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    [segment] = write(tmp_path_factory.mktemp("archive"), fetched(body=body, headers=sent, status=status))
    [read] = exchanges(segment)
    assert (read.url, read.captured_at, read.status, read.body) == ("http://paper.test/a", AT, status, body)
    assert (read.via, read.site, read.purpose) == ("http://paper.test/", "paper", "story")
    stripped = [(name, value.strip()) for name, value in headers]
    assert [(name, value.strip()) for name, value in read.headers][: len(headers)] == stripped


def test_warcio_and_fastwarc_verify_every_record(tmp_path: Path) -> None:
    [segment] = write(tmp_path, *(fetched(f"http://paper.test/{n}", b"<p>%d" % n) for n in range(5)))
    with segment.open("rb") as file:
        read = []
        for record in WarcioIterator(file, check_digests=True):
            body = record.content_stream().read()
            assert record.digest_checker
            assert record.digest_checker.passed is True
            read.append((record.rec_type, body))
    assert [kind for kind, _ in read] == ["warcinfo", *["request", "metadata", "response"] * 5]
    assert [body for kind, body in read if kind == "response"] == [b"<p>%d" % n for n in range(5)]
    with segment.open("rb") as file:
        records = 0
        for record in FastIterator(file, parse_http=False):
            assert record.verify_block_digest()
            records += 1
    assert records == 16


ETAG = (b"ETag", b'"v1"')
FIRST = fetched(headers=[HTML, ETAG, (b"X-Robots-Tag", b"noarchive")], body=b"<p>first")


def previous(read: Exchange, segment: Path) -> Previous:
    assert read.payload_digest
    name = segment.name.removesuffix(".warc.gz")
    return Previous(read.captured_at, name, read.offset, read.payload_digest, read.header("ETag"))


def later(status: int = 200, body: bytes = b"<p>first", **changed: Any) -> Fetched:
    return fetched(status=status, body=body, received_at=AT + timedelta(hours=6), **changed)


def revisited(archive: Path, answer: Fetched) -> tuple[Exchange, Path, Exchange | Skip, Path]:
    """A first answer and a later one, each in a segment of its own, as they are read."""
    [first] = write(archive, FIRST)
    [original] = exchanges(first)
    with SegmentWriter(archive, DAY + timedelta(days=1), {}) as writer:
        writer.write(answer, via=None, site="paper", purpose="story", previous=previous(original, first))
    [second] = writer.finished
    return original, first, list(read_segment(second))[-1], second


def test_not_modified_is_a_capture_of_the_old_body_under_new_headers(tmp_path: Path) -> None:
    sent = [(b"ETag", b'"v2"'), (b"Date", b"now"), (b"Content-Length", b"0")]
    original, first, read, _ = revisited(tmp_path, later(304, b"", headers=sent))
    assert isinstance(read, Exchange)
    assert (read.status, read.body, read.url) == (304, b"<p>first", original.url)
    assert read.captured_at == AT + timedelta(hours=6)
    assert read.revisits == (first.name.removesuffix(".warc.gz"), original.offset)
    assert read.payload_digest == original.payload_digest
    assert not_a_page(read) is None
    assert (read.header("ETag"), read.header("Date")) == ('"v2"', "now")
    assert (read.content_type, read.header("X-Robots-Tag")) == (original.content_type, "noarchive")
    assert read.header("Content-Length") is None


def test_the_same_body_again_is_stored_once_and_read_twice(tmp_path: Path) -> None:
    original, first, read, second = revisited(tmp_path, later(headers=[HTML, (b"X-Served-By", b"b")]))
    assert isinstance(read, Exchange)
    assert (read.status, read.body) == (200, b"<p>first")
    assert read.revisits == (first.name.removesuffix(".warc.gz"), original.offset)
    assert (read.header("X-Served-By"), read.header("ETag")) == ("b", None)
    assert b"<p>first" not in gzip.decompress(second.read_bytes())


@pytest.mark.parametrize("answer", [later(body=b"<p>second"), later(404), later(500, b"")])
def test_another_answer_is_kept_whole(tmp_path: Path, answer: Fetched) -> None:
    _, _, read, _ = revisited(tmp_path, answer)
    assert isinstance(read, Exchange)
    assert (read.status, read.body, read.revisits) == (answer.status, answer.body, None)


def test_not_modified_without_a_previous_capture_is_a_response_without_a_body(tmp_path: Path) -> None:
    [segment] = write(tmp_path, fetched(status=304, body=b""))
    [read] = exchanges(segment)
    assert (read.status, read.revisits) == (304, None)
    assert not_a_page(read) == "HTTP status 304"


def test_a_revisit_says_so_when_its_body_is_gone_or_another(tmp_path: Path) -> None:
    original, first, _, second = revisited(tmp_path, later(304, b""))

    def told() -> tuple[str, str | None] | None:
        last = list(read_segment(second))[-1]
        return (last.reason, last.url) if isinstance(last, Skip) else None

    gone = ("revisit of a body that the archive does not hold", original.url)
    assert told() is None
    first.write_bytes(gzip.compress(b"not a WARC record any more") * 20)
    assert told() == gone
    first.unlink()
    assert told() == gone
    [other] = write(tmp_path, fetched(body=b"<p>another page"))
    other.rename(first)
    assert told() == gone


@pytest.mark.parametrize("answer", [later(304, b""), later()])
def test_other_readers_follow_a_revisit_to_its_body(tmp_path: Path, answer: Fetched) -> None:
    original, first, _, second = revisited(tmp_path, answer)
    with second.open("rb") as file:
        [revisit] = [record for record in WarcioIterator(file, check_digests=True) if record.rec_type == "revisit"]
    header = revisit.rec_headers.get_header
    kind = "server-not-modified" if answer.status == 304 else "identical-payload-digest"
    assert header("WARC-Profile") == f"http://netpreserve.org/warc/1.1/revisit/{kind}"
    assert revisit.http_headers.get_statuscode() == str(answer.status)
    with first.open("rb") as file:
        [response] = [record for record in WarcioIterator(file) if record.rec_type == "response"]
    assert header("WARC-Refers-To-Target-URI") == response.rec_headers.get_header("WARC-Target-URI")
    assert header("WARC-Refers-To-Date") == response.rec_headers.get_header("WARC-Date")
    index = tmp_path / "index.cdxj"
    CDXJIndexer(str(index), [str(first), str(second)]).process_all()
    listed = [json.loads(line.split(" ", 2)[2]) for line in index.read_text().splitlines()]
    body, again = [each for each in listed if each["mime"] in ("text/html", "warc/revisit")]
    assert (body["mime"], again["mime"]) == ("text/html", "warc/revisit")
    assert body["digest"] == again["digest"]
    assert (body["filename"], int(body["offset"])) == (first.name, original.offset)
    assert again["filename"] == second.name
    with second.open("rb") as file:
        [record] = [record for record in FastIterator(file) if record.record_type == WarcRecordType.revisit]
        assert record.http_headers.status_code == answer.status


def test_each_record_can_be_read_at_its_offset_alone(tmp_path: Path) -> None:
    [segment] = write(tmp_path, *(fetched(f"http://paper.test/{n}", b"<p>%d" % n) for n in range(3)))
    data = segment.read_bytes()
    for exchange in exchanges(segment):
        record = next(iter(FastIterator(io.BytesIO(data[exchange.offset :]), parse_http=True)))
        assert record.record_id == exchange.record_id
        assert record.reader.read() == exchange.body


def test_the_warcinfo_says_who_crawled_and_how(tmp_path: Path) -> None:
    [segment] = write(tmp_path, fetched())
    first = gzip.decompress(segment.read_bytes()).split(b"WARC/1.1\r\n")[1]
    assert b"software: yanyana/" in first
    assert b"robots: obey" in first


def test_headers_are_true_of_the_decoded_body(tmp_path: Path) -> None:
    packed = gzip.compress(b"<p>decoded")
    sent = [HTML, (b"content-encoding", b"gzip"), (b"Content-Length", b"%d" % len(packed))]
    [segment] = write(tmp_path, fetched(body=packed, headers=sent).decoded())
    with segment.open("rb") as file:
        record = next(r for r in WarcioIterator(file) if r.rec_type == "response")
        assert record.content_stream().read() == b"<p>decoded"
        header = record.http_headers
    assert header.get_header("Content-Type") == HTML[1].decode()
    assert header.get_header("Content-Length") == "10"
    assert header.get_header("Content-Encoding") is None
    assert header.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert header.get_header("X-Archive-Orig-Content-Length") == str(len(packed))


def test_what_does_not_decode_stays_as_it_came() -> None:
    broken = fetched(body=b"\x1f\x8bnonsense", headers=[(b"Content-Encoding", b"gzip")])
    plain = fetched()
    assert broken.decoded() is broken
    assert plain.decoded() is plain


def test_a_segment_that_has_grown_is_followed_by_another(tmp_path: Path) -> None:
    noise = random.Random(3)
    written = write(tmp_path, *(fetched(body=noise.randbytes(4000)) for _ in range(6)), segment_bytes=9000)
    assert len(written) == 3
    assert written == segments(tmp_path, DAY)
    assert sum(len(exchanges(path)) for path in written) == 6


def test_nothing_is_written_when_nothing_came(tmp_path: Path) -> None:
    assert write(tmp_path) == []
    assert segments(tmp_path) == []


def test_an_unfinished_segment_is_not_listed(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, DAY, {}) as writer:
        writer.write(fetched(), via=None, site="paper", purpose="story")
        assert segments(tmp_path) == []
        assert recover(tmp_path) == [], "its writer lives"
    assert len(segments(tmp_path)) == 1


def test_a_full_disk_loses_nothing_and_says_what_to_do(tmp_path: Path) -> None:
    """The system's own limit on a file's size stands in for a full disk: the write breaks off in the middle."""
    script = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path.cwd())!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from tests.crawl.test_segment import *
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
noise = random.Random(5)
with SegmentWriter(Path({str(tmp_path)!r}), DAY, {{}}) as writer:
    for n in range(10):
        body = noise.randbytes(8000)
        writer.write(fetched(f"http://paper.test/{{n}}", body), via=None, site="paper", purpose="story")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "Make room" in done.stderr
    [segment] = segments(tmp_path)
    assert [exchange.url for exchange in exchanges(segment)] == [f"http://paper.test/{n}" for n in range(3)]
    gzip.decompress(segment.read_bytes())


def test_a_disk_without_room_for_a_segment_leaves_none(tmp_path: Path) -> None:
    script = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path.cwd())!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from tests.crawl.test_segment import *
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write(Path({str(tmp_path)!r}), fetched())
except ArchiveError:
    sys.exit(3)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (3, "")
    assert list((tmp_path / "day=2026-03-01").iterdir()) == []


@pytest.mark.parametrize("archive", ["a file", "/proc/of-the-system"])
def test_an_archive_that_cannot_be_written_is_named(tmp_path: Path, archive: str) -> None:
    (tmp_path / "a file").write_text("and no folder")
    with pytest.raises(ArchiveError, match=str(tmp_path / archive)):
        write(tmp_path / archive, fetched())


def test_a_segment_that_a_run_left_is_delivered_by_the_next(storage: Storage, tmp_path: Path) -> None:
    archive = storage.bucket / "archive"
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(Path.cwd())!r})
from tests.crawl.test_segment import *
with SegmentWriter(Path({str(tmp_path)!r}), DAY, {{}}) as writer:
    writer.write(fetched(), via=None, site="paper", purpose="story")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=120).returncode == -signal.SIGKILL
    deliver(tmp_path, archive)
    assert segments(archive) == [], "an open segment is no finished one"
    [left] = recover(tmp_path)
    written = left.read_bytes()
    storage.goes_wrong("PUT", "archive", "deny")
    with pytest.raises(StorageError, match="access is denied"):
        deliver(tmp_path, archive)
    assert left.exists(), "what cannot be delivered stays"
    deliver(tmp_path, archive)
    [there] = segments(archive)
    assert (list(tmp_path.rglob("*.warc.gz")), [e.url for e in read_segment(there) if isinstance(e, Exchange)]) == (
        [],
        ["http://paper.test/a"],
    )
    # A run that was killed right after it had put the segment, from which records were removed since.
    left.write_bytes(written + b"removed since")
    deliver(tmp_path, archive)
    with there.open("rb") as file:
        assert file.read() == written
    assert not left.exists()


def test_a_recovery_that_cannot_be_written_says_so_and_loses_nothing(tmp_path: Path) -> None:
    """A folder of that name can no more be opened than a file on a disk that is mounted read-only."""
    (tmp_path / "day=2026-03-01" / ".20260301T120000000Z-aa.warc.gz.open").mkdir(parents=True)
    with pytest.raises(ArchiveError, match=r"cannot be written .* stays"):
        recover(tmp_path)


def test_a_segment_that_has_been_open_for_long_is_followed_by_another(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, DAY, {}, segment_seconds=0.0) as writer:
        for n in range(3):
            writer.write(fetched(f"http://paper.test/{n}"), via=None, site="paper", purpose="story")
            assert segments(tmp_path) == writer.finished, "finished when it is too old, not when the next comes"
    assert [len(exchanges(path)) for path in segments(tmp_path)] == [1, 1, 1]


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[int], list[int]]:
    """The bytes of a segment, where its records end, and where its responses do."""
    noise = random.Random(11)
    pages = [fetched(f"http://paper.test/{n}", noise.randbytes(100)) for n in range(2)]
    [segment] = write(tmp_path_factory.mktemp("whole"), *pages)
    data = segment.read_bytes()
    with segment.open("rb") as file:
        records = [(record.stream_pos, record.record_type) for record in FastIterator(file)]
    ends = [*(offset for offset, _ in records[1:]), len(data)]
    answers = [end for end, (_, kind) in zip(ends, records, strict=True) if kind == WarcRecordType.response]
    return data, ends, answers


def recovered(archive: Path, unfinished: tuple[bytes, list[int], list[int]], cut: int, tail: bytes) -> None:
    """Recover a segment cut at a byte, and hold the outcome against what was whole before it."""
    data, ends, answers = unfinished
    folder = archive / "day=2026-03-01"
    folder.mkdir(exist_ok=True)
    (folder / ".20260301T120000000Z-aa.warc.gz.open").write_bytes(data[:cut] + tail)
    found = recover(archive)
    whole = max((end for end in ends if end <= cut), default=0)
    assert [path.read_bytes() for path in found] == ([data[:whole]] if whole else [])
    assert os.listdir(folder) == [path.name for path in found]
    if found:
        urls = [exchange.url for exchange in exchanges(found[0])]
        assert urls == [f"http://paper.test/{n}" for n in range(sum(end <= cut for end in answers))]
        found[0].unlink()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), tail=st.sampled_from([b"", bytes(64), b"\x1f\x8b\x08\0torn", b"never written whole"]))
def test_recovery_keeps_every_whole_record_wherever_the_file_was_cut(
    tmp_path: Path, unfinished: tuple[bytes, list[int], list[int]], share: float, tail: bytes
) -> None:
    recovered(tmp_path, unfinished, round(share * len(unfinished[0])), tail)


@pytest.mark.slow
def test_recovery_at_every_single_byte(tmp_path: Path, unfinished: tuple[bytes, list[int], list[int]]) -> None:
    for cut in range(len(unfinished[0]) + 1):
        recovered(tmp_path, unfinished, cut, b"")


_KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.crawl.test_segment import *
with SegmentWriter(Path(sys.argv[2]), DAY, {}) as writer:
    for n in range(10**6):
        writer.write(fetched(f"http://paper.test/{n}", os.urandom(3000)), via=None, site="paper", purpose="story")
        print(n, flush=True)
"""


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.15])
def test_what_a_killed_writer_had_written_is_kept(tmp_path: Path, wait: float) -> None:
    victim = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(Path.cwd()), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert victim.stdout is not None
    victim.stdout.readline()
    time.sleep(wait)
    assert recover(tmp_path) == [], "a living writer's segment is left alone"
    victim.send_signal(signal.SIGKILL)
    said = [0, *map(int, victim.communicate(timeout=10)[0].split())]
    [segment] = recover(tmp_path)
    urls = [exchange.url for exchange in exchanges(segment)]
    assert urls == [f"http://paper.test/{n}" for n in range(len(urls))]
    assert len(urls) > said[-1]
    assert recover(tmp_path) == []


def test_what_was_no_record_yet_leaves_no_segment(tmp_path: Path) -> None:
    folder = tmp_path / "day=2026-03-01"
    folder.mkdir()
    (folder / ".x.warc.gz.open").write_bytes(gzip.compress(b"WARC/1.1\r\n")[:-4])
    assert recover(tmp_path) == []
    assert os.listdir(folder) == []
