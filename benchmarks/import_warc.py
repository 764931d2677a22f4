"""Pages a second a core of the import and of extraction on Spark, beside a bare read of the same WARC file.

    python benchmarks/import_warc.py [FILE.warc.gz] [--megabytes N] [--segment-megabytes N] [--workers N]
        [--rounds N] [--spark]

The file is repeated until it has so many megabytes, and imported. Each contender then reads its segments into a lake
of its own, in turns and in one run, and the best of its rounds counts. Its clock runs from the first segment that is
finished to the last, by the times of their manifests: starting a pool or a session is not in it.

FastWARC        every record read by one process, and nothing done with it
import          by one process too: the file hashed, its borders found, its segments copied
process pool    `extract_segments` with so many workers, as `yanyana import` and `extract-segments` run it
Spark           the same with a session of as many cores on this machine, if asked for; each round starts one
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.crawl import importing
from pipelines.crawl.importing import bare_seconds, import_file
from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.lake.store import Place
from pipelines.segments import extract_segments
from pipelines.settings import ROOT, Settings, load

PAGES = Path(__file__).resolve().parents[2] / "shared" / "pages" / "news.warc.gz"
DAY = date(2026, 3, 1)


def repeated(source: Path, target: Path, size: int) -> Path:
    """A file with the source's bytes again and again, of at least `size` bytes."""
    with target.open("wb") as file:
        while file.tell() < size:
            with source.open("rb") as again:
                shutil.copyfileobj(again, file)
    return target


def pages_a_second(segments: list[tuple[Place, date]], settings: Settings) -> float:
    """Read the segments into a new lake; how many pages a second after the first of them was finished."""
    shutil.rmtree(settings.data / "lake", ignore_errors=True)
    pages = {counts.segment: sum(counts.outcomes.values()) for counts in extract_segments(segments, settings)}
    done = sorted((settings.lake / "manifests").rglob("*.json"), key=lambda manifest: manifest.stat().st_mtime)
    first = f"{done[0].name.partition('@')[0]}.warc.gz"
    return (sum(pages.values()) - pages[first]) / (done[-1].stat().st_mtime - done[0].stat().st_mtime)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=PAGES)
    parser.add_argument("--megabytes", type=int, default=128)
    parser.add_argument("--segment-megabytes", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--spark", action="store_true")
    given = parser.parse_args()
    importing.SEGMENT_BYTES = given.segment_megabytes * 2**20
    with tempfile.TemporaryDirectory() as folder:
        # Executors read their settings from the environment, and so does everything here.
        os.environ |= {
            "YANYANA_DATA": folder,
            "YANYANA_WORKERS": str(given.workers),
            "YANYANA_AUTHOR_SECRET": "of this benchmark",
            "YANYANA_SPARK": f"local[{given.workers}]",
            "PYTHONPATH": str(ROOT),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        settings = load()
        whole = repeated(given.file, Path(folder) / "whole.warc.gz", given.megabytes * 10**6)
        began = perf_counter()
        segments = [(each.segment, each.day) for each in import_file(whole, settings.archive, day=DAY)]
        cutting = perf_counter() - began
        contenders: dict[str, Callable[[], float]] = {"process pool": partial(pages_a_second, segments, settings)}
        if given.spark:
            spark = settings.model_copy(update={"engine": "spark"})
            contenders["Spark"] = partial(pages_a_second, segments, spark)
        rates = dict.fromkeys(contenders, 0.0)
        bare = float("inf")
        for _ in range(given.rounds):
            bare = min(bare, bare_seconds(whole))
            for name, contender in contenders.items():
                rates[name] = max(rates[name], contender())
        count = Lake(settings.lake).scan(schema.PAGES).select(pl.len()).collect().item()
    table = Table("contender", "cores", "pages a second a core", "× FastWARC", title=f"{len(segments)} segments")
    alone = count / bare
    rows = [("FastWARC", 1, alone), ("import", 1, count / cutting)]
    rows += [(name, given.workers, rate / given.workers) for name, rate in rates.items()]
    for name, cores, rate in rows:
        table.add_row(name, str(cores), f"{rate:,.1f}", f"{rate / alone:.4f}")
    Console().print(table)
    if given.spark:
        Console().print(f"Spark: {rates['Spark'] / rates['process pool']:.2f} times the process pool")


if __name__ == "__main__":
    main()
