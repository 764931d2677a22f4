"""Taking single records out of a WARC segment, so that nothing of them is left and everything else stays where it was.

A record is replaced by one of the same length in the file that says only that something was removed and why. The
offsets of all others stay true: identifiers of captures and references of revisit records rest on them. Which records
have to go is decided in `pipelines.crawl.retention`.
"""

import os
import shutil
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO, Final

from fastwarc.warc import ArchiveIterator

from pipelines.crawl.archive import REMOVED, ArchiveError
from pipelines.lake.files import rewriting
from pipelines.lake.store import Place

_GZIP: Final = b"\x1f\x8b\x08"  # a member's first bytes: gzip, deflated (RFC 1952)
_COMMENT: Final = 0x10  # the flag of a comment in its header


@dataclass(frozen=True, slots=True)
class _Record:
    """Where a record lies in the file, in bytes, and what it says of itself."""

    start: int
    end: int
    identity: str
    about: str | None
    date: str | None


def remove_records(segment: Place, offsets: Collection[int], why: str) -> int:
    """Replace the responses at `offsets`, and the requests and metadata that go with them; how many records went.

    The segment is replaced whole. Records that were removed before are not counted again.
    Raises ArchiveError, and changes nothing, when the segment is damaged or was compressed as a whole.
    """
    with rewriting(segment) as (file, temporary):
        records = _records(segment, file)
        gone = {record.identity for record in records if record.start in offsets}
        doomed = [record for record in records if record.identity in gone or record.about in gone]
        if not doomed:
            return 0
        file.seek(0)
        with temporary.open("wb") as rewritten:
            for record in doomed:
                _copy(file, rewritten, record.start)
                remainder = _remainder(record, why, packed=file.read(len(_GZIP)) == _GZIP)
                if len(remainder) != record.end - record.start:
                    raise ArchiveError(
                        f"{segment}: the record at byte {record.start} is too small to be replaced in its place; "
                        "delete the file to be rid of it"
                    )
                rewritten.write(remainder)
                file.seek(record.end)
            shutil.copyfileobj(file, rewritten)
        return len(doomed)


def _records(segment: Place, file: BinaryIO) -> list[_Record]:
    """The segment's records but those that were removed before, in order."""
    file.seek(0)
    try:
        found = [(record.stream_pos, record.headers) for record in ArchiveIterator(file, parse_http=False)]
    except OSError as error:
        raise ArchiveError(f"{segment}: damaged, so that nothing can be taken out of it: {error}") from error
    starts = [start for start, _ in found]
    if _compressed_as_a_whole(file, starts):
        raise ArchiveError(
            f"{segment}: no record can be taken out by itself, since the file was compressed as a whole. Compress it "
            "record by record (`warcio recompress`), import that, and delete this file"
        )
    ends = [*starts[1:], file.seek(0, os.SEEK_END)]
    return [
        _Record(
            start, end, headers.get("WARC-Record-ID") or "", headers.get("WARC-Concurrent-To"), headers.get("WARC-Date")
        )
        for (start, headers), end in zip(found, ends, strict=True)
        if REMOVED not in headers
    ]


def _compressed_as_a_whole(file: BinaryIO, starts: list[int]) -> bool:
    """Whether records begin within a gzip member rather than with one each."""

    def begins_a_member(start: int) -> bool:
        file.seek(start)
        return file.read(len(_GZIP)) == _GZIP

    return bool(starts) and begins_a_member(starts[0]) and not all(map(begins_a_member, starts))


def _copy(source: BinaryIO, target: BinaryIO, end: int) -> None:
    """Copy from where `source` stands up to `end`, and no further."""
    while rest := end - source.tell():
        target.write(source.read(min(rest, 2**20)))


def _remainder(record: _Record, why: str, *, packed: bool) -> bytes:
    """What stands in a record's place: a record that says why and nothing else, exactly as long."""
    head = (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: {record.identity}\r\nWARC-Date: {record.date}\r\n"
        f"{REMOVED}: {why}\r\nContent-Length:"
    ).encode()
    length = record.end - record.start
    return _gzip_member(head + b" 0\r\n\r\n\r\n\r\n", length) if packed else _filled(head, length)


def _gzip_member(data: bytes, length: int) -> bytes:
    """`data` as a gzip member of `length` bytes (more, where it needs more), a comment in its header filling it up."""
    deflated = zlib.compress(data, 9, wbits=-zlib.MAX_WBITS)
    spare = length - 10 - len(deflated) - 8
    head = _GZIP + bytes([_COMMENT if spare > 0 else 0]) + bytes(5) + b"\xff"
    comment = b" " * (spare - 1) + b"\0" if spare > 0 else b""
    return head + comment + deflated + struct.pack("<II", zlib.crc32(data), len(data))


def _filled(head: bytes, length: int) -> bytes:
    """A record of `length` bytes (of more, where it needs more) that begins with `head`; its content is blanks."""
    around = len(head) + len(b"\r\n\r\n\r\n\r\n")
    # The length's own digits count too; where no number fits, one blank more before it makes one fit.
    digits = len(str(length - around))
    number = b"%d" % max(0, length - around - digits - 1)
    number = number.rjust(digits + 1)
    return head + number + b"\r\n\r\n" + b" " * int(number) + b"\r\n\r\n"
