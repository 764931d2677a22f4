"""A crawl as a process of its own: one JSON job in, WARC segments and one report a site out.

Run as `python -m pipelines.crawl.process`. Under Dagster Pipes the job is the extra `job`, and log lines and the result
stream to the asset; otherwise the job comes on standard input and the result goes to standard output as one JSON line.
"""

import fcntl
import json
import logging
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from dagster_pipes import PipesContext, open_dagster_pipes
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scrapy.crawler import AsyncCrawlerProcess

from pipelines.comments.archived import Conversation
from pipelines.crawl.agenda import Agenda
from pipelines.crawl.discovery import Purpose
from pipelines.crawl.log import read_log
from pipelines.crawl.pace import Pace
from pipelines.crawl.plan import due_of, frontier
from pipelines.crawl.politeness import scrapy_settings
from pipelines.crawl.robots import user_agent
from pipelines.crawl.segment import SegmentWriter, deliver, recover, unwritable
from pipelines.crawl.spider import NewsSpider, SiteCrawl, Tally
from pipelines.crawl.threads import known_threads
from pipelines.errors import YanyanaError
from pipelines.lake.ids import article_id
from pipelines.lake.parts import Lake
from pipelines.lake.store import Place
from pipelines.settings import LEAST_DELAY, Site, SiteIndex, Where, is_loopback

log = logging.getLogger("yanyana.crawl")
_LOCK_PATIENCE: Final = 30.0  # seconds until a crawl that another one keeps from starting gives up


class CrawlError(YanyanaError):
    """A crawl cannot start or go on."""


def _folder(archive: Place) -> str | None:
    return str(archive) if isinstance(archive, Path) else None


class Job(BaseModel):
    """What to crawl, who asks, and where the archive and the lake are, which know what was asked for before.

    `staging` is the folder in which segments are written: the archive itself unless that is no folder.
    `keep_noarchive` says whether answers are archived whose X-Robots-Tag says noarchive, `comments` whether comment
    platforms are asked: only where commenters can be pseudonymised. `disqus_api_key` is the public key of an
    application at Disqus.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_id: str
    day: date
    archive: Where
    lake: Where
    staging: Annotated[Path, Field(validate_default=True, default_factory=lambda others: _folder(others["archive"]))]
    contact: str = ""
    keep_noarchive: bool = True
    comments: bool = False
    disqus_api_key: str | None = None
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]

    @property
    def user_agent(self) -> str:
        """How we name ourselves to the sites."""
        return user_agent(self.contact)


def read_job(text: str | bytes) -> Job:
    """The job of a JSON text. Raises CrawlError when it is not valid or asks strangers without a contact."""
    try:
        job = Job.model_validate_json(text)
    except ValidationError as error:
        raise CrawlError(f"the crawl's job is not valid: {error}") from error
    strangers = [url for site in job.sites for url in site.seeds if not is_loopback(url)]
    if strangers and not job.contact:
        raise CrawlError(
            f"{strangers[0]} is not on this machine, and no contact is set: set contact under [crawl] in sites.toml to "
            "an address or page where the publisher can reach you"
        )
    return job


def crawl(job: Job) -> dict[str, Any]:
    """Run a job to its end, or to SIGTERM; once in a process.

    Returns `reports` and `failures`, rows of the tables crawl_reports and crawl_failures with times in ISO form, and
    `segments`, the files written. Raises CrawlError when another crawl of the same archive does not end, ArchiveError
    or StorageError when the archive cannot be written.
    """
    with _alone(job.staging):
        for segment in recover(job.staging):
            log.warning("finished the segment of a crawl that was killed: %s", segment.name)
        deliver(job.staging, job.archive)
        started = datetime.now(UTC)
        # Derived only now: what the crawl that we waited for fetched is not due any more.
        sites, threads = _planned(job, started)
        about = {"robots": "obey", "http-header-user-agent": job.user_agent, "isPartOf": job.run_id}
        if job.contact:
            about["operator"] = job.contact
        with SegmentWriter(job.staging, job.day, about) as writer:
            broken = _run(job, sites, threads, writer)
        deliver(job.staging, job.archive)
        finished = datetime.now(UTC)
    for name, each in sites.items():
        for reason, urls in each.agenda.traps.items():
            log.warning("%s: %d addresses not followed (%s), such as %s", name, len(urls), reason, urls[0])
    if broken:
        raise broken
    return {
        "reports": [_report(job, name, each, started, finished) for name, each in sites.items()],
        "failures": [row for name, each in sites.items() for row in _failures(job, name, each.tally)],
        "segments": [segment.name for segment in writer.finished],
    }


def _planned(job: Job, now: datetime) -> tuple[dict[str, SiteCrawl], Mapping[str, Conversation]]:
    """What is to be asked of the sites, and of the hosts of comment platforms outside them; and the threads."""
    index, lake = SiteIndex(job.sites), Lake(job.lake)
    threads = known_threads(lake, job.sites if job.comments else (), now, disqus_key=job.disqus_api_key)
    known = frontier(threads.added_to(read_log(job.archive, lake, index.name)), job.sites, now)
    addresses = frozenset(known["address_id"])

    def crawl(name: str, max_pages: int, delay: float) -> SiteCrawl:
        return SiteCrawl(Agenda(partial(_may_ask, job, index, name), max_pages, now, addresses), Pace(delay))

    crawls = {site.name: crawl(site.name, site.max_pages, site.delay) for site in job.sites}
    for site in job.sites:
        for due in due_of(known, site, now):
            host = index.name(due.url) if due.purpose == Purpose.COMMENTS else site.name
            if host not in crawls and (job.contact or is_loopback(due.url)):
                delay = site.delay if is_loopback(due.url) else max(site.delay, LEAST_DELAY)
                crawls[host] = crawl(host, site.max_pages, delay)
            # A site's hosts may have changed since an address was found.
            if host in crawls and crawls[host].agenda.owns(due.url):
                crawls[host].agenda.begin([due])
    return crawls, threads.conversations


def _may_ask(job: Job, index: SiteIndex, name: str, url: str) -> bool:
    """Whether an address belongs to the site or host, and is not a stranger's who could not tell whom to write to."""
    return index.name(url) == name and (bool(job.contact) or is_loopback(url))


def _run(
    job: Job, sites: dict[str, SiteCrawl], threads: Mapping[str, Conversation], writer: SegmentWriter
) -> YanyanaError | None:
    seeds = [url for site in job.sites for url in site.seeds]
    process = AsyncCrawlerProcess(
        scrapy_settings(job.user_agent, seeds, strangers=bool(job.contact), keep_noarchive=job.keep_noarchive)
    )
    crawler = process.create_crawler(NewsSpider)
    process.crawl(crawler, sites=sites, threads=threads, writer=writer)
    process.start()
    spider = crawler.spider
    return spider.broken if isinstance(spider, NewsSpider) else CrawlError("the crawl did not start; see its log")


def _report(job: Job, name: str, crawl: SiteCrawl, started: datetime, finished: datetime) -> dict[str, Any]:
    agenda, tally = crawl.agenda, crawl.tally
    left = agenda.left()
    oldest = min(left, key=lambda due: (due.since, due.url), default=None)
    traps = {reason: {"addresses": len(urls), "example": urls[0]} for reason, urls in agenda.traps.items()}
    return {
        "run_id": job.run_id,
        "site": name,
        "started_at": started.isoformat(),
        "finished_at": finished.isoformat(),
        "discovered": agenda.discovered,
        "due": agenda.due,
        "responses": tally.responses,
        "not_modified": tally.not_modified,
        "refused_by_robots": len(tally.refused),
        "refusals": _json(Counter(each.reason for each in tally.refused)),
        "failed": len(tally.unanswered),
        "failures": _json(Counter(each.reason for each in tally.unanswered)),
        "bytes": tally.bytes,
        # With fewer than two requests the delay was never put to the test.
        "delay": tally.least_gap if tally.least_gap is not None else crawl.pace.least,
        "left": len(left),
        "oldest_due": oldest.url if oldest else None,
        "oldest_due_since": oldest.since.isoformat() if oldest else None,
        "traps": _json(traps),
        "stopped": crawl.pace.stopped,
    }


def _json(found: Mapping[str, Any]) -> str | None:
    return json.dumps(found, ensure_ascii=False) if found else None


def _failures(job: Job, name: str, tally: Tally) -> Iterator[dict[str, Any]]:
    for each, robots in [(each, True) for each in tally.refused] + [(each, False) for each in tally.unanswered]:
        yield {
            "run_id": job.run_id,
            "site": name,
            "url": each.url,
            "address_id": article_id(each.url),
            "failed_at": each.failed_at.isoformat(),
            "robots": robots,
            "reason": each.reason,
        }


@contextmanager
def _alone(archive: Path) -> Iterator[None]:
    """Keep two crawls from asking the same sites at once: one a time on one archive."""
    try:
        archive.mkdir(parents=True, exist_ok=True)
        opened = (archive / ".crawl.lock").open("w")
    except OSError as error:
        raise unwritable(archive, error) from error
    with opened as lock:
        give_up = time.monotonic() + _LOCK_PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise CrawlError(f"{archive}: another crawl is running; wait for its end or stop it") from None
                time.sleep(0.2)
        yield


def _stop_without(parent: int) -> None:
    """End like on SIGTERM when the process that started this one is gone, so that no crawl goes on unattended."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def _under_pipes(pipes: PipesContext) -> None:
    threading.Thread(target=_stop_without, args=(os.getppid(),), daemon=True).start()
    _log_to(*pipes.log.handlers)
    pipes.report_custom_message(crawl(read_job(json.dumps(pipes.extras["job"]))))


def _log_to(*handlers: logging.Handler) -> None:
    """Send what we say, and what Scrapy and the rest warn of, to `handlers` alone."""
    log.setLevel(logging.INFO)
    for handler in handlers:
        handler.addFilter(lambda record: record.name == log.name or record.levelno >= logging.WARNING)
    logging.getLogger().handlers = list(handlers)


def main() -> int:
    """Run the job that was given; the exit status."""
    if "DAGSTER_PIPES_CONTEXT" in os.environ:
        with open_dagster_pipes() as pipes:
            _under_pipes(pipes)
        return 0
    stderr = logging.StreamHandler()
    stderr.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log_to(stderr)
    try:
        result = crawl(read_job(sys.stdin.buffer.read()))
    except YanyanaError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
