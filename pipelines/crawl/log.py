"""The capture log: what the archive's responses, and the crawl's own notes, say of addresses.

Responses become rows of the lake's tables captures and discoveries here, whether the extraction writes them into the
lake or a crawl needs to know them before that. What follows from the log is derived in `pipelines.crawl.frontier`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from hashlib import blake2b
from typing import Any

import polars as pl

from pipelines.comments.disqus import without_key
from pipelines.crawl.archive import Exchange, day_of, read_segment, segments
from pipelines.crawl.discovery import Lead, Purpose, is_no_story, joined, leads, trap
from pipelines.lake import schema
from pipelines.lake.ids import article_id, digest
from pipelines.lake.parts import Lake, frame, part_of
from pipelines.lake.store import Place

Row = dict[str, Any]
SiteOf = Callable[[str], str]
_LEADING = frozenset(Purpose) - {Purpose.COMMENTS}  # what a thread leads to is asked for as part of its reading


@dataclass(frozen=True, slots=True)
class Log:
    """The crawl's captures (those of robots.txt apart), what was discovered, and what could not be fetched."""

    captures: pl.LazyFrame
    robots: pl.LazyFrame
    discoveries: pl.LazyFrame
    failures: pl.LazyFrame


def read_log(archive: Place, lake: Lake, site_of: SiteOf) -> Log:
    """What the lake knows, and what the segments hold that were not read into it yet."""
    captures, discoveries = [], []
    read = set(map(part_of, lake.parts(schema.CAPTURES)))
    for path in segments(archive):
        if imported(part_name(path)) or (part_name(path), day_of(path)) in read:
            continue
        found = []
        for exchange in read_segment(path):
            if isinstance(exchange, Exchange):
                row = capture_row(exchange, part_name(path), site_of(exchange.url))
                captures.append(row)
                found += discovery_rows(exchange, row, site_of)
        discoveries.append(first_found(frame(schema.DISCOVERIES, found)))
    crawled = pl.concat([lake.scan(schema.CAPTURES), frame(schema.CAPTURES, captures).lazy()]).filter(source="crawl")
    return Log(
        crawled.filter(pl.col("purpose").is_in([each.value for each in Purpose])),
        crawled.filter(purpose="robots"),
        pl.concat([lake.scan(schema.DISCOVERIES), *(each.lazy() for each in discoveries)]),
        lake.scan(schema.CRAWL_FAILURES),
    )


def part_name(segment: Place) -> str:
    """The name of the parts made from a segment: the file's name without its endings."""
    return segment.name.removesuffix(".gz").removesuffix(".warc")


def imported(part: str) -> bool:
    """Whether a part was made from somebody else's WARC file."""
    return part.startswith("import-")


def capture_row(exchange: Exchange, part: str, site: str) -> Row:
    """A response as a row of captures."""
    captured_at = exchange.captured_at.astimezone(UTC).replace(tzinfo=None)
    media_type = (exchange.content_type or "").partition(";")[0].strip().lower()
    url = without_key(exchange.url)
    return {
        "capture_id": digest("capture", part, exchange.offset),
        "site": site,
        "url": url,
        "address_id": article_id(url),
        "captured_at": captured_at,
        "day": captured_at.date(),
        "status": exchange.status,
        "content_type": media_type or None,
        "body_bytes": len(exchange.body),
        "body_hash": blake2b(exchange.body, digest_size=16).hexdigest(),
        "source": "import" if imported(part) else "crawl",
        "via": exchange.via,
        "purpose": exchange.purpose,
        "etag": exchange.header("ETag"),
        "last_modified": exchange.header("Last-Modified"),
        "robots_tag": ", ".join(exchange.all_of("X-Robots-Tag")) or None,
        "payload_digest": exchange.payload_digest,
        "revisit_of": digest("capture", *exchange.revisits) if exchange.revisits else None,
        "segment": part,
        "offset": exchange.offset,
    }


def discovery_rows(exchange: Exchange, capture: Row, site_of: SiteOf) -> Iterator[Row]:
    """Where a response of the crawl leads, within its site, as rows of discoveries; traps are left out."""
    if capture["source"] != "crawl" or exchange.purpose not in _LEADING:
        return
    purpose = Purpose(exchange.purpose)
    found_in, found = purpose.value, ()
    location = joined(exchange.url, exchange.header("Location") or "") if 300 <= exchange.status < 400 else None
    if location:
        found_in, found = "redirect", [Lead(location, purpose, trap=trap(location))]
    elif exchange.status == 200 or exchange.revisits:
        found = leads(purpose, exchange.body, exchange.url, exchange.content_type)
    for lead in found:
        if not lead.trap and site_of(lead.url) == capture["site"]:
            yield _discovery(article_id(lead.url), lead, capture, found_in)


def teaser_rows(items: Iterable[Row], capture: Row) -> Iterator[Row]:
    """The stories of its own site that a crawled page's teasers lead to, as rows of discoveries, without paid ones."""
    for item in items if capture["source"] == "crawl" else ():
        paid_or_away = item["external"] or item["sponsored"]
        if not (paid_or_away or trap(item["url"]) or is_no_story(item["url"])):
            yield _discovery(item["target_id"], Lead(item["url"], Purpose.STORY), capture, "teaser")


def _discovery(address: str, lead: Lead, capture: Row, found_in: str) -> Row:
    return {
        "address_id": address,
        "site": capture["site"],
        "url": lead.url,
        "purpose": lead.purpose.value,
        "found_on": capture["url"],
        "found_in": found_in,
        "capture_id": capture["capture_id"],
        "discovered_at": capture["captured_at"],
        "published_at": lead.published.astimezone(UTC).replace(tzinfo=None) if lead.published else None,
    }


def first_found(rows: pl.DataFrame) -> pl.DataFrame:
    """Discoveries with each address once: as it was found first, with the earliest time that any stated for it.

    Of two ways on one page the first by name counts, so that it does not matter in which order pages were read.
    """
    found = rows.sort("discovered_at", "found_on", "url", "found_in").group_by("address_id", maintain_order=True)
    once = found.agg(pl.exclude("address_id", "published_at").first(), pl.col("published_at").min())
    return once.select(schema.DISCOVERIES.schema.names())
