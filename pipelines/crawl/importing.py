"""Other people's WARC files into the archive: cut between records into segments, not a byte changed.

Each segment is read, and read again after a crash, by itself, so a file of a gigabyte has to become several. One after
the other they are the file again. How segments are read stands in `pipelines.crawl.archive`.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b, file_digest
from pathlib import Path
from time import perf_counter
from typing import BinaryIO, Final, Generic, cast

from fastwarc.warc import ArchiveIterator, WarcRecord

from pipelines.crawl.archive import ArchiveError, check_warc, day_folder, day_of
from pipelines.lake.files import replacing
from pipelines.lake.store import AnyPlace, Place

# A segment ends at the first border beyond this. It is what a killed import does again for each of its workers, what a
# worker needs memory for, and what makes a part of some megabytes: half a minute to a minute of one core's work.
SEGMENT_BYTES: Final = 64 * 2**20
_COPIED_AT_ONCE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Imported(Generic[AnyPlace]):
    """A segment of somebody's WARC file that is in the archive: where, since which day, and whether it was before."""

    segment: AnyPlace
    day: date
    already: bool


@dataclass(frozen=True, slots=True)
class _Record:
    """Where a record lies, and the identifiers that tie it to its neighbours: its own and the one it goes with."""

    start: int
    ties: frozenset[str]


def import_file(path: Path, archive: AnyPlace, *, day: date) -> Iterator[Imported[AnyPlace]]:
    """Copy a WARC file into the archive as segments of `day`, each whole or not at all, giving each as it is there.

    A file is known by its content: what came in before, under any name and on any day, is not copied again, and an
    import that was killed goes on where it ended. A file that was compressed as a whole becomes a single segment.
    Raises ArchiveError at once when the file cannot be read or its first record is no WARC record.
    """
    check_warc(path)
    return _segments(path, archive, day)


def bare_seconds(path: Place) -> float:
    """How long FastWARC takes to read a WARC file to its end and do nothing with it: the measure for who does more."""
    began = perf_counter()
    with path.open("rb") as file:
        for _ in ArchiveIterator(file, parse_http=False):
            pass
    return perf_counter() - began


def _segments(path: Path, archive: AnyPlace, day: date) -> Iterator[Imported[AnyPlace]]:
    with path.open("rb") as file:
        content = file_digest(file, lambda: blake2b(digest_size=6)).hexdigest()
        size, packed = file.tell(), _at(file, 0, 2) == b"\x1f\x8b"
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", path.name.removesuffix(".gz").removesuffix(".warc"))[:80]
        name, start = f"import-{stem}-{content}", 0
        known = {_start(found): cast("AnyPlace", found) for found in archive.glob(f"day=*/import-*-{content}*.warc*")}
        while start < size:
            if segment := known.pop(start, None):
                day = day_of(segment)
                name = segment.name.partition(content)[0] + content
                yield Imported(segment, day, already=True)
                start += segment.stat().st_size
                continue
            end = min(next(_borders(file, start), size), *(other for other in known if other > start), size)
            place = f"_{start:012}" if start else ""
            segment = cast("AnyPlace", day_folder(archive, day) / f"{name}{place}{'.warc.gz' if packed else '.warc'}")
            with replacing(segment) as temporary, temporary.open("wb") as copy:
                _copy(file, start, end, copy)
            yield Imported(segment, day, already=False)
            start = end


def _start(segment: Place) -> int:
    """Where in its file a segment begins, as its name says."""
    found = re.search(r"_([0-9]{12})\.warc(?:\.gz)?$", segment.name)
    return int(found[1]) if found else 0


def _borders(file: BinaryIO, start: int) -> Iterator[int]:
    """Where a file may be cut into segments, in bytes, for a segment that begins at `start`.

    Requests and metadata stay with their response, since they are understood, and removed, together.
    """
    file.seek(start)
    before = here = None
    try:
        for record in ArchiveIterator(file, parse_http=False):
            after = _Record(record.stream_pos, _ties(record))
            if (
                before
                and here
                # Records within one gzip member are given places that do not rise from one to the next.
                and before.start < here.start < after.start
                and here.start - start >= SEGMENT_BYTES
                and not before.ties & here.ties
                and _begins_a_record(file, here.start)
            ):
                yield here.start
            before, here = here, after
    except OSError:
        return  # nothing is found behind damage: the rest stays in one piece


def _ties(record: WarcRecord) -> frozenset[str]:
    names = (record.headers.get("WARC-Record-ID"), record.headers.get("WARC-Concurrent-To"))
    return frozenset(name for name in names if name)


def _begins_a_record(file: BinaryIO, start: int) -> bool:
    """Whether a record, or a gzip member that holds one, begins at a byte; the file stays where it stands."""
    beginning = _at(file, start, 4096)
    try:
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(beginning, 5)
    except zlib.error:
        unpacked = beginning
    return unpacked.startswith(b"WARC/")


def _at(file: BinaryIO, start: int, length: int) -> bytes:
    stood = file.tell()
    file.seek(start)
    found = file.read(length)
    file.seek(stood)
    return found


def _copy(file: BinaryIO, start: int, end: int, copy: BinaryIO) -> None:
    file.seek(start)
    while rest := end - file.tell():
        if not copy.write(file.read(min(rest, _COPIED_AT_ONCE))):
            raise ArchiveError(f"{file.name}: became shorter while it was imported; import it again when it is whole")
