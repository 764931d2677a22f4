"""The archive: which WARC segments there are, and how they are read.

Segments lie under `<archive>/day=YYYY-MM-DD/`, the day they came in on. How our own are written stands in
`pipelines.crawl.segment`, how other people's files come in, in `pipelines.crawl.importing`; what a page means, in
`pipelines.extract`.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from typing import Final, cast

from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipReader, WarcReader, ZstdReader
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipelines.errors import YanyanaError
from pipelines.lake.store import AnyPlace, Place

MAX_BODY: Final = 32 * 2**20  # bytes; no story's HTML comes near it, and a decompression bomb stops there
_MAX_RATIO: Final = 250  # of decoded to encoded bytes; of some 580 news pages none reached a tenth of it
_RATIO_COUNTS_FROM: Final = 2**20  # decoded bytes; less is harmless, however small it was encoded
_MAX_CODINGS: Final = 4  # one upon another
# A header of the records that stand in the place of removed ones (pipelines.crawl.removal): why they were removed.
REMOVED: Final = "Yanyana-Removed"
# Fields of the metadata record before a revisit record: where the body that it means is archived.
REFERS_TO_SEGMENT: Final = "refers-to-segment"
REFERS_TO_OFFSET: Final = "refers-to-offset"
_SEGMENT_NAME: Final = re.compile(r"\w[\w.-]*", re.ASCII)
_BODY_GONE: Final = "revisit of a body that the archive does not hold"
# Headers of a "not modified" answer that tell of its own empty body, not of the body that it means (RFC 9111 3.2).
_OF_THE_MESSAGE: Final = frozenset({"content-encoding", "content-length", "content-range", "transfer-encoding"})
_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_HTML_BEGINS: Final = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BOM: Final = b"\xef\xbb\xbf"
_DECODERS: Final[dict[str, Callable[[BytesIO], WarcReader]]] = {
    "gzip": GzipReader,
    "x-gzip": GzipReader,
    "deflate": lambda stream: GzipReader(stream, zlib=True),
    "br": BrotliReader,
    "zstd": ZstdReader,
    "chunked": ChunkedReader,
}


class ArchiveError(YanyanaError):
    """A segment or somebody's WARC file cannot be read or written."""


class BodyTooLarge(ValueError):
    """A body grows beyond what is decoded of any."""

    def __init__(self) -> None:
        super().__init__("body too large")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP response as a segment holds it, its body decoded.

    `captured_at` is in UTC; `offset` counts the bytes to the record's start and differs between the records of a
    file. `via`, `site`, `purpose` and `thread` are the address that led there, the site it was asked for, why, and the
    thread of comments that it tells of, where the crawler wrote them down. `cut` says why the crawler that wrote the
    file cut the body short; null when it is whole.

    A revisit (`revisits` says of which segment and offset) has the body of the response that it refers to; its status
    is 304, with that response's headers brought up to date, or 200 when the same body came again.
    """

    url: str
    captured_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    record_id: str
    offset: int
    via: str | None = None
    site: str | None = None
    cut: str | None = None
    purpose: str | None = None
    thread: str | None = None
    payload_digest: str | None = None
    revisits: tuple[str, int] | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, its name in any case."""
        return next(iter(self.all_of(name)), None)

    def all_of(self, name: str) -> list[str]:
        """Every value of a header, its name in any case."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def content_type(self) -> str | None:
        """The Content-Type header as it was sent, parameters included."""
        return self.header("Content-Type")


@dataclass(frozen=True, slots=True)
class Skip:
    """A record that holds no readable HTTP response, and why.

    `lost` is the offset of a response that the archive held once and does not any more.
    """

    reason: str
    url: str | None = None
    lost: int | None = None


def not_a_page(exchange: Exchange) -> str | None:
    """Why a response is no HTML page to read; None when it is one."""
    if exchange.status != 200 and not exchange.revisits:
        return f"HTTP status {exchange.status}"
    if not exchange.body.strip():
        return "empty body"
    media_type = (exchange.content_type or "").partition(";")[0].strip().lower()
    if media_type and media_type not in _HTML:
        return "not HTML"
    if not media_type and not _HTML_BEGINS.search(exchange.body[:4096]):
        return "not HTML"
    return "cut short by its crawler" if exchange.cut else None


def days(archive: Place) -> list[date]:
    """The archive days that have a folder, in order."""
    return sorted(date.fromisoformat(folder.name.removeprefix("day=")) for folder in archive.glob("day=*"))


def day_folder(archive: AnyPlace, day: date) -> AnyPlace:
    """The folder of an archive day's segments."""
    return cast("AnyPlace", archive / f"day={day.isoformat()}")


def day_of(segment: Place) -> date:
    """The archive day of a segment, by the folder that it lies in."""
    return date.fromisoformat(segment.parent.name.removeprefix("day="))


def segments(archive: AnyPlace, day: date | None = None) -> list[AnyPlace]:
    """The finished segments in order of day and name: all of them, or those of one archive day."""
    found = archive.glob(f"day={day.isoformat() if day else '*'}/*.warc*")
    return sorted(cast("AnyPlace", path) for path in found if not path.name.startswith("."))


def is_warc(path: Place) -> bool:
    """Whether a file is a WARC file, by its name or else by its first bytes."""
    if path.name.endswith((".warc", ".warc.gz")):
        return True
    with path.open("rb") as file:
        try:
            return (gzip.open(file) if _gzipped(path) else file).read(5) == b"WARC/"
        except (OSError, EOFError, zlib.error):
            return False


def check_warc(path: Place) -> None:
    """Raise ArchiveError, naming the remedy, unless a file can be read and begins with a WARC record."""
    next(_records(path))


def read_segment(path: Place) -> Iterator[Exchange | Skip]:
    """Every record of a WARC file in order, as an exchange or as a skip with its reason.

    The body of a revisit is looked for in the archive that the file lies in. A file that ends or breaks in the middle
    gives what was read and then one skip.
    Raises ArchiveError when the file cannot be opened or does not begin with a WARC record.
    """
    offset, announced, fields = -1, "", {}
    for record in _records(path):
        if isinstance(record, Skip):
            yield record
            return
        # A file that was gzipped whole has no offset of its own for each record; counting up keeps them apart.
        offset = max(offset + 1, record.stream_pos)
        if record.record_type == WarcRecordType.metadata:
            announced, fields = record.headers.get("WARC-Concurrent-To") or "", _warc_fields(record)
        known = fields if announced == record.record_id else {}
        if removed := record.headers.get(REMOVED):
            read = Skip(f"removed: {removed}", lost=offset)
        elif record.record_type == WarcRecordType.revisit and REFERS_TO_SEGMENT in known:
            read = _revisit(record, offset, known, archive=path.parent.parent)
        else:
            read = _exchange(record, offset, known)
        yield read
        if read == Skip("truncated file", read.url):
            return


def _records(path: Place) -> Iterator[WarcRecord | Skip]:
    started = False
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file, parse_http=False):
                if "WARC-Type" not in record.headers or "Content-Length" not in record.headers:
                    break  # the file ends within this record's header
                started = True
                yield record
            else:
                if started:
                    return
    except OSError as error:
        if not started:
            raise ArchiveError(f"{path}: cannot be read as a WARC file ({error}); give a .warc or .warc.gz") from error
        yield Skip("damaged file")
        return
    if not started:
        raise ArchiveError(f"{path}: holds no WARC record; give a .warc or .warc.gz that is not empty")
    yield Skip("truncated file")


def _exchange(record: WarcRecord, offset: int, fields: dict[str, str]) -> Exchange | Skip:
    """A response record's exchange; `fields` are those of the metadata record that announced it."""
    url = _target(record)
    if record.record_type != WarcRecordType.response:
        return Skip(f"{record.record_type} record", url)
    return _http(record, url, offset, fields)


def _revisit(record: WarcRecord, offset: int, fields: dict[str, str], archive: Place) -> Exchange | Skip:
    """A revisit record's exchange, with the body that its metadata record says where to find."""
    own = _http(record, _target(record), offset, fields)
    if isinstance(own, Skip):
        return own
    original = response_at(archive, fields[REFERS_TO_SEGMENT], fields.get(REFERS_TO_OFFSET, ""))
    if original is None or (original.url, original.payload_digest) != (own.url, own.payload_digest):
        return Skip(_BODY_GONE, own.url, lost=offset)
    headers = own.headers
    if own.status == 304:
        fresh = [(name, value) for name, value in headers if name.lower() not in _OF_THE_MESSAGE]
        replaced = {name.lower() for name, _ in fresh}
        headers = tuple(fresh + [each for each in original.headers if each[0].lower() not in replaced])
    revisits = (fields[REFERS_TO_SEGMENT], original.offset)
    return replace(own, headers=headers, body=original.body, cut=original.cut, revisits=revisits)


def response_at(archive: Place, segment: str, offset: str) -> Exchange | None:
    """The response at an offset of one of the archive's own segments; None when there is none."""
    if not _SEGMENT_NAME.fullmatch(segment) or not re.fullmatch(r"[0-9]{1,15}", offset):
        return None  # another's file may say anything here
    try:
        path = _own_segment(archive, segment)
    except FileNotFoundError:
        return None
    return response_in(path, int(offset))


def response_in(path: Place, offset: int) -> Exchange | None:
    """The response at an offset of a WARC file, without what its crawler wrote down of it; None when there is none."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            record = next(iter(ArchiveIterator(file, parse_http=False)), None)
            found = _exchange(record, offset, {}) if record else None
    except OSError:
        return None
    return found if isinstance(found, Exchange) else None


@lru_cache(maxsize=1024)
def _own_segment(archive: Place, name: str) -> Place:
    """Where a finished segment lies; remembered, for a year of days is long to search for every revisit."""
    for path in archive.glob(f"day=*/{name}.warc.gz"):
        return path
    raise FileNotFoundError(f"{archive}: there is no segment {name}")


def _target(record: WarcRecord) -> str | None:
    return (record.headers.get("WARC-Target-URI") or "").strip().removeprefix("<").removesuffix(">") or None


def _http(record: WarcRecord, url: str | None, offset: int, fields: dict[str, str]) -> Exchange | Skip:
    if url is None or not url.lower().startswith(("http://", "https://")):
        return Skip("not HTTP", url)
    if record.record_date is None:
        return Skip("no date", url)
    if record.content_length > MAX_BODY:
        return Skip("body too large", url)
    record.is_http = True
    try:
        record.parse_http(quirks_mode=True)
    except OSError:
        return Skip("unreadable HTTP header", url)
    body = record.reader.read()
    if len(body) < record.content_length:
        return Skip("truncated file", url)
    status = record.http_headers.status_code
    if status is None:
        return Skip("unreadable HTTP header", url)
    headers = record.http_headers.to_tuples()
    try:
        body = decoded(body, headers)
    except ValueError as error:
        return Skip(str(error), url)
    return Exchange(
        url,
        record.record_date.astimezone(UTC),
        status,
        headers,
        body,
        record.record_id or "",
        offset,
        fields.get("via"),
        fields.get("site"),
        record.headers.get("WARC-Truncated"),
        fields.get("purpose"),
        fields.get("thread"),
        record.headers.get("WARC-Payload-Digest"),
    )


def _warc_fields(record: WarcRecord) -> dict[str, str]:
    """The fields of a metadata record in the form application/warc-fields."""
    lines = record.reader.read(65536).decode("utf-8", "replace").splitlines()
    return {
        name.strip().lower(): value.strip() for name, found, value in (line.partition(":") for line in lines) if found
    }


def decoded(body: bytes, headers: tuple[tuple[str, str], ...]) -> bytes:
    """A body without its transfer and content encodings.

    Many archives keep a decoded body under the header of the encoded one, so a body that does not decode and begins
    as HTML, XML or JSON do is taken as it is. Raises ValueError with the reason for any other, and BodyTooLarge for one
    that grows beyond MAX_BODY or out of all proportion.
    """
    listed = [(name.lower(), value.lower()) for name, value in headers]
    codings = [
        coding.strip()
        for wanted in ("content-encoding", "transfer-encoding")
        for name, value in listed
        if name == wanted
        for coding in value.split(",")
    ]
    known = [coding for coding in reversed(codings) if coding in _DECODERS]
    if len(known) > _MAX_CODINGS:
        raise BodyTooLarge
    limit = min(MAX_BODY, max(_MAX_RATIO * len(body), _RATIO_COUNTS_FROM))
    for coding in known:
        if not body:
            break
        try:
            with _DECODERS[coding](BytesIO(body)) as reader:
                body = reader.read(limit + 1)
        except OSError:
            if coding == "deflate" and (raw := _raw_deflate(body, limit)) is not None:
                body = raw
            elif body.removeprefix(_BOM).lstrip()[:1] not in (b"<", b"{", b"["):
                raise ValueError(f"body is no valid {coding}") from None
        if len(body) > limit:
            raise BodyTooLarge
    return body


def _raw_deflate(body: bytes, limit: int) -> bytes | None:
    """Deflate data without the zlib header that it should have; some servers send it so."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, limit + 1)
    except zlib.error:
        return None


def _gzipped(path: Place) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"
