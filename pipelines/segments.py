"""WARC segments through the extraction: pages and threads in, records out; one segment in, one part per table out.

The same functions serve the command line, the Dagster assets and any other executor: many segments are shared out
among processes that each write the parts of theirs, the pages of few among processes that only read. What a page means
is read in `pipelines.extract`, what a comment platform says in `pipelines.comments`; how a segment is laid out, in
`pipelines.crawl.archive`.
"""

import gc
import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from socket import gethostname
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from pipelines.comments.adapter import Response, Thread
from pipelines.comments.archived import Conversation, identity_of
from pipelines.comments.own import Own
from pipelines.comments.platforms import adapter_of
from pipelines.comments.pseudonym import author_key
from pipelines.comments.reading import reading
from pipelines.comments.rows import rows as thread_rows
from pipelines.crawl.archive import Exchange, Skip, day_folder, not_a_page, read_segment, response_in
from pipelines.crawl.discovery import Purpose
from pipelines.crawl.log import capture_row, discovery_rows, first_found, imported, part_name, teaser_rows
from pipelines.errors import YanyanaError
from pipelines.extract import EXTRACTOR_VERSION, extract_page
from pipelines.extract.rows import Row, Rows, rows
from pipelines.lake import schema
from pipelines.lake.erasure import NOTHING_ERASED, Erased, no_body_to_refer_to, read_erased
from pipelines.lake.ids import article_id, digest, key_id
from pipelines.lake.parts import Lake, frame
from pipelines.lake.store import Place
from pipelines.progress import Progress
from pipelines.settings import Settings, SiteIndex, load

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 8  # pages sent to a worker at once: large enough to hide the queue, small enough to share out evenly
_ROWS_HELD = 100_000  # rows kept as Python objects before they are packed into frames
_FED = 12  # processes that one can keep in pages: it takes 1.4 ms to feed one page and store its rows, reading it 18
_SPAWN = get_context("spawn")
_progress: Progress | None = None  # of a worker process, given at its start

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Page:
    """What a worker needs to read one page."""

    url: str
    body: bytes
    content_type: str | None = None
    captured_at: datetime | None = None
    timezone: str | None = None
    site: str = ""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a worker needs to read what a platform answered: its responses in order, the first with its capture."""

    conversation: Conversation
    responses: tuple[Response, ...]
    first: Row


@dataclass(frozen=True, slots=True)
class SegmentCounts:
    """What one segment gave: rows by table, pages by outcome, records left out by reason."""

    segment: str
    rows: dict[str, int]
    outcomes: dict[str, int]
    skips: dict[str, int]


def read_page(page: Page, *, generic: bool = False, secret: bytes | None = None) -> dict[str, Any]:
    """One page's extraction record, its commenters pseudonymised with `secret` (without it they stay unnamed)."""
    key = partial(author_key, secret, page.site) if secret else None
    record = extract_page(
        page.body,
        page.url,
        content_type=page.content_type,
        captured_at=page.captured_at,
        timezone=page.timezone,
        generic=generic,
        author_key=key,
    )
    return dict(record)


def in_order(
    function: Callable[[Job], Result],
    jobs: Iterable[Job],
    workers: int,
    *,
    batch_size: int = _BATCH,
    progress: Progress | None = None,
) -> Iterator[Result]:
    """`map(function, jobs)` over worker processes: results in the order of the jobs, and never many jobs in memory.

    Raises YanyanaError when a worker is killed (by the system, for want of memory, most often).
    """
    source = iter(jobs)
    if workers == 1:
        while batch := list(islice(source, batch_size)):
            yield from _all(function, batch)
        return
    waiting: deque[Future[list[Result]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=_SPAWN, initializer=start_worker, initargs=(progress,)) as pool:
        try:
            while True:
                while len(waiting) < 3 * workers and (batch := list(islice(source, batch_size))):
                    waiting.append(pool.submit(_all, function, batch))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        except BrokenProcessPool as error:
            raise YanyanaError(
                "a worker process was killed while reading pages; run again with fewer workers (YANYANA_WORKERS=1)"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def start_worker(progress: Progress | None = None) -> None:
    """Make this process one that reads pages and nothing else."""
    global _progress
    _progress = progress
    # A page's tree is freed by breaking its cycles, so the collector would only walk what lives on.
    gc.collect()
    gc.freeze()
    gc.disable()


def _all(function: Callable[[Job], Result], jobs: list[Job]) -> list[Result]:
    results = [function(job) for job in jobs]
    gc.collect(0)  # the few cycles that a page leaves, while they are young and quickly found
    return results


def version(secret: bytes | None) -> str:
    """What a part depends on besides its segment: the extractor's version and which secret keyed the commenters."""
    return f"extract {EXTRACTOR_VERSION}, key {key_id(secret) if secret else 'none'}"


def extract_segments(
    segments: Iterable[tuple[Place, date]], settings: Settings, progress: Progress | None = None
) -> Iterator[SegmentCounts]:
    """Read those segments, each of its archive day, that this version has not read; what each gave, in their order.

    A process, or a task on Spark, reads a segment by itself; when there are few, all processes read the pages of one
    after the other. Segments are asked for as processes become free, and at once on Spark, which tells of `progress`
    in its own UI. Raises what `extract_segment` does; on Spark when all other segments are read.
    """
    unread = _unread(segments, settings, progress)
    if settings.engine == "spark":
        yield from _read_on_spark(list(unread), settings)
        return
    enough = min(settings.workers, _FED)
    first = list(islice(unread, enough))
    if len(first) < enough or settings.workers == 1:
        counts = (read_alone(each, settings, settings.workers, progress) for each in chain(first, unread))
    else:
        read = partial(_read_in_worker, settings=settings)
        counts = in_order(read, chain(first, unread), settings.workers, batch_size=1, progress=progress)
    yield from filter(None, counts)


def read_alone(
    segment: tuple[Place, date], settings: Settings, workers: int = 1, progress: Progress | None = None
) -> SegmentCounts | None:
    """`extract_segment` under the settings, with what is on the list of the erased when it begins."""
    path, day = segment
    secret = settings.secret()
    return extract_segment(
        path,
        day=day,
        lake=Lake(settings.lake),
        sites=SiteIndex(settings.configured.site),
        secret=secret,
        workers=workers,
        erased=read_erased(settings.erased, secret),
        progress=progress,
    )


def _unread(
    segments: Iterable[tuple[Place, date]], settings: Settings, progress: Progress | None
) -> Iterator[tuple[Place, date]]:
    lake, current = Lake(settings.lake), version(settings.secret())
    for segment, day in segments:
        if lake.made_by(schema.CAPTURES, part=part_name(segment), day=day) != current:
            yield segment, day
        elif progress:
            progress.add(size=segment.stat().st_size)


def _read_in_worker(segment: tuple[Place, date], settings: Settings) -> SegmentCounts | None:
    counts = read_alone(segment, settings, progress=_progress)
    gc.collect()  # a worker collects only what it has just made, otherwise
    return counts


def _read_on_spark(unread: list[tuple[Place, date]], settings: Settings) -> Iterator[SegmentCounts]:
    """Each segment as a task of its own, whose one row says what it gave.

    An executor reads segment and settings where it runs. Only names travel, above all not the secret: Spark would keep
    it in files, show it in its UI, or log it.
    """
    if not unread:
        return
    names, agreed = [(segment.name, day) for segment, day in unread], _fingerprint(settings)

    def read(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        import pyarrow as pa

        start_worker()
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield pa.RecordBatch.from_pydict({"given": [_read_in_task(names[number], agreed)]})

    with settings.session() as spark:
        tasks = spark.range(len(names), numPartitions=len(names)).mapInArrow(read, "given string")
        given = [json.loads(row["given"]) for row in tasks.collect()]
    failures = [each["failure"] for each in given if "failure" in each]
    yield from (SegmentCounts(**each["counts"]) for each in given if each.get("counts"))
    if failures:
        raise YanyanaError("\n".join(failures))


def _read_in_task(segment: tuple[str, date], agreed: str) -> str:
    """Read one segment under this machine's settings; what it gave, or the failure that doing it again repeats."""
    name, day = segment
    try:
        settings = load()
        if (mine := _fingerprint(settings)) != agreed:
            raise YanyanaError(
                f"{gethostname()} would read {name} with {mine}, and the driver has {agreed}: install one version of "
                "Yanyana everywhere, and give the executors the driver's sites.toml (YANYANA_SITES), secret "
                "(YANYANA_AUTHOR_SECRET, or secret.key in YANYANA_DATA) and list of what was erased (in YANYANA_DATA)"
            )
        counts = _read_in_worker((day_folder(settings.archive, day) / name, day), settings)
    except YanyanaError as error:
        return json.dumps({"failure": str(error)})
    return json.dumps({"counts": counts and asdict(counts)})


def _fingerprint(settings: Settings) -> str:
    """What processes have to agree on to read alike."""
    secret = settings.secret()
    sites = digest(settings.configured.model_dump_json())[:8]
    erased = digest(*sorted(read_erased(settings.erased, secret).marks))[:8]
    return f"{version(secret)}, sites {sites}, erased {erased}"


def extract_segment(
    segment: Place,
    *,
    day: date,
    lake: Lake,
    sites: SiteIndex,
    secret: bytes | None,
    workers: int,
    erased: Erased = NOTHING_ERASED,
    progress: Progress | None = None,
) -> SegmentCounts | None:
    """Read one segment and replace its part in every extracted table; None when the parts are of this version already.

    What was `erased` is left out. What was read earlier of captures that the archive no longer holds stays. Tables
    are replaced together, so a run that dies is simply repeated.
    """
    part, made_by = part_name(segment), version(secret)
    if lake.made_by(schema.CAPTURES, part=part, day=day) == made_by:
        return None
    tables = _Tables()
    skips: dict[str, list[str | None]] = {}
    lost: list[str] = []
    threads: dict[tuple[str | None, str | None], list[Row]] = {}

    def jobs() -> Iterator[tuple[Page, Row] | _Heard]:
        for exchange in _counted(segment, progress) if progress else read_segment(segment):
            if isinstance(exchange, Exchange) and exchange.purpose == Purpose.COMMENTS:
                responses = threads.setdefault((exchange.via, exchange.thread), [])
                capture = capture_row(exchange, part, sites.name(exchange.via or exchange.url))
                capture["read_id"] = responses[0]["capture_id"] if responses else capture["capture_id"]
                responses.append(capture)
                tables.add({"captures": [capture]})
                continue
            reason = exchange.reason if not isinstance(exchange, Exchange) else not_a_page(exchange)
            if reason:
                skips.setdefault(reason, []).append(exchange.url)
            if isinstance(exchange, Skip) and exchange.lost is not None:
                lost.append(digest("capture", part, exchange.lost))
            if isinstance(exchange, Exchange) and not (reason and imported(part)):
                capture = capture_row(exchange, part, sites.name(exchange.url))
                tables.add({"captures": [capture], "discoveries": [*discovery_rows(exchange, capture, sites.name)]})
                if not reason:
                    yield page_of(exchange, sites), capture
        for (page, thread), captures in threads.items():
            heard = _heard(segment, page, thread, captures, sites)
            if heard is None:
                skips.setdefault("thread that nothing reads", []).append(page)
            elif secret:
                yield heard

    for new_rows in in_order(partial(_rows, secret=secret), jobs(), workers):
        tables.add(new_rows)
        if progress:
            progress.add(pages=len(new_rows.get("pages", ())))
    tables.add(
        {
            "skips": [
                {"segment": part, "reason": reason, "records": len(urls), "example": urls[0]}
                for reason, urls in skips.items()
            ]
        }
    )
    frames = _with_lost(tables.frames(), lost, lake, part, day)
    frames[schema.DISCOVERIES.name] = first_found(frames[schema.DISCOVERIES.name])
    frames = erased.without(frames)
    lake.write_segment(frames, part=part, day=day, made_by=made_by)
    return SegmentCounts(
        segment.name,
        {name: data.height for name, data in frames.items()},
        dict(Counter(frames["pages"]["outcome"])),
        {reason: len(urls) for reason, urls in skips.items()},
    )


def _counted(segment: Place, progress: Progress) -> Iterator[Exchange | Skip]:
    """The records of a segment, with `progress` told of each and of the bytes up to it."""
    told = 0
    for record in read_segment(segment):
        offset = record.offset if isinstance(record, Exchange) else told
        progress.add(records=1, size=offset - told)
        told = offset
        yield record
    progress.add(size=segment.stat().st_size - told)


def _with_lost(
    frames: dict[str, pl.DataFrame], lost: list[str], lake: Lake, part: str, day: date
) -> dict[str, pl.DataFrame]:
    """New frames with the rows that the part about to be replaced has of captures that cannot be read again."""
    if not lost:
        return frames
    kept = {}
    for name, data in frames.items():
        rows = lake.read(schema.TABLES[name], part=part, day=day)
        if "capture_id" in rows.columns:
            rows = rows.filter(pl.col("capture_id").is_in(lost))
            if name == schema.CAPTURES.name:
                rows = rows.with_columns(no_body_to_refer_to(pl.lit(True)), archived=pl.lit("removed"))
            data = pl.concat([data, rows])
        kept[name] = data
    return kept


class _Tables:
    """Rows gathered by table, packed into frames as they grow: a frame takes a tenth of the memory of its rows."""

    def __init__(self) -> None:
        self._frames: dict[str, list[pl.DataFrame]] = {table.name: [] for table in schema.EXTRACTED}
        self._rows: Rows = {table.name: [] for table in schema.EXTRACTED}
        self._held = 0

    def add(self, new: Rows) -> None:
        for name, table_rows in new.items():
            self._rows[name] += table_rows
            self._held += len(table_rows)
        if self._held > _ROWS_HELD:
            self._pack()

    def frames(self) -> dict[str, pl.DataFrame]:
        self._pack()
        return {name: pl.concat(frames) for name, frames in self._frames.items()}

    def _pack(self) -> None:
        for table in schema.EXTRACTED:
            self._frames[table.name].append(frame(table, self._rows[table.name]))
            self._rows[table.name] = []
        self._held = 0


def _heard(
    segment: Place, page: str | None, thread: str | None, captures: list[Row], sites: SiteIndex
) -> _Heard | None:
    """The responses of one reading that a segment holds whole; None where nothing reads them (any more).

    They stand apart in the segment, among those of other threads, and are fetched one thread at a time.
    """
    identity, site = identity_of(thread), sites.configured(page or "")
    own = Own(site.comments, site.language, site.timezone) if site and site.comments else None
    adapter = adapter_of(identity.platform, own=own) if identity else None
    if page is None or identity is None or adapter is None:
        return None
    asked = Thread(sites.name(page), page, identity.platform, identity.endpoint, identity.thread_id)
    exchanges = [response_in(segment, capture["offset"]) for capture in captures]
    responses = tuple(_response(exchange) for exchange in exchanges if exchange and not exchange.cut)
    return _Heard(Conversation(asked, identity.story, adapter), responses, captures[0])


def _response(exchange: Exchange) -> Response:
    headers = {name.lower(): value for name, value in exchange.headers}
    return Response(exchange.url, exchange.status, headers, exchange.body, exchange.captured_at)


def _rows(job: tuple[Page, Row] | _Heard, secret: bytes | None) -> Rows:
    return _thread_rows(job, secret) if isinstance(job, _Heard) else _page_rows(job, secret)


def _thread_rows(heard: _Heard, secret: bytes | None) -> Rows:
    thread, story = heard.conversation.thread, heard.conversation.story
    key = partial(author_key, secret, thread.site) if secret else None
    read = reading(heard.conversation.adapter, thread, heard.responses, key)
    return thread_rows(read, thread, heard.first, article_id=article_id(story))


def _page_rows(job: tuple[Page, Row], secret: bytes | None) -> Rows:
    page, capture = job
    read = rows(read_page(page, secret=secret), capture, EXTRACTOR_VERSION, keep_comments=secret is not None)
    return read | {"discoveries": [*teaser_rows(read["items"], capture)]}


def page_of(exchange: Exchange, sites: SiteIndex) -> Page:
    """What a worker needs of an archived response, with what is configured for its site."""
    site = sites.configured(exchange.url)
    return Page(
        exchange.url,
        exchange.body,
        exchange.content_type,
        exchange.captured_at,
        site.timezone if site else None,
        sites.name(exchange.url),
    )
