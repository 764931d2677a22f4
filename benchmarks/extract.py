"""CPU time of a page's whole extraction record beside what others take for less.

    python benchmarks/extract.py [FILE.warc.gz] [--pages N] [--rounds N]

Every contender reads the same bytes, page by page in turn, in one process with the collector off and frozen as in our
workers, so that a busy machine slows all of them alike. A page's time is the least of its rounds. The contenders:

plain           BeautifulSoup(body, "lxml"): a tree and nothing read from it
turbohtml       the events that our tree is made of, with handlers that do nothing: the floor
yanyana tree    our tree and its numbers, released
yanyana         the whole record: article, blocks, comment section, engagement, widgets, shares
trafilatura     bare_extraction(fast=True): text, no blocks; once without metadata and once with
newspaper4k     download given, parse(): title, text, authors, date; Korean needs an extra that is
                not installed, its time counts there up to where it stops
"""

import argparse
import gc
import logging
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

import newspaper
import trafilatura
from bs4 import BeautifulSoup
from fastwarc import ArchiveIterator, WarcRecordType
from rich.console import Console
from rich.table import Table
from turbohtml.saxparse import SaxHandler, sax_parse

from pipelines.extract import extract_page
from pipelines.extract.document import decode, parse

PAGES = Path(__file__).resolve().parents[2] / "shared" / "pages" / "news.warc.gz"

Page = tuple[str, str | None, bytes]
Contender = Callable[[Page], object]


def read_pages(path: Path, count: int) -> list[Page]:
    """The first `count` pages of a WARC file: address, content type, body."""
    pages: list[Page] = []
    with path.open("rb") as stream:
        for warc in ArchiveIterator(stream, record_types=WarcRecordType.response):
            pages.append((str(warc.headers["WARC-Target-URI"]), warc.http_content_type, warc.reader.read()))
            if len(pages) == count:
                break
    return pages


def plain(page: Page) -> object:
    return BeautifulSoup(page[2], "lxml")


def turbohtml_events(page: Page) -> object:
    return sax_parse(decode(page[2], page[1]), SaxHandler())


def yanyana_tree(page: Page) -> object:
    return parse(page[2], page[1]).release()


def yanyana(page: Page) -> object:
    return extract_page(page[2], page[0], content_type=page[1])


def trafilatura_fast(page: Page) -> object:
    return trafilatura.bare_extraction(page[2], url=page[0], fast=True)


def trafilatura_with_metadata(page: Page) -> object:
    return trafilatura.bare_extraction(page[2], url=page[0], fast=True, with_metadata=True)


def newspaper4k(page: Page) -> object:
    article = newspaper.Article(page[0], fetch_images=False)
    article.download(input_html=decode(page[2], page[1]))
    with suppress(ImportError):
        article.parse()
    return article


CONTENDERS: dict[str, Contender] = {
    "plain bs4 + lxml": plain,
    "turbohtml events": turbohtml_events,
    "yanyana tree": yanyana_tree,
    "yanyana": yanyana,
    "trafilatura fast": trafilatura_fast,
    "trafilatura fast, metadata": trafilatura_with_metadata,
    "newspaper4k": newspaper4k,
}


def measure(pages: list[Page], rounds: int) -> dict[str, float]:
    """Milliseconds of CPU a page by contender."""
    least: dict[str, list[float]] = {name: [float("inf")] * len(pages) for name in CONTENDERS}
    for _ in range(rounds):
        for number, page in enumerate(pages):
            for name, contender in CONTENDERS.items():
                began = time.process_time()
                result = contender(page)
                least[name][number] = min(least[name][number], time.process_time() - began)
                del result
            gc.collect()
    return {name: 1000 * sum(times) / len(times) for name, times in least.items()}


def freeze() -> None:
    gc.collect()
    gc.freeze()
    gc.disable()


def read_all(pages: list[Page]) -> None:
    for page in pages:
        yanyana(page)


def speed_up(pages: list[Page]) -> float:
    """How many times faster two processes are than one, by the clock, each process warm."""
    seconds = []
    for processes in (1, 2):
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=freeze) as pool:
            shares = [pages[start::8] for start in range(8)]
            list(pool.map(read_all, [pages[:8]] * 4 * processes))
            began = time.monotonic()
            list(pool.map(read_all, shares * 3))
            seconds.append(time.monotonic() - began)
    return seconds[0] / seconds[1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("file", nargs="?", type=Path, default=PAGES)
    arguments.add_argument("--pages", type=int, default=400)
    arguments.add_argument("--rounds", type=int, default=2)
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    pages = read_pages(given.file, given.pages)
    for contender in CONTENDERS.values():
        contender(pages[0])
    freeze()
    figures = measure(pages, given.rounds)
    table = Table("contender", "ms a page", "× plain", "× trafilatura fast", title=f"{len(pages)} pages, one core")
    for name, figure in figures.items():
        relative = [figure / figures[base] for base in ("plain bs4 + lxml", "trafilatura fast")]
        table.add_row(name, f"{figure:.2f}", *(f"{ratio:.2f}" for ratio in relative))
    console = Console()
    console.print(table)
    gc.enable()
    console.print(f"two processes: {speed_up(pages):.2f} times one")


if __name__ == "__main__":
    main()
