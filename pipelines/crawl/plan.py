"""What a run would do and why: the configured sites and the log in, what is due out; and what is known of one address.

Reads the archive and the lake, writes nothing and asks nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import polars as pl

from pipelines.crawl.agenda import Due
from pipelines.crawl.archive import response_at
from pipelines.crawl.discovery import Purpose
from pipelines.crawl.frontier import Watch, derive
from pipelines.crawl.log import Log
from pipelines.crawl.robots import MAX_REDIRECTS, Robots
from pipelines.crawl.segment import Previous
from pipelines.lake.ids import article_id
from pipelines.lake.store import Place
from pipelines.settings import Site


def frontier(log: Log, sites: Sequence[Site], now: datetime) -> pl.DataFrame:
    """Every known address of the sites with when it is due next, as `pipelines.crawl.frontier` derives it."""
    watches = [Watch(site.name, _seeds(site), site.ages, site.lists_every) for site in sites]
    return derive(log.captures, log.discoveries, log.failures, watches, now.astimezone(UTC).replace(tzinfo=None))


def due_of(known: pl.DataFrame, site: Site, now: datetime) -> Iterator[Due]:
    """What of a site is due at a time, most useful first."""
    ripe = (pl.col("site") == site.name) & (pl.col("next_due") <= now.astimezone(UTC).replace(tzinfo=None))
    for row in known.filter(ripe).iter_rows(named=True):
        previous = None
        if row["body_at"] is not None:
            body = (row[name] for name in ("body_segment", "body_offset", "body_digest", "etag", "last_modified"))
            previous = Previous(row["body_at"].replace(tzinfo=UTC), *body)
        vouched = row["published_at"] is not None or row["captures"] > 0
        yield Due(
            row["url"],
            Purpose(row["purpose"]),
            row["born"].replace(tzinfo=UTC),
            row["next_due"].replace(tzinfo=UTC),
            row["found_on"],
            previous,
            vouched=vouched,
            late=not vouched and row["found_in"] == Purpose.SITEMAP,
            why=row["why"],
        )


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of one address.

    `robots` is the archived robots.txt of its host and when it came, `verdict` the rule of it that forbids the address
    (null when none does); `state` is the address's row of the frontier, null when nothing has named it.
    """

    address_id: str
    robots: Robots | None
    robots_at: datetime | None
    verdict: str | None
    discoveries: pl.DataFrame
    captures: pl.DataFrame
    failures: pl.DataFrame
    state: dict[str, Any] | None


def account(url: str, log: Log, archive: Place, sites: Sequence[Site], now: datetime) -> Account:
    """All that the log knows of an address, under whatever spelling."""
    address = article_id(url)
    mine = pl.col("address_id") == address
    state = frontier(log, sites, now).filter(mine)
    robots_at, robots = archived_robots(url, log, archive)
    return Account(
        address,
        robots,
        robots_at,
        robots.refusal(url) if robots else None,
        log.discoveries.filter(mine).sort("discovered_at").collect(),
        log.captures.filter(mine).sort("captured_at").collect(),
        log.failures.filter(mine).sort("failed_at").collect(),
        state.row(0, named=True) if state.height else None,
    )


def archived_robots(url: str, log: Log, archive: Place) -> tuple[datetime | None, Robots | None]:
    """What the host of an address answered last when it was asked for robots.txt, and when; null before that."""
    asked, found = urljoin(url, "/robots.txt"), None
    for _ in range(1 + MAX_REDIRECTS):
        latest = log.robots.filter(pl.col("url") == asked).sort("captured_at").last().collect()
        held = [response_at(archive, row["segment"], str(row["offset"])) for row in latest.iter_rows(named=True)]
        found = held[0] if held else None
        if found is None or not 300 <= found.status < 400:
            break
        asked = urljoin(asked, found.header("Location") or "")
    return (found.captured_at, Robots.answered(found.status, found.body)) if found else (None, None)


def _seeds(site: Site) -> dict[Purpose, list[str]]:
    lists = {Purpose.START: site.start, Purpose.FEED: site.feeds, Purpose.SITEMAP: site.sitemaps}
    return {purpose: [str(url) for url in urls] for purpose, urls in lists.items()}
