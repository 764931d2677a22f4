"""CPU time and pages a second of our crawl beside plain Scrapy, on the same sites in the same run.

    python benchmarks/crawl.py [--sites N] [--stories N] [--rounds N]

Ordinary sites of the anchor are served by a process of their own; delays are off. Each contender is a process too, its
CPU time that of the whole process from start to end, and the least of its rounds counts. They fetch the same pages:

yanyana         robots.txt, one request at a time for each site, frontier, every answer in a WARC archive
plain Scrapy    robots.txt, Scrapy's own settings but for its log and console; the same links followed, nothing kept
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import scrapy
from rich.console import Console
from rich.table import Table
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor
from scrapy.utils.gz import gunzip
from scrapy.utils.sitemap import Sitemap

from pipelines.newsroom.anchor import Bind, Site, ordinary, serving

TARGET = 1.3


@dataclass(frozen=True)
class Took:
    """What a contender's process took: seconds by the clock and of CPU, bytes of memory, pages fetched."""

    seconds: float
    cpu: float
    largest: int
    pages: int


class PlainSpider(scrapy.Spider):
    """What one writes first: follow lists to stories, and leave the stories alone."""

    name = "plain"

    def __init__(self, sites: list[dict[str, Any]]) -> None:
        super().__init__()
        self.sites = sites
        self.links = LinkExtractor(allow=[r"-\d+$", r"/[a-z]+/$"])

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for site in self.sites:
            for key, callback in (("start", self.front), ("feeds", self.feed), ("sitemaps", self.sitemap)):
                for url in site[key]:
                    yield scrapy.Request(url, callback=callback)

    def front(self, response: Any) -> Iterator[scrapy.Request]:
        for link in self.links.extract_links(response):
            yield scrapy.Request(link.url, callback=self.front if link.url.endswith("/") else self.story)

    def feed(self, response: Any) -> Iterator[scrapy.Request]:
        for url in response.xpath("//item/link/text()").getall():
            yield scrapy.Request(url, callback=self.story)

    def sitemap(self, response: Any) -> Iterator[scrapy.Request]:
        sitemap = Sitemap(gunzip(response.body) if response.url.endswith(".gz") else response.body)
        for entry in sitemap:
            callback = self.sitemap if sitemap.type == "sitemapindex" else self.story
            yield scrapy.Request(entry["loc"], callback=callback)

    def story(self, response: Any) -> None:
        pass


def plain() -> None:
    """Run the plain spider over the sites given on standard input."""
    settings = {"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": 0}
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(PlainSpider)
    process.crawl(crawler, sites=json.load(sys.stdin)["sites"])
    process.start()
    assert crawler.stats
    print(crawler.stats.get_value("downloader/response_count"))


def serve(sites: int, stories: int, pipe: Connection) -> None:
    """Serve papers until something is said; tells where they are, and then how often each was asked."""

    def make(bind: Bind) -> list[Site]:
        return [ordinary(f"paper-{n}", bind, stories, size=30) for n in range(sites)]

    with serving(make) as (made, log):
        pipe.send([site.configured() for site in made])
        while pipe.recv():
            pipe.send(len(log))
            log.clear()


def run(command: list[str], job: dict[str, Any], pipe: Connection) -> Took:
    """One contender's round, its pages counted by the server."""
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as said:
        json.dump(job, given)
        given.seek(0)
        began = time.monotonic()
        process = subprocess.Popen([sys.executable, *command], stdin=given, stdout=said, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    pipe.send("count")
    return Took(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, pipe.recv())


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--sites", type=int, default=5)
    arguments.add_argument("--stories", type=int, default=600)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    here, there = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=serve, args=(given.sites, given.stories, there), daemon=True)
    server.start()
    job = {"run_id": "benchmark", "day": "2026-03-01", "sites": here.recv()}
    rounds: dict[str, list[Took]] = {"plain Scrapy": [], "yanyana": []}
    archived = 0
    for _ in range(given.rounds):
        rounds["plain Scrapy"].append(run([__file__, "plain"], job, here))
        with tempfile.TemporaryDirectory() as data:
            places = {"archive": f"{data}/archive", "lake": f"{data}/lake"}
            rounds["yanyana"].append(run(["-m", "pipelines.crawl.process"], job | places, here))
            archived = sum(path.stat().st_size for path in Path(data).rglob("*.warc.gz"))
    here.send(None)
    table = Table("contender", "requests", "pages a second", "CPU ms a page", "× plain Scrapy", "memory MB")
    least = {name: min(taken, key=lambda took: took.cpu / took.pages) for name, taken in rounds.items()}
    base = least["plain Scrapy"].cpu / least["plain Scrapy"].pages
    for name, took in least.items():
        each = took.cpu / took.pages
        cells = f"{took.pages} {took.pages / took.seconds:.0f} {1000 * each:.2f} {each / base:.2f} {took.largest >> 20}"
        table.add_row(name, *cells.split())
    console = Console()
    console.print(table)
    console.print(f"target: {TARGET} × plain Scrapy, with the archive written ({archived / 2**20:.1f} MB)")


if __name__ == "__main__":
    plain() if sys.argv[1:] == ["plain"] else main()
