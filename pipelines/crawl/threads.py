"""Which threads of comments there are to ask for: those that the captured stories name and an adapter reads.

They are derived from the lake by every run. When a thread is due follows from the log like for any other address, in
`pipelines.crawl.frontier`; how it is read, in `pipelines.comments`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import polars as pl

from pipelines.comments.adapter import Page
from pipelines.comments.archived import Conversation
from pipelines.comments.disqus import without_key
from pipelines.comments.own import Own
from pipelines.comments.platforms import adapter_of
from pipelines.crawl.discovery import Purpose
from pipelines.crawl.log import Log, Row
from pipelines.lake import schema
from pipelines.lake.ids import article_id
from pipelines.lake.parts import Lake, frame
from pipelines.settings import Site

# Longer than a site's last age after the last capture of a story, its thread has been read or cannot be.
_LONGER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Threads:
    """The threads to ask for, by the identifier of the address that their reading begins with, and where they stand."""

    conversations: Mapping[str, Conversation]
    discoveries: pl.DataFrame

    def added_to(self, log: Log) -> Log:
        """The log in which the threads are addresses that were discovered on their stories."""
        return replace(log, discoveries=pl.concat([log.discoveries, self.discoveries.lazy()]))


def known_threads(lake: Lake, sites: Sequence[Site], now: datetime, *, disqus_key: str | None = None) -> Threads:
    """The threads of the stories that the lake has of `sites`, as the latest capture of each page names them."""
    conversations: dict[str, Conversation] = {}
    found: list[Row] = []
    for site in sites:
        since = now.astimezone(UTC).replace(tzinfo=None) - site.ages[-1] - _LONGER
        for section in _sections(lake, site.name, since):
            for address, conversation in _of(section, site, disqus_key):
                address_id = article_id(address)
                if conversations.setdefault(address_id, conversation) is conversation:
                    found.append(_discovery(address_id, address, site.name, section))
    return Threads(conversations, frame(schema.DISCOVERIES, found))


def _sections(lake: Lake, site: str, since: datetime) -> Iterator[dict[str, Any]]:
    """The latest comment section of every captured page that shows a story, since when it is known, and its story."""
    captures = lake.scan(schema.CAPTURES).filter(site=site, source="crawl")
    articles = lake.scan(schema.ARTICLES).select("capture_id", "published_at", story="url")
    latest = ("capture_id", "platform", "endpoint", "thread_id", "story")
    found = (
        captures.select("capture_id", "url", "captured_at")
        .join(lake.scan(schema.COMMENT_SECTIONS).drop("site"), on="capture_id")
        .join(articles, on="capture_id")
        .group_by("url")
        .agg(
            pl.col(*latest).max_by("captured_at"),
            pl.col("published_at").min(),
            first_seen=pl.col("captured_at").min(),
            last_seen=pl.col("captured_at").max(),
        )
        .filter(pl.col("last_seen") >= since)
        .sort("first_seen", "url")
        .collect()
    )
    return found.iter_rows(named=True)


def _of(section: Mapping[str, Any], site: Site, disqus_key: str | None) -> Iterator[tuple[str, Conversation]]:
    own = Own(site.comments, site.language, site.timezone) if site.comments else None
    adapter = adapter_of(section["platform"], own=own, disqus_key=disqus_key)
    for thread in adapter.threads_of(Page(section["url"], site.name, section)) if adapter else ():
        if adapter and (first := adapter.first(thread, None)):
            yield without_key(first.url), Conversation(thread, section["story"], adapter)


def _discovery(address_id: str, address: str, site: str, section: Mapping[str, Any]) -> Row:
    return {
        "address_id": address_id,
        "capture_id": section["capture_id"],
        "site": site,
        "url": address,
        "purpose": Purpose.COMMENTS.value,
        "found_on": section["url"],
        "found_in": Purpose.STORY.value,
        "discovered_at": section["first_seen"],
        "published_at": section["published_at"],
    }
