"""What reading, counting, judging and publishing cost as the data grows, measured.

    python benchmarks/scale.py pages                                      real pages: CPU and bytes a page
    python benchmarks/scale.py grow FOLDER 300000 1000000 3000000 …       lakes of so many exposures, every step of each
    python benchmarks/scale.py lengths FOLDER 8 16 32 48                  pairs on lists of so many slots
    python benchmarks/scale.py shuffle FOLDER 300000 1000000              the steps on Spark, and what they shuffle

Each measures in processes of its own and puts its figures into docs/scaling.json; `benchmarks/scaling.py` makes the
page of them. A lake that is in FOLDER already is used as it is. CPU seconds are of all threads, memory is the most a
process held.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.lakes import month_of
from benchmarks.lakes import write as write_lake
from pipelines import analysis
from pipelines.analysis.company import LONGEST_BLOCK
from pipelines.lake import schema
from pipelines.lake.engine import Engine, scan, spark_session, write
from pipelines.lake.integrity import duplicate_keys, orphans
from pipelines.lake.parts import Lake
from pipelines.settings import ROOT

FIGURES = ROOT / "docs" / "scaling.json"
REAL_PAGES = ROOT.parent / "shared" / "pages" / "news.warc.gz"
MOST_MEMORY = 15 * 1024**3  # bytes; a step that needs more ends, and its figures say so
MADE_BY = "benchmarks/scale.py"

Figures = dict[str, Any]
Step = Callable[[Engine, Lake], int]


def expose(engine: Engine, lake: Lake) -> int:
    """Exposures of every archive day, as the asset writes them."""
    tables = (schema.CAPTURES, schema.ARTICLES, schema.BLOCKS, schema.ITEMS, schema.HEADLINES)
    rows = 0
    for day in lake.days(schema.CAPTURES):
        exposed = analysis.exposures(*(scan(engine, lake, table, day) for table in tables))
        rows += write(engine, lake, schema.EXPOSURES, exposed, part=day.isoformat(), day=day, made_by=MADE_BY)
    return rows


def headline_forms(_: Engine, lake: Lake) -> int:
    """The distinct headlines of every archive day, as they go to the classifier."""
    from pipelines.classify.headlines import distinct_headlines

    tables = (schema.PAGES, schema.ARTICLES, schema.ITEMS)
    return sum(
        distinct_headlines(*(lake.scan(table, day) for table in tables)).height for day in lake.days(schema.CAPTURES)
    )


def integrity(_: Engine, lake: Lake) -> int:
    """The blocking checks of `exposures`; how many rows fail them."""
    days = lake.days(schema.EXPOSURES)
    return sum(
        duplicate_keys(schema.EXPOSURES, lake, day) + sum(orphans(schema.EXPOSURES, lake, day).values()) for day in days
    )


def publish(_: Engine, lake: Lake) -> int:
    """The DuckDB file, made of all tables of the lake; its bytes."""
    from pipelines.warehouse.publish import publish as publish_lake

    database = lake.root.parent / f"{lake.root.name}.duckdb"
    try:
        return publish_lake(lake, database, sql=ROOT / "sql", code_version="benchmark").bytes
    finally:
        database.unlink(missing_ok=True)


def _exposures(measure: Callable[..., pl.DataFrame], *others: schema.Table) -> Step:
    """A measure over the exposures and other tables, as a step."""
    tables = (schema.EXPOSURES, *others)
    return lambda engine, lake: measure(*(scan(engine, lake, table) for table in tables)).height


def variants(engine: Engine, lake: Lake) -> int:
    """Every wording of every story."""
    tables = (schema.CAPTURES, schema.ARTICLES, schema.ITEMS, schema.HEADLINES)
    return analysis.headline_variants(*(scan(engine, lake, table) for table in tables)).height


MEASURES: dict[str, Step] = {
    "contrasts": _exposures(analysis.contrasts),
    "time_course": _exposures(analysis.time_course),
    "clickbait_shares": _exposures(analysis.clickbait_shares),
    "cooccurrence": _exposures(analysis.cooccurrence),
    "topic_matrix": _exposures(analysis.topic_matrix),
    "headline_pairs": _exposures(analysis.headline_pairs, schema.HEADLINES),
    "headline_variants": variants,
    "lifetimes": _exposures(analysis.lifetimes, schema.CAPTURES),
}
# In the order in which each finds what it needs.
STEPS: dict[str, Step] = {
    "exposures": expose,
    "distinct headlines": headline_forms,
    "checks of exposures": integrity,
    **MEASURES,
    "publish": publish,
}
ON_SPARK = ("exposures", *MEASURES)


class Clock:
    """CPU seconds spent counting, and the rows and bytes that counting hands to judging."""

    def __init__(self) -> None:
        self.counting, self.rows, self.bytes = 0.0, 0, 0

    def around(self, collected: Callable[..., pl.DataFrame]) -> Callable[..., pl.DataFrame]:
        """`collected` that tells what it took and gave."""

        def timed(*arguments: Any) -> pl.DataFrame:
            begun = time.process_time()
            rows = collected(*arguments)
            self.counting += time.process_time() - begun
            self.rows += rows.height
            self.bytes += int(rows.estimated_size())
            return rows

        return timed

    def around_context(self, settled: Callable[..., Any]) -> Callable[..., Any]:
        """`settled` that tells what computing the rows took."""

        @contextmanager
        def timed(*arguments: Any) -> Iterator[Any]:
            begun = time.process_time()
            with settled(*arguments) as kept:
                self.counting += time.process_time() - begun
                yield kept

        return timed


def one_step(name: str, lake: Lake) -> Figures:
    """Run one step here; what it cost."""
    clock = Clock()
    for module in [module for path, module in sys.modules.items() if path.startswith("pipelines.analysis.")]:
        for function, wrapped in (("collected", clock.around), ("settled", clock.around_context)):
            if hasattr(module, function):
                setattr(module, function, wrapped(getattr(module, function)))
    cpu, wall = time.process_time(), time.perf_counter()
    result = STEPS[name](None, lake)
    return {
        "step": name,
        "result": result,
        "cpu": time.process_time() - cpu,
        "counting": clock.counting,
        "wall": time.perf_counter() - wall,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "handed_rows": clock.rows,
        "handed_bytes": clock.bytes,
    }


def in_own_process(*arguments: str, timeout: float) -> Figures:
    """This script again with these arguments; the figures that it prints, or why it has none."""
    command = [sys.executable, __file__, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"not finished after {timeout:.0f} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1][-200:]}
    return json.loads(done.stdout.splitlines()[-1])


def lake_of(folder: Path, exposures: int, slots: int = 8) -> Lake:
    """A lake of so many exposures in the folder, written unless it is there."""
    lake = Lake(folder / f"{exposures}x{slots}")
    if not lake.root.exists():
        begun = time.process_time()
        write_lake(month_of(exposures, slots=slots), lake)
        print(f"{lake.root}: written in {time.process_time() - begun:.0f} CPU s", file=sys.stderr)
    return lake


def size(lake: Lake, table: schema.Table) -> int:
    """Bytes of a table's parts."""
    return sum(part.stat().st_size for part in lake.parts(table))


def count(lake: Lake, table: schema.Table) -> int:
    """Rows of a table."""
    return lake.scan(table).select(pl.len()).collect().item()


def grow(folder: Path, sizes: list[int], steps: list[str], timeout: float) -> None:
    """Every step on a lake of each size; figures under `growth`, by step and size."""
    for exposures in sizes:
        lake = lake_of(folder, exposures)
        for name in steps:
            found = in_own_process("step", name, str(lake.root), timeout=timeout)
            print(exposures, found, file=sys.stderr)
            held = count(lake, schema.EXPOSURES)
            bytes_of = {table.name: size(lake, table) for table in (schema.EXPOSURES, schema.ITEMS)}
            keep("growth", f"{name} {exposures}", {"step": name, "exposures": held, **found, "lake_bytes": bytes_of})


def lengths(folder: Path, slots: list[int], timeout: float) -> None:
    """Pairs on 300,000 exposures in lists of different lengths; figures under `lengths`."""
    for length in slots:
        lake = lake_of(folder, 300_000, length)
        if not lake.days(schema.EXPOSURES):
            in_own_process("step", "exposures", str(lake.root), timeout=timeout)
        found = in_own_process("step", "headline_pairs", str(lake.root), timeout=timeout)
        print(length, found, file=sys.stderr)
        joined = lake.scan(schema.BLOCKS).select(pl.col("n_items").cast(pl.Int64), "content_hash", "site").unique()
        n = pl.col("n_items").clip(upper_bound=LONGEST_BLOCK)
        pairs = joined.select((n * (n - 1) // 2).sum()).collect().item()
        keep("lengths", str(length), {"slots": length, "joined": pairs, **found})


def shuffle(folder: Path, sizes: list[int], timeout: float) -> None:
    """The steps that Spark can count, on two local cores; figures under `spark`, by step and size."""
    for exposures in sizes:
        lake = lake_of(folder, exposures)
        found = in_own_process("spark-steps", str(lake.root), timeout=timeout)
        print(exposures, found, file=sys.stderr)
        for name, figures in found.items():
            keep("spark", f"{name} {exposures}", {"step": name, "exposures": count(lake, schema.EXPOSURES), **figures})


def spark_steps(lake: Lake) -> Figures:
    """Run the steps on Spark one after the other; the cost of each as the executors counted it."""
    import httpx

    conf = {"spark.ui.enabled": "true", "spark.driver.memory": "4g", "spark.sql.shuffle.partitions": "8"}
    found, counted = {}, 0
    with spark_session("local[2]", conf) as engine:
        context = engine.sparkContext
        port = context.uiWebUrl.rpartition(":")[2]
        for name in ON_SPARK:
            begun = time.perf_counter()
            result = STEPS[name](engine, lake)
            wall = time.perf_counter() - begun
            time.sleep(1)  # the last stages reach the interface a moment later
            address = f"http://127.0.0.1:{port}/api/v1/applications/{context.applicationId}/stages"
            stages = [stage for stage in httpx.get(address, timeout=60).json() if stage["stageId"] >= counted]
            counted = max((stage["stageId"] + 1 for stage in stages), default=counted)
            found[name] = {
                "result": result,
                "wall": wall,
                "cpu": sum(stage["executorCpuTime"] for stage in stages) / 1e9,
                "shuffle": sum(stage["shuffleWriteBytes"] for stage in stages),
                "spilled": sum(stage["diskBytesSpilled"] for stage in stages),
            }
            print(name, found[name], file=sys.stderr)
    return found


def pages(path: Path) -> Figures:
    """What a real page costs and holds, by reading a WARC file as an import does, in one process."""
    from pipelines.classify import classify
    from pipelines.classify.headlines import distinct_headlines, headline_rows
    from pipelines.crawl.importing import import_file
    from pipelines.segments import extract_segment, start_worker
    from pipelines.settings import SiteIndex

    start_worker()
    classify(["loads the weights"], ["en"])
    day = date(2026, 1, 1)
    with tempfile.TemporaryDirectory() as folder:
        archive, lake = Path(folder) / "archive", Lake(Path(folder) / "lake")
        segments = [piece.segment for piece in import_file(path, archive, day=day)]
        begun = time.process_time()
        for segment in segments:
            extract_segment(segment, day=day, lake=lake, sites=SiteIndex(()), secret=b"benchmark", workers=1)
        extraction = time.process_time() - begun
        begun = time.process_time()
        distinct = distinct_headlines(*(lake.scan(table) for table in (schema.PAGES, schema.ARTICLES, schema.ITEMS)))
        rows = headline_rows(distinct, day, {})
        classification = time.process_time() - begun
        lake.write(schema.HEADLINES, rows, part="headlines", day=day, made_by=MADE_BY)
        expose(None, lake)
        n = pl.col("n_items").clip(upper_bound=LONGEST_BLOCK).cast(pl.Int64)
        joined = lake.scan(schema.BLOCKS).select((n * (n - 1) // 2).sum()).collect().item()
        return {
            "pages": count(lake, schema.PAGES),
            "articles": count(lake, schema.ARTICLES),
            "blocks": count(lake, schema.BLOCKS),
            "exposures": count(lake, schema.EXPOSURES),
            "headlines": rows.height,
            "pairs_joined": joined,
            "extraction_cpu": extraction,
            "classification_cpu": classification,
            "archive_bytes": sum(segment.stat().st_size for segment in segments),
            "body_bytes": lake.scan(schema.CAPTURES).select(pl.col("body_bytes").sum()).collect().item(),
            "table_bytes": {table.name: size(lake, table) for table in (*schema.EXTRACTED, schema.HEADLINES)},
        }


def keep(group: str, name: str, found: Figures) -> None:
    """Put figures into the file, under a group and a name."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    figures.setdefault(group, {})[name] = {key: _short(value) for key, value in found.items()}
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("grow", "lengths", "shuffle"):
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        command.add_argument("sizes", type=int, nargs="+")
        command.add_argument("--timeout", type=float, default=600)
        if name == "grow":
            command.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    for name in ("step", "spark-steps"):
        command = commands.add_parser(name)
        if name == "step":
            command.add_argument("step", choices=STEPS)
        command.add_argument("lake", type=Path)
    commands.add_parser("pages").add_argument("file", type=Path, nargs="?", default=REAL_PAGES)
    asked = parser.parse_args()
    match asked.command:
        case "grow":
            grow(asked.folder, asked.sizes, asked.steps, asked.timeout)
        case "lengths":
            lengths(asked.folder, asked.sizes, asked.timeout)
        case "shuffle":
            shuffle(asked.folder, asked.sizes, asked.timeout)
        case "pages":
            keep("pages", "one core", pages(asked.file))
        case "step":
            resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
            print(json.dumps(one_step(asked.step, Lake(asked.lake))))
        case "spark-steps":
            print(json.dumps(spark_steps(Lake(asked.lake))))


if __name__ == "__main__":
    main()
