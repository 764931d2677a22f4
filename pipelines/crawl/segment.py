"""Writing our own WARC segments, and finishing those that a killed crawl left behind.

A segment is written to a hidden `.open` file that its writer locks, in whole gzip members, and renamed when it is
finished: what `pipelines.crawl.archive` lists is never half of one.
"""

import base64
import fcntl
import os
import secrets
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha1
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import BinaryIO, Final, Self
from urllib.parse import urlsplit

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from pipelines import __version__
from pipelines.crawl.archive import (
    REFERS_TO_OFFSET,
    REFERS_TO_SEGMENT,
    ArchiveError,
    BodyTooLarge,
    day_folder,
    decoded,
    segments,
)
from pipelines.lake.files import sweep
from pipelines.lake.store import ObjectPath, Place

_SEGMENT_BYTES: Final = 2**30  # a segment is finished when it has grown beyond this
_SEGMENT_SECONDS: Final = 3600.0  # or has been open for longer than this
_COMPRESSION: Final = 6  # of gzip's nine levels; the last three cost much time for one per cent
_OPEN: Final = ".open"
_ENCODINGS: Final = frozenset({b"content-encoding", b"transfer-encoding"})

_PROFILES: Final = "http://netpreserve.org/warc/1.1/revisit/"

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one GET request fetched, with the headers that went out and came back."""

    url: str
    received_at: datetime
    status: int
    headers: Headers
    body: bytes
    request_headers: Headers
    protocol: str = "HTTP/1.1"
    ip_address: str | None = None

    def decoded(self) -> Self:
        """The same with the body's encodings undone and headers that are true of it; as it came if it does not decode.

        The headers that this replaces are kept as X-Archive-Orig-…, as warcprox and the Wayback Machine do. Raises
        BodyTooLarge for one that is too large when decoded.
        """
        if not any(name.lower() in _ENCODINGS for name, _ in self.headers):
            return self
        try:
            body = decoded(
                self.body, tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers)
            )
        except BodyTooLarge:
            raise
        except ValueError:
            return self
        headers = [
            (b"X-Archive-Orig-" + name if name.lower() in {*_ENCODINGS, b"content-length"} else name, value)
            for name, value in self.headers
        ]
        return replace(self, body=body, headers=[*headers, (b"Content-Length", b"%d" % len(body))])


@dataclass(frozen=True, slots=True)
class Previous:
    """The last capture of an address that holds a body: what a new answer is compared with, and may refer to.

    `captured_at` is aware and in UTC, `segment` the file's name without `.warc.gz`, `offset` in bytes. `payload_digest`
    is the record's WARC-Payload-Digest; `etag` and `last_modified` are the headers of the latest answer, as they came.
    """

    captured_at: datetime
    segment: str
    offset: int
    payload_digest: str
    etag: str | None = None
    last_modified: str | None = None


class SegmentWriter:
    """Writes responses into segments of one archive day; a context manager.

    `about` goes into each segment's warcinfo record. Every response is on its way to the disk when `write` returns, so
    that a killed process loses none. Raises ArchiveError when the archive cannot be written; what was written stays.
    """

    def __init__(
        self,
        archive: Path,
        day: date,
        about: Mapping[str, str],
        *,
        segment_bytes: int = _SEGMENT_BYTES,
        segment_seconds: float = _SEGMENT_SECONDS,
    ) -> None:
        self._folder = day_folder(archive, day)
        self._about = about
        self._segment_bytes = segment_bytes
        self._segment_seconds = segment_seconds
        self._name = ""
        self._begun = 0.0
        self._file: BinaryIO | None = None
        self.finished: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()

    def write(
        self,
        fetched: Fetched,
        *,
        via: str | None,
        site: str,
        purpose: str,
        thread: str | None = None,
        previous: Previous | None = None,
    ) -> None:
        """Append the request, what is known of it and the answer, in this order: an answer is never without them.

        An answer that says "not modified", or brings the body of `previous` again, becomes a revisit record that
        refers to `previous` in place of a body.
        """
        if self._file is None:
            self._file = self._start()
        known = {"site": site, "purpose": purpose, "via": via, "thread": thread}
        self._append(self._file, _packed(*_exchange_records(fetched, known, previous)))
        if self._file.tell() > self._segment_bytes or monotonic() - self._begun > self._segment_seconds:
            self._finish()

    def _start(self) -> BinaryIO:
        now, self._begun = datetime.now(UTC), monotonic()
        self._name = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{secrets.token_hex(4)}.warc.gz"
        temporary = self._folder / f".{self._name}.tmp"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = temporary.open("xb", buffering=0)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        try:
            # Locked and begun under a name that `recover` does not look at.
            fcntl.flock(file, fcntl.LOCK_EX)
            self._append(file, _packed(_warcinfo(self._name, now, self._about)))
            temporary.rename(self._open_path)
        except (OSError, ArchiveError) as error:
            file.close()
            temporary.unlink(missing_ok=True)
            raise error if isinstance(error, ArchiveError) else unwritable(self._folder, error) from error
        return file

    @property
    def _open_path(self) -> Path:
        return self._folder / f".{self._name}{_OPEN}"

    def _append(self, file: BinaryIO, data: bytes) -> None:
        whole = file.tell()
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        except OSError as error:
            with suppress(OSError):  # what cannot be cut off now is not read later
                file.truncate(whole)
                file.seek(whole)
            raise unwritable(self._folder, error) from error

    def _finish(self) -> None:
        if self._file is None:
            return
        try:
            with self._file as file:
                os.fsync(file.fileno())
                self._open_path.rename(self._folder / self._name)
        except OSError as error:
            raise unwritable(self._folder, error) from error
        finally:
            self._file = None
        self.finished.append(self._folder / self._name)


def recover(archive: Path) -> list[Path]:
    """Finish the segments of killed crawls up to their last whole record; returns those that hold any.

    A segment that a living process writes to is locked and left alone. Raises ArchiveError when the archive cannot be
    written; what it holds stays.
    """
    try:
        sweep(archive)
        left = sorted(archive.glob(f"day=*/.*{_OPEN}"))
        return [finished for path in left if (finished := _recovered(path))]
    except OSError as error:
        raise unwritable(archive, error) from error


def _recovered(path: Path) -> Path | None:
    """Finish one segment; None when a living process writes to it or it holds nothing."""
    with path.open("r+b", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        whole = _whole_members(file)
        if not whole:
            path.unlink()
            return None
        file.truncate(whole)
        os.fsync(file.fileno())
        finished = path.with_name(path.name.removeprefix(".").removesuffix(_OPEN))
        path.rename(finished)
        return finished


def deliver(staging: Path, archive: Place) -> None:
    """Move finished segments into an archive that is no folder, each whole; one that fails is delivered next time."""
    if isinstance(archive, ObjectPath):
        for segment in segments(staging):
            delivered = archive / segment.parent.name / segment.name
            # One that a killed run had put may have had records removed since: it is not put over that.
            if not delivered.exists():
                delivered.put(segment)
            segment.unlink()


def unwritable(folder: Path, error: OSError) -> ArchiveError:
    """What to say when a folder of the archive cannot be written."""
    return ArchiveError(
        f"{folder}: cannot be written ({error.strerror or error}); what was archived stays. "
        "Make room, or give the right to write there, and run again"
    )


def _whole_members(file: BinaryIO) -> int:
    """The length of a file up to the end of its last whole gzip member, in bytes."""
    end = position = 0
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        while chunk := file.read(2**20):
            position += len(chunk)
            while chunk:
                member.decompress(chunk)
                chunk = member.unused_data
                if member.eof:
                    end = position - len(chunk)
                    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    except zlib.error:
        pass  # what follows was never written whole
    return end


def _warcinfo(name: str, now: datetime, about: Mapping[str, str]) -> WarcRecord:
    fields = {"format": "WARC File Format 1.1", "software": f"yanyana/{__version__}", **about}
    record = _record(WarcRecordType.warcinfo, _fields_block(fields), now)
    record.headers["Content-Type"] = "application/warc-fields"
    record.headers["WARC-Filename"] = name
    return record


def _exchange_records(
    fetched: Fetched, known: Mapping[str, str | None], previous: Previous | None
) -> tuple[WarcRecord, WarcRecord, WarcRecord]:
    fields = {name: value for name, value in known.items() if value}
    digest = _payload_digest(fetched.body)
    profile = _revisit_profile(fetched.status, digest, previous)
    if previous and profile:
        answered = _record(WarcRecordType.revisit, _response_block(replace(fetched, body=b"")), fetched.received_at)
        answered.headers["WARC-Profile"] = _PROFILES + profile
        answered.headers["WARC-Refers-To-Target-URI"] = fetched.url
        answered.headers["WARC-Refers-To-Date"] = _warc_date(previous.captured_at)
        digest = previous.payload_digest
        fields |= {REFERS_TO_SEGMENT: previous.segment, REFERS_TO_OFFSET: str(previous.offset)}
    else:
        answered = _record(WarcRecordType.response, _response_block(fetched), fetched.received_at)
    answered.headers["Content-Type"] = "application/http; msgtype=response"
    answered.headers["WARC-Payload-Digest"] = digest
    if fetched.ip_address:
        answered.headers["WARC-IP-Address"] = fetched.ip_address
    asked = _record(WarcRecordType.request, _request_block(fetched), fetched.received_at)
    asked.headers["Content-Type"] = "application/http; msgtype=request"
    about = _record(WarcRecordType.metadata, _fields_block(fields), fetched.received_at)
    about.headers["Content-Type"] = "application/warc-fields"
    for record in (asked, about, answered):
        record.headers["WARC-Target-URI"] = fetched.url
    for record in (asked, about):
        record.headers["WARC-Concurrent-To"] = answered.record_id or ""
    return asked, about, answered


def _revisit_profile(status: int, digest: str, previous: Previous | None) -> str | None:
    """Which kind of revisit an answer is (WARC 1.1, 6.7); None when it is none."""
    if previous and status == 304:
        return "server-not-modified"
    if previous and status == 200 and digest == previous.payload_digest:
        return "identical-payload-digest"
    return None


def _payload_digest(body: bytes) -> str:
    return f"sha1:{base64.b32encode(sha1(body).digest()).decode()}"


def _warc_date(time: datetime) -> str:
    """A time as WARC-Date writes it, so that it is found again by comparison."""
    record = WarcRecord()
    record.record_date = time
    return record.headers["WARC-Date"]


def _record(kind: WarcRecordType, block: bytes, date: datetime) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind)
    record.record_date = date
    record.set_bytes_content(block)
    return record


def _packed(*records: WarcRecord) -> bytes:
    """Each record as one gzip member."""
    buffer = BytesIO()
    writer = GzipWriter(buffer, compression_level=_COMPRESSION)
    for record in records:
        record.write(writer, checksum_data=True)
        writer.finish()
    return buffer.getvalue()


def _fields_block(fields: Mapping[str, str]) -> bytes:
    """Fields in the form application/warc-fields."""
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items()).encode()


def _request_block(fetched: Fetched) -> bytes:
    address = urlsplit(fetched.url)
    path = (address.path or "/") + (f"?{address.query}" if address.query else "")
    host = address.netloc.rpartition("@")[2]
    return _http_block(f"GET {path} HTTP/1.1", [(b"Host", host.encode()), *fetched.request_headers], b"")


def _response_block(fetched: Fetched) -> bytes:
    phrase = HTTPStatus(fetched.status).phrase if fetched.status in set(HTTPStatus) else ""
    return _http_block(f"{fetched.protocol} {fetched.status} {phrase}", fetched.headers, fetched.body)


def _http_block(first_line: str, headers: Headers, body: bytes) -> bytes:
    lines = [name + b": " + b" ".join(value.split(b"\r\n")) for name, value in headers]
    return b"\r\n".join([first_line.encode(), *lines, b"", body])
