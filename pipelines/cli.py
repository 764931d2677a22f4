"""The command line: the same assets without the web UI, and the rooms that serve other programs.

Results go to standard output, everything said on the way to standard error. An error that a person can act on is
printed without a traceback, and the exit code is 1. Heavy imports stand in the commands that need them.
"""

import json
import os
import secrets
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urljoin

import typer
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from pipelines.errors import YanyanaError
from pipelines.lake.files import replacing
from pipelines.lake.ids import key_id
from pipelines.lake.store import Place
from pipelines.settings import ROOT, Settings, Site, SiteIndex, load, reachable

if TYPE_CHECKING:
    import polars as pl

    from pipelines.lake.store import Place
    from pipelines.segments import SegmentCounts

_HELP = "Measure what news sites put beside the news. Results go to standard output, remarks to standard error."
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=_HELP)
# Into a file or a pipe nothing is cut to the width of a terminal that is not there.
out = Console() if sys.stdout.isatty() else Console(width=240)
err = Console(stderr=True)

SQL = ROOT / "sql"
_HEADLINES_AT_ONCE = 10_000
_SITES_SHOWN = 12  # of more, only those of which something can be told
_DAGSTER_YAML = "telemetry:\n  enabled: false\nnux:\n  enabled: false\nrun_retries:\n  enabled: true\n"

Language = Literal["tr", "en", "auto"]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE...")]


@app.command()
def run() -> None:
    """Crawl, read, classify, compute and publish today's archive day."""
    from pipelines.assets.tables import today

    settings = load()
    _init(settings)
    _materialise(settings, "everything", today())
    _show_result(settings)


@app.command()
def crawl(
    site: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this site; may be given several times.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be fetched and why; ask nobody.")
    ] = False,
) -> None:
    """Fetch what is due into today's archive, and read it; what is published stays as it is."""
    from pipelines.assets.tables import today
    from pipelines.lake import schema
    from pipelines.lake.parts import Lake

    settings, names = load(), site or []
    sites = settings.configured.chosen(names)
    if dry_run:
        _show_due(settings, sites)
        return
    _init(settings)
    before = datetime.now(UTC).replace(tzinfo=None)
    _materialise(settings, "capture", today(), {"crawl": {"config": {"sites": names}}})
    reports = Lake(settings.lake).scan(schema.CRAWL_REPORTS, today()).collect()
    _show_reports(reports.filter(reports["started_at"] >= before))


@app.command()
def explain(url: Annotated[str, typer.Argument(metavar="URL", help="The address, in any spelling.")]) -> None:
    """Tell all that is known of one address: robots.txt, discovery, captures, and when it is due next."""
    from pipelines.crawl.log import read_log
    from pipelines.crawl.plan import account
    from pipelines.crawl.threads import known_threads
    from pipelines.lake.parts import Lake

    settings = load()
    sites, now, lake = settings.configured.enabled, datetime.now(UTC), Lake(settings.lake)
    threads = known_threads(lake, sites if settings.secret() else (), now, disqus_key=settings.disqus_api_key)
    log = threads.added_to(read_log(settings.archive, lake, SiteIndex(settings.configured.site).name))
    known = account(url, log, settings.archive, sites, now)
    state, watched = known.state, SiteIndex(sites).configured(url)
    site = state["site"] if state else watched.name if watched else None  # a thread may stand on another's host
    table = Table("when (UTC)", "what", show_header=False, box=None)
    table.add_row("address", escape(f"{url}  ({known.address_id})"))
    table.add_row("site", site or "of no enabled site: never asked for")
    if known.robots is None:
        table.add_row("robots.txt", "not asked for yet; it is, before anything else of the host")
    else:
        table.add_row("robots.txt", f"as of {known.robots_at:%Y-%m-%d %H:%M:%S}: {escape(known.verdict or 'allowed')}")
    for row in known.discoveries.iter_rows(named=True):
        stated = f", dated {row['published_at']:%Y-%m-%d %H:%M}" if row["published_at"] else ""
        table.add_row(_time(row["discovered_at"]), escape(f"found in {row['found_in']} {row['found_on']}{stated}"))
    for row in known.captures.iter_rows(named=True):
        again = ", the same as before" if row["revisit_of"] else ""
        table.add_row(
            _time(row["captured_at"]), f"status {row['status']}{again}, in {row['segment']} at {row['offset']:,}"
        )
    for row in known.failures.iter_rows(named=True):
        table.add_row(_time(row["failed_at"]), escape(f"not fetched: {row['reason']}"))
    if state is None:
        table.add_row("next", "never: no document of the site has named it")
    elif state["next_due"] is None:
        table.add_row("next", escape(f"not due any more: {state['why']}"))
    else:
        due = "due since" if state["next_due"] <= now.replace(tzinfo=None) else "due on"
        table.add_row("next", escape(f"{due} {_time(state['next_due'])} ({state['why']})"))
    out.print(table)


@app.command("import")
def import_(files: Files) -> None:
    """Take other people's WARC files into the archive, and publish what they hold. Killed, it goes on where it was."""
    from pipelines.assets.tables import today
    from pipelines.crawl.importing import Imported, bare_seconds, import_file

    settings = load()
    _init(settings)
    imports = [(path, import_file(path, settings.archive, day=today())) for path in files]
    taken: dict[Path, list[Imported]] = {}

    def segments() -> Iterator[tuple[Place, date]]:
        for path, pieces in imports:
            taken[path] = []
            for piece in pieces:
                taken[path].append(piece)
                yield piece.segment, piece.day
            before = sum(piece.already for piece in taken[path])
            err.print(
                f"{path}: {len(taken[path])} segments, {before} of them came in before; "
                f"the first is {taken[path][0].segment.name} of {taken[path][0].day}",
                highlight=False,
                soft_wrap=True,
            )

    counts = _extract(settings, segments(), sum(path.stat().st_size for path in files))
    if counts:
        paths = {piece.segment.name: piece.segment for pieces in taken.values() for piece in pieces}
        bare = sum(counts[0].outcomes.values()) / bare_seconds(paths[counts[0].segment])
        err.print(f"FastWARC alone, which reads no page, passes {bare:,.0f} pages a second on a core", highlight=False)
    for day in sorted({piece.day for pieces in taken.values() for piece in pieces}):
        _materialise(settings, "refresh", day)
    _show_pages(settings, {path: [piece.segment for piece in pieces] for path, pieces in taken.items()})
    _show_result(settings)


@app.command("import-engagement")
def import_engagement(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE.csv|parquet")],
) -> None:
    """Take in a newsroom's own analytics: rows of url, time, metric and value. All of a file or nothing."""
    from pipelines.analytics import import_analytics
    from pipelines.lake.erasure import read_erased
    from pipelines.lake.parts import Lake
    from pipelines.lake.schema import CAPTURES

    settings = load()
    lake, sites = Lake(settings.lake), SiteIndex(settings.configured.site)
    erased = read_erased(settings.erased, settings.secret())
    taken = import_analytics(file, lake, site_of=sites.name, erased=erased)
    said = "came in before" if taken.already else "taken in"
    err.print(f"{file}: {taken.observations:,} observations {said}", highlight=False, soft_wrap=True)
    for day in lake.days(CAPTURES)[-1:]:
        _materialise(settings, "refresh", day)


@app.command()
def reparse() -> None:
    """Read what this version has not read of the whole archive, and publish."""
    from pipelines.crawl.archive import days

    settings = load()
    _init(settings)
    archived = days(settings.archive)
    if not archived:
        raise YanyanaError(f"{settings.archive} holds no segment: run `yanyana run` or `yanyana import FILE` first")
    _materialise(settings, "backfill", archived[0], last=archived[-1])
    _show_result(settings)


@app.command("extract-segments")
def extract_segments() -> None:
    """Read what this version has not read of the whole archive into the lake, on one machine or on Spark."""
    from pipelines.crawl.archive import day_of, segments

    settings = load()
    _init(settings)
    archived = [(path, day_of(path)) for path in segments(settings.archive)]
    counts = _extract(settings, archived, sum(path.stat().st_size for path, _ in archived))
    err.print(f"{len(archived):,} segments are read, {len(counts):,} of them now; `yanyana reparse` publishes them")


@app.command()
def extract(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, or s3://bucket/… of WARC files.")],
    generic: Annotated[bool, typer.Option(help="Read every page without what is known of its publisher.")] = False,
) -> None:
    """Print one JSON object a page, in the order of the input, of saved pages and WARC files."""
    from pipelines.segments import in_order, read_page

    settings = load()
    skips: Counter[str] = Counter()
    pages = _pages_of([_source(name) for name in files], SiteIndex(settings.configured.site), skips)
    read = partial(read_page, generic=generic, secret=settings.secret())
    for record in in_order(read, pages, settings.workers):
        sys.stdout.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    for reason, count in skips.most_common():
        err.print(f"left out {count} records: {reason}")


@app.command()
def inspect(
    page: Annotated[str, typer.Argument(metavar="PAGE", help="An address, or a page saved as HTML.")],
    html: Annotated[
        Path | None,
        typer.Option(metavar="OUT.html", dir_okay=False, help="Write the page with what was found drawn on it."),
    ] = None,
    generic: Annotated[bool, typer.Option(help="Read the page without what is known of its publisher.")] = False,
) -> None:
    """Show what is found on one page, which is looked at and not archived."""
    from pipelines.extract import extract_page
    from pipelines.inspecting.fetch import open_page
    from pipelines.inspecting.outline import outline
    from pipelines.inspecting.overlay import overlay

    configured = load().configured
    url, body, content_type, captured_at = open_page(page, configured.crawl.contact)
    site = SiteIndex(configured.site).configured(url)
    zone = site.timezone if site else None
    record = extract_page(body, url, content_type=content_type, captured_at=captured_at, timezone=zone, generic=generic)
    out.print(outline(record))
    if html:
        with replacing(html) as temporary:
            temporary.write_text(overlay(body, content_type, record), encoding="utf-8")
        err.print(f"open {escape(str(html))} in a browser to see it on the page", highlight=False, soft_wrap=True)


@app.command()
def classify(
    language: Annotated[Language, typer.Option(help="Language of the headlines; auto guesses it for each.")] = "auto",
    explain: Annotated[bool, typer.Option(help="Add the cues that moved the scores.")] = False,
) -> None:
    """Read headlines from standard input, one a line; print one JSON object for each, in order."""
    from pipelines.classify import classify as label
    from pipelines.classify import describe

    lines = (line.rstrip("\r\n") for line in sys.stdin)
    while headlines := list(islice(lines, _HEADLINES_AT_ONCE)):
        for labelled in label(headlines, None if language == "auto" else language, explain=explain):
            sys.stdout.write(json.dumps(describe(labelled, explain=explain), ensure_ascii=False) + "\n")


@app.command()
def query(
    asked: Annotated[
        str | None, typer.Argument(metavar="[NAME|SQL]", help="A named query or SQL; none lists the names.")
    ] = None,
    form: Annotated[
        Literal["table", "csv", "json", "parquet"], typer.Option("--format", help="What the rows are printed as.")
    ] = "table",
) -> None:
    """Ask the published DuckDB file: a named query, or SQL. Without either, list the named queries."""
    from pipelines.warehouse.query import named_queries, packed
    from pipelines.warehouse.query import run as answer

    if asked is None:
        table = Table("name", "the question it answers")
        for named in named_queries(SQL).values():
            table.add_row(named.name, named.question)
    else:
        rows = answer(load().database, asked, sql=SQL)
        if form != "table":
            if form == "parquet" and sys.stdout.isatty():
                raise YanyanaError("Parquet is no text for a terminal: write it to a file, > rows.parquet")
            sys.stdout.buffer.write(packed(rows, form))
            return
        table = Table(*rows.columns, caption=f"{rows.height:,} rows")
        for row in rows.iter_rows():
            table.add_row(*(_cell(value) for value in row))
        if rows.height and Measurement.get(out, out.options.update_width(sys.maxsize), table).minimum > out.width:
            table = _records(rows)
    out.print(table)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    comments: Annotated[
        bool, typer.Option("--comments", help="With commenters' words and pseudonyms: personal data.")
    ] = False,
) -> None:
    """Write every published table as Parquet with a data-package description, for a research repository."""
    from pipelines.warehouse.export import export as write

    files = write(load().database, folder, comments=comments)
    err.print(f"{folder}: {len(files) - 1} tables, described in datapackage.json", highlight=False)


@app.command()
def tables() -> None:
    """Print the data dictionary as Markdown."""
    from pipelines.lake.schema import TABLES
    from pipelines.warehouse.dictionary import dictionary_markdown

    sys.stdout.write(dictionary_markdown(TABLES))


@app.command()
def init() -> None:
    """Make the secret that pseudonymises commenters, and Dagster's folder; what exists stays."""
    settings = load()
    _init(settings)
    secret = settings.secret() or b""
    kept = "YANYANA_AUTHOR_SECRET" if settings.author_secret else settings.data / "secret.key"
    err.print(
        f"{settings.data} is ready; {kept} keeps the secret (key id {key_id(secret)}): back it up, show it to no one",
        highlight=False,
        soft_wrap=True,
    )


@app.command()
def erase(
    comment: Annotated[str | None, typer.Option(metavar="ID", help="A comment, by its comment_id.")] = None,
    author: Annotated[str | None, typer.Option(metavar="KEY", help="A commenter, by the author_key.")] = None,
    url: Annotated[str | None, typer.Option(metavar="URL", help="A story, by its address.")] = None,
) -> None:
    """Erase a comment, a commenter or a story everywhere and for good: archive, lake, DuckDB file and report."""
    from pipelines import erasing
    from pipelines.lake.parts import Lake

    asked = [(comment, erasing.erase_comment), (author, erasing.erase_author), (url, erasing.erase_story)]
    settings, given = load(), [(what, erase_it) for what, erase_it in asked if what]
    if len(given) != 1:
        raise YanyanaError("name one thing to erase: --comment ID, --author KEY or --url URL")
    secret = settings.secret()
    if secret is None:
        raise YanyanaError("what is erased is remembered by keyed marks, and there is no secret: run `yanyana init`")
    [(what, erase_it)] = given
    done = erase_it(what, erasing.Store(settings.archive, Lake(settings.lake), settings.erased, secret))
    for day in done.days:
        _materialise(settings, "refresh", day)
    rows = ", ".join(f"{count} of {name}" for name, count in done.rows.items()) or "none"
    err.print(f"rows removed: {rows}; records removed from the archive: {done.records}", soft_wrap=True)
    if url:
        history = _dagster_home(settings) / "history"
        err.print(f"Dagster's run history may quote its headline: delete {history} to be rid of that", soft_wrap=True)


@app.command()
def train(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the training headlines.")],
    into: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write here, not into the installed package.")
    ] = None,
) -> None:
    """Make the headline classifier's weights and calibration anew; the same data give the same bytes."""
    from pipelines.classify.gold import read_gold
    from pipelines.classify.training import train as fit

    with err.status("training takes some minutes"):
        weights, calibration = fit(data, read_gold(data / "gold_dev.jsonl"))
    target = into or ROOT / "pipelines" / "classify"
    for path, written in (
        (target / "weights" / "linear.npz", weights),
        (target / "tables" / "calibration.toml", calibration.encode()),
    ):
        same = path.exists() and path.read_bytes() == written
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(written)
        err.print(f"{path}: {'as before' if same else 'changed'}", highlight=False, soft_wrap=True)


@app.command()
def evaluate(
    data: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the training headlines and the gold.")],
    into: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the model card here.")] = None,
) -> None:
    """Print how good the headline classifier is, and write its model card."""
    from pipelines.classify.evaluation import card, figures, shown
    from pipelines.classify.gold import read_gold

    gold = read_gold(data / "gold_dev.jsonl")
    measured = []
    for figure in figures(data, gold):
        measured.append(figure)
        sys.stdout.write(
            f"{figure.part} | {figure.headlines} | {figure.measure} {shown(figure)} n={figure.headlines_read}\n"
        )
    target = into or ROOT / "pipelines" / "classify" / "MODEL_CARD.md"
    with replacing(target) as temporary:
        temporary.write_text(card(measured, data, gold), encoding="utf-8")


@app.command()
def label(
    headlines: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="Headlines, one a line.")
    ],
    reader: Annotated[str | None, typer.Option(metavar="NAME", help="Who reads; the same name resumes.")] = None,
    language: Annotated[Literal["tr", "en"], typer.Option(help="Language of the headlines, to recalibrate.")] = "tr",
    recalibrate: Annotated[bool, typer.Option(help="Print the curves that all readers' answers give.")] = False,
) -> None:
    """Read headlines in the terminal and say what they are; with two readers κ is told."""
    from pipelines.classify import labelling

    if not reader and not recalibrate:
        raise YanyanaError("say who reads with --reader NAME, or ask for --recalibrate")
    asked = labelling.read_headlines(headlines)
    if reader:
        mine = labelling.answers_file(headlines, reader)
        left = labelling.ask(
            asked, mine, lambda text: typer.prompt(text, prompt_suffix="", default="", show_default=False)
        )
        err.print(f"{mine}: {f'{left} still open; the same command goes on' if left else 'all are read'}")
        for other in labelling.answer_files(headlines):
            if other == mine:
                continue
            told = labelling.agreement(labelling.read_answers(mine), labelling.read_answers(other))
            for name, (value, count) in told.items():
                out.print(f"κ {name} {value:.2f} on {count} headlines, with {other.name}", highlight=False)
    if recalibrate:
        from pipelines.classify.training import own_calibration

        readers = [labelling.read_answers(path) for path in labelling.answer_files(headlines)]
        sys.stdout.write(own_calibration(labelling.as_gold(asked, readers, language), language))


def main() -> None:
    """Run the command line; a YanyanaError becomes its message and exit code 1."""
    # JSON and headlines are UTF-8 whatever the locale; a broken byte in a headline is no reason to stop.
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except YanyanaError as error:
        err.print(f"[bold red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _init(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    key = settings.data / "secret.key"
    if not settings.author_secret and not key.exists():
        with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    home = _dagster_home(settings)
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text(_DAGSTER_YAML)


def _dagster_home(settings: Settings) -> Path:
    return Path(os.environ.get("DAGSTER_HOME") or settings.data / "dagster").resolve()


def _materialise(
    settings: Settings, job: str, day: date, ops: Mapping[str, Any] | None = None, *, last: date | None = None
) -> None:
    """Run a Dagster job in this process, for one archive day or as one run for all from `day` to `last`.

    Raises YanyanaError saying what failed.

    Dagster's own log stays with the run, for the web UI; only what warns is repeated here.
    """
    import logging

    import dagster as dg

    from pipelines.definitions import defs

    days = day.isoformat() if last in (None, day) else f"{day} to {last}"
    partitions: dict[str, Any] = {"partition_key": day.isoformat()}
    if last and last != day:
        ends = {"start": day.isoformat(), "end": last.isoformat()}
        partitions = {"tags": {f"dagster/asset_partition_range_{which}": key for which, key in ends.items()}}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}, "ops": dict(ops or {})}
    with (
        dg.DagsterInstance.from_config(str(_dagster_home(settings))) as instance,
        err.status(f"{job} {days}"),
    ):
        result = defs.resolve_job_def(job).execute_in_process(
            run_config=quiet, instance=instance, raise_on_error=False, **partitions
        )
        warnings = [entry.user_message for entry in instance.all_logs(result.run_id) if entry.level == logging.WARNING]
    for warning in warnings + [_said(check) for check in _failed_checks(result.all_events) if not check.blocking]:
        err.print(f"[yellow]warning:[/] {escape(warning)}", highlight=False, soft_wrap=True)
    if not result.success:
        raise YanyanaError(f"{job} of {days} failed: {_why(result.all_events)}\n`make ui` shows run {result.run_id}")


def _failed_checks(events: Sequence[Any]) -> list[Any]:
    evaluations = [e.asset_check_evaluation_data for e in events if e.event_type_value == "ASSET_CHECK_EVALUATION"]
    return [evaluation for evaluation in evaluations if not evaluation.passed]


def _said(check: Any) -> str:
    return f"{check.asset_key.to_user_string()}: {check.description or check.check_name}"


def _why(events: Sequence[Any]) -> str:
    """The failed checks of a run in their own words, else the innermost error of the step that failed."""
    if blocking := [_said(check) for check in _failed_checks(events) if check.blocking]:
        return "; ".join(blocking)
    event = next(event for event in events if event.is_step_failure or event.is_run_failure)
    error = getattr(event.event_specific_data, "error", None)
    while error is not None and error.cause is not None:
        error = error.cause
    return f"step {event.step_key}: {error.message.strip()}" if error else str(event.message)


def _extract(settings: Settings, segments: Iterable[tuple[Place, date]], size: int) -> "list[SegmentCounts]":
    """Read the unread among segments of together so many bytes; say how far it is meanwhile, and how fast it was."""
    from pipelines.progress import Progress, shown
    from pipelines.segments import extract_segments

    progress, began = Progress(), monotonic()
    spark = settings.engine == "spark"
    with err.status("reading on Spark") if spark else shown(progress, size, settings.workers, err):
        counts = list(extract_segments(segments, settings, progress))
    if spark:
        pages = sum(sum(each.outcomes.values()) for each in counts)
        err.print(f"{pages:,} pages in {monotonic() - began:,.0f} s", highlight=False)
    elif counts:
        err.print(progress.said(settings.workers), highlight=False)
    return counts


def _source(name: str) -> Place:
    try:
        found = reachable(name)
    except ValueError as error:
        raise YanyanaError(f"{name}: {error}") from error
    if not found.exists():
        raise YanyanaError(f"{name}: there is no such file; give a saved page or a WARC file")
    return found


def _pages_of(files: Sequence[Place], sites: SiteIndex, skips: Counter[str]) -> Iterator[Any]:
    """The pages of saved HTML and WARC files in order; records that are no page are counted in `skips`."""
    from pipelines.crawl.archive import Exchange, is_warc, not_a_page, read_segment
    from pipelines.inspecting.fetch import read_saved
    from pipelines.segments import Page, page_of

    for path in files:
        if isinstance(path, Path) and not is_warc(path):
            saved = read_saved(path)
            yield Page(saved.url, saved.body, captured_at=saved.captured_at)
            continue
        for exchange in read_segment(path):
            reason = not_a_page(exchange) if isinstance(exchange, Exchange) else exchange.reason
            if reason:
                skips[reason] += 1
            elif isinstance(exchange, Exchange):
                yield page_of(exchange, sites)


def _show_due(settings: Settings, sites: Sequence[Site]) -> None:
    """What a crawl would begin with, site by site in the order in which it would ask."""
    from pipelines.crawl.log import read_log
    from pipelines.crawl.plan import archived_robots, due_of, frontier
    from pipelines.crawl.threads import known_threads
    from pipelines.lake.parts import Lake

    now, lake = datetime.now(UTC), Lake(settings.lake)
    threads = known_threads(lake, sites if settings.secret() else (), now, disqus_key=settings.disqus_api_key)
    log = threads.added_to(read_log(settings.archive, lake, SiteIndex(settings.configured.site).name))
    known = frontier(log, sites, now)
    for site in sites:
        robots: dict[str, Any] = {}
        table = Table("purpose", "address", "due since (UTC)", "why", title=site.name, title_justify="left")
        dues = list(due_of(known, site, now))
        for due in dues[: site.max_pages]:
            host = urljoin(due.url, "/")
            if host not in robots:
                robots[host] = archived_robots(due.url, log, settings.archive)[1]
            forbidden = robots[host].refusal(due.url) if robots[host] else None
            why = f"{due.why}; not asked for: {forbidden}" if forbidden else due.why
            if due.previous and not forbidden:
                why += ", if it has changed"
            table.add_row(due.purpose, escape(due.url), _time(due.since), escape(why))
        left = len(dues) - site.max_pages
        table.caption = f"and {left:,} more, which the run's {site.max_pages} pages leave due" if left > 0 else None
        out.print(table if dues else f"{site.name}: nothing is due", soft_wrap=True)


def _show_reports(reports: "pl.DataFrame") -> None:
    table = Table(
        "site", "due", "discovered", "responses", "304", "refused", "failed", "MB", "left", "stopped", "traps"
    )
    for row in reports.sort("site").iter_rows(named=True):
        counts = [
            row[name] for name in ("due", "discovered", "responses", "not_modified", "refused_by_robots", "failed")
        ]
        table.add_row(
            row["site"],
            *(f"{count:,}" for count in counts),
            f"{row['bytes'] / 1e6:.1f}",
            f"{row['left']:,}",
            *(escape(row[name] or "–") for name in ("stopped", "traps")),
        )
    out.print(table)


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}"


def _show_pages(settings: Settings, imported: Mapping[Path, Sequence[Place]]) -> None:
    """What imported files held, by the segments that they became: pages by outcome, and what stood on them."""
    import polars as pl

    from pipelines.crawl.log import part_name
    from pipelines.lake import schema
    from pipelines.lake.parts import Lake

    lake = Lake(settings.lake)
    captures = lake.scan(schema.CAPTURES).select("capture_id", "segment")
    article = pl.col("outcome") == "article"
    table = Table("file", "pages", "articles", "without a title", "blocks", "items", "comments", "left out")
    for path, segments in imported.items():
        mine = pl.col("segment").is_in([part_name(segment) for segment in segments])
        pages = lake.scan(schema.PAGES).join(captures.filter(mine), on="capture_id", how="semi")
        counts = pages.select(
            pl.len(),
            article.sum().alias("articles"),
            (article & pl.col("title").is_null()).sum().alias("without a title"),
            pl.col("n_blocks", "n_items", "n_comments").sum(),
        )
        left_out = lake.scan(schema.SKIPS).filter(mine).select(pl.col("records").sum())
        row = counts.collect().row(0) + left_out.collect().row(0)
        table.add_row(path.name, *(f"{count:,}" for count in row))
    out.print(table)


def _show_result(settings: Settings) -> None:
    """The main answer by site, and where the results lie."""
    import polars as pl

    from pipelines.lake import schema
    from pipelines.lake.parts import Lake

    contrasts = Lake(settings.lake).scan(schema.CONTRASTS).collect()
    answer = contrasts.filter((pl.col("kind") == "all") & (pl.col("outcome") == "clickbait")).sort("site")
    table = Table(
        "site", "stories", "beside hard news", "beside other news", "difference (95 %)", title="Clickbait share"
    )
    told = answer.filter(pl.col("difference").is_not_null())
    shown = answer if answer.height <= _SITES_SHOWN else told
    if shown.height < answer.height:
        table.caption = f"nothing can be told of {answer.height - shown.height} more sites; marts.contrasts says why"
    for row in shown.iter_rows(named=True):
        table.add_row(
            row["site"],
            f"{row['hosts_hard'] + row['hosts_soft']:,}",
            _share(row["share_hard"]),
            _share(row["share_soft"]),
            row["verdict"]
            if row["difference"] is None
            else f"{row['difference']:+.2f} ({row['difference_low']:+.2f} to {row['difference_high']:+.2f})",
        )
    out.print(table)
    out.print(f"DuckDB file  {settings.database}\nreport       {settings.report}", highlight=False, soft_wrap=True)


def _records(rows: "pl.DataFrame") -> Table:
    """The rows one below the other, a line a column: for a screen on which they do not fit side by side."""
    table = Table("column", "value", caption=f"{rows.height:,} rows", show_header=False)
    for row in rows.iter_rows(named=True):
        for name, value in row.items():
            table.add_row(name, _cell(value))
        table.add_section()
    return table


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return escape(f"{value:.3f}" if isinstance(value, float) else str(value))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()
