"""Which addresses are due: derived from what was asked for, what was discovered, and how often a site is to be read.

Nothing is kept here: the same log gives the same frontier, whoever asks and in whatever order it was written. Pure
functions over frames; where the log comes from is read in `pipelines.crawl.log`, and what one run does with the
frontier in `pipelines.crawl.agenda`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from pipelines.crawl.discovery import Purpose
from pipelines.lake.ids import article_id
from pipelines.lake.schema import TIME

FRONTIER: Final = pl.Schema(
    {
        "address_id": pl.String(),  # one row an address
        "site": pl.String(),
        "url": pl.String(),  # as it is asked for
        "purpose": pl.String(),
        "found_on": pl.String(),
        "found_in": pl.String(),  # what kind of document found_on is
        "first_seen": TIME,
        "published_at": TIME,
        "captures": pl.UInt32(),  # answers with a status below 400
        "last_tried": TIME,
        "last_status": pl.Int32(),  # null when the last try brought no answer, or there was none
        "failing": pl.UInt32(),  # tries in a row without a usable answer, up to the last
        "born": TIME,  # what a story's ages are counted from
        "next_due": TIME,  # null: not due any more
        "why": pl.String(),  # of next_due, or of its absence
        "body_at": TIME,  # the last capture that holds a body; null when there is none
        "body_segment": pl.String(),
        "body_offset": pl.Int64(),
        "body_digest": pl.String(),
        "etag": pl.String(),
        "last_modified": pl.String(),
    }
)

FIRST_RETRY: Final = timedelta(hours=1)  # doubled with every further failure
LAST_RETRY: Final = timedelta(hours=24)
GIVE_UP: Final = 8  # failures in a row after which a story is not asked for again
GONE: Final = 3  # answers "not found" or "gone" in a row that end it sooner
MOVED: Final = 2  # permanent redirects in a row, so that one cut off by a killed run is asked again
FORGET: Final = timedelta(days=7)  # without being named by any document, until a section or sitemap is dropped
SECTIONS: Final = 20  # read of one site, those last named first
_RANKS: Final = {each.value: each.rank for each in Purpose}
_ONE_TRY: Final = "30m"
_SITEMAP_HOPS: Final = 3  # an index may name another index; a redirect is a hop too


@dataclass(frozen=True, slots=True)
class Watch:
    """How one site is to be read.

    `seeds` are the addresses to begin with, `ages` when a story is captured, counted from its publication or, where
    none is stated, its discovery, in rising order from zero; `lists` is how old the last reading of a start page,
    feed, sitemap or section must be before the next.
    """

    site: str
    seeds: Mapping[Purpose, Sequence[str]]
    ages: Sequence[timedelta]
    lists: timedelta


def derive(
    captures: pl.LazyFrame, discoveries: pl.LazyFrame, failures: pl.LazyFrame, watches: Sequence[Watch], now: datetime
) -> pl.DataFrame:
    """Every known address of the watched sites, once, with when it is due next; most useful first.

    `captures`, `discoveries` and `failures` have the columns of the lake's tables captures (of the crawl's own, those
    whose purpose is a Purpose), discoveries and crawl_failures; `now` is in UTC without a zone, like theirs. An address
    is due when its `next_due` is not after `now`. Lists go before stories and young stories before old ones, since
    what is young changes soonest. Returns a frame of the schema FRONTIER.
    """
    seeds = _seeds(watches)
    named = _named(discoveries.join(seeds.lazy(), on="address_id", how="anti"))
    lists = _reach(seeds, discoveries) | _current_sections(discoveries)
    tried = _tried(captures, failures).collect()
    known = (
        pl.concat(
            [seeds.lazy().with_columns(pl.lit(now, TIME).alias(name) for name in ("first_seen", "last_seen")), named],
            how="diagonal",
        )
        .join(_rhythms(watches), on="site")
        .join(tried.lazy(), on="address_id", how="left")
        .with_columns(
            pl.col("captures", "failing", "gone", "moved").fill_null(0),
            purpose=pl.col("rank").replace_strict(dict(enumerate(Purpose)), return_dtype=pl.String),
            first_seen=pl.min_horizontal("first_seen", "first_tried"),
        )
        .with_columns(born=pl.min_horizontal("first_seen", "published_at"))
        .pipe(_with_next_due, max((len(watch.ages) for watch in watches), default=0), lists, now)
        .collect()
    )
    unnamed = (
        captures.join(tried.join(known, on="address_id", how="anti").lazy(), on="address_id", how="semi")
        .group_by("address_id")
        .agg(pl.col("site", "url", "purpose").max_by("captured_at"), last_tried=pl.col("captured_at").max())
        .with_columns(
            pl.col("purpose").replace_strict(_RANKS, return_dtype=pl.Int8).alias("rank"),
            why=pl.lit("no document names it"),
        )
    )
    alive = known.lazy().filter(pl.col("next_due").is_not_null()).select("address_id")
    return (
        known.lazy()
        .join(_bodies(captures.join(alive, on="address_id", how="semi")), on="address_id", how="left")
        .with_columns(url=pl.coalesce("body_url", "url"))
        .pipe(lambda named: pl.concat([named, unnamed], how="diagonal_relaxed"))
        # Told apart by address at last, so that the same log gives the same order.
        .sort("rank", "born", "address_id", descending=[False, True, False])
        .select(pl.col(name).cast(dtype) for name, dtype in FRONTIER.items())
        .collect()
    )


def _seeds(watches: Iterable[Watch]) -> pl.DataFrame:
    rows = [
        (article_id(url), watch.site, url, purpose.rank, True)
        for watch in watches
        for purpose, urls in sorted(watch.seeds.items(), key=lambda item: item[0].rank)
        for url in urls
    ]
    schema = {"address_id": pl.String, "site": pl.String, "url": pl.String, "rank": pl.Int8, "seed": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").unique("address_id", keep="first", maintain_order=True)


def _named(discoveries: pl.LazyFrame) -> pl.LazyFrame:
    """Discovered addresses once each: as they were first found, and when last; for the weightiest purpose."""
    ranks = pl.col("purpose").replace_strict(_RANKS, return_dtype=pl.Int8)
    return (
        discoveries.group_by("address_id")
        .agg(
            pl.col("site", "url", "found_on", "found_in").min_by("discovered_at"),
            pl.col("published_at").min(),
            rank=ranks.min(),
            first_seen=pl.col("discovered_at").min(),
            last_seen=pl.col("discovered_at").max(),
        )
        .with_columns(seed=pl.lit(False))
    )


def _tried(captures: pl.LazyFrame, failures: pl.LazyFrame) -> pl.LazyFrame:
    """What came of asking for each address."""
    answered = captures.select("address_id", "status", at="captured_at")
    unanswered = failures.select("address_id", at="failed_at")
    tries = pl.concat([answered, unanswered], how="diagonal")
    status, good = pl.col("status"), (pl.col("status") < 400).fill_null(False)
    gone, moved = status.is_in([404, 410]).fill_null(False), status.is_in([301, 308]).fill_null(False)

    def in_a_row(what: pl.Expr) -> pl.Expr:
        """How many tries `what` holds of up to the last; those of one run, a refusal tried again at once, are one."""
        place = pl.int_range(pl.len())
        since = place > place.filter(~what).last().fill_null(-1)
        return pl.col("at").filter(since).dt.truncate(_ONE_TRY).n_unique()

    # Few addresses ever answer with anything but a page: only for those the order of the answers is looked at.
    rows = tries.join(tries.filter(~good | moved).select("address_id").unique(), on="address_id", how="semi")
    in_order = rows.sort("at").group_by("address_id")
    last = in_order.agg(failing=in_a_row(~good), gone=in_a_row(gone), moved=in_a_row(moved))
    return (
        tries.group_by("address_id")
        .agg(
            captures=good.sum(),
            first_tried=pl.col("at").min(),
            last_tried=pl.col("at").max(),
            last_good=pl.when(good).then("at").max(),
            last_status=status.max_by("at"),
        )
        .join(last, on="address_id", how="left")
    )


def _bodies(captures: pl.LazyFrame) -> pl.LazyFrame:
    """The last capture of each address that holds a body, with the version that the latest answer named."""
    whole = (pl.col("status") == 200) & pl.col("revisit_of").is_null() & pl.col("payload_digest").is_not_null()
    bodies = {"url": "body_url", "captured_at": "body_at", "segment": "body_segment", "offset": "body_offset"}
    versions = captures.filter(pl.col("status").is_in([200, 304])).group_by("address_id")
    return (
        captures.filter(whole)
        .group_by("address_id")
        .agg(pl.col(*bodies, "payload_digest").max_by("captured_at"))
        .rename(bodies | {"payload_digest": "body_digest"})
        .join(
            versions.agg(pl.col("etag", "last_modified").max_by("captured_at")),
            on="address_id",
            how="left",
        )
    )


def _rhythms(watches: Sequence[Watch]) -> pl.LazyFrame:
    most = max((len(watch.ages) for watch in watches), default=0)
    rows = [
        {"site": watch.site, "lists": watch.lists}
        | {f"age_{n}": watch.ages[n] if n < len(watch.ages) else None for n in range(most)}
        for watch in watches
    ]
    spans = {"lists": pl.Duration("us")} | {f"age_{n}": pl.Duration("us") for n in range(most)}
    return pl.LazyFrame(rows, schema={"site": pl.String, **spans}, orient="row")


def _reach(seeds: pl.DataFrame, discoveries: pl.LazyFrame) -> set[str]:
    """The sitemaps that the configured ones lead to in a few steps."""
    named = discoveries.filter(pl.col("purpose") == Purpose.SITEMAP).select("address_id", "found_on").unique().collect()
    sources = {found_on: article_id(found_on) for found_on in named["found_on"].unique()}
    steps = [(each, sources[found_on]) for each, found_on in named.iter_rows()]
    reached = set(seeds.filter(pl.col("rank") == Purpose.SITEMAP.rank)["address_id"])
    for _ in range(_SITEMAP_HOPS):
        reached |= {each for each, source in steps if source in reached}
    return reached


def _current_sections(discoveries: pl.LazyFrame) -> set[str]:
    """The sections of each site that were named last."""
    seen = pl.col("discovered_at")
    sections = discoveries.filter(pl.col("purpose") == Purpose.SECTION).group_by("site", "address_id")
    latest = sections.agg(last=seen.max(), first=seen.min()).sort(
        "last", "first", "address_id", descending=[True, False, False]
    )
    return set(latest.group_by("site", maintain_order=True).head(SECTIONS).collect()["address_id"])


def _with_next_due(known: pl.LazyFrame, ages: int, lists: set[str], now: datetime) -> pl.LazyFrame:
    """`next_due` and `why`, from what came of asking, the site's rhythm and what still names the address.

    `lists` are the sections and sitemaps that are read.
    """
    thread, seed = pl.col("purpose") == Purpose.COMMENTS, pl.col("seed")
    story = thread | (pl.col("purpose") == Purpose.STORY)  # a thread is read at the ages of its story
    tried, good, failing = pl.col("last_tried"), pl.col("last_good"), pl.col("failing")
    at_age = [pl.col("born") + pl.col(f"age_{n}") for n in range(ages)]
    next_age = pl.min_horizontal(pl.lit(None, TIME), *(pl.when(at > good).then(at) for at in at_age))
    doubled = FIRST_RETRY * 2 ** pl.min_horizontal(failing - 1, pl.lit(10)).cast(pl.Int64)
    retry = pl.when(failing > 0).then(tried + pl.min_horizontal(doubled, pl.lit(LAST_RETRY)))
    due = (
        pl.when(story)
        .then(pl.max_horizontal(pl.when(good.is_null()).then("first_seen").otherwise(next_age), retry))
        .otherwise(pl.coalesce(tried + pl.col("lists"), "first_seen"))
    )
    unread = ~pl.col("address_id").is_in(lists)
    ended = (
        pl.when(seed)
        .then(None)
        .when(pl.col("gone") >= GONE)
        .then(pl.lit(f"gone: answered 404 or 410 {GONE} times in a row"))
        .when(~thread & (pl.col("moved") >= MOVED))
        .then(pl.lit("moved for good: its new address is read instead"))
        .when(story & (failing >= GIVE_UP))
        .then(pl.lit(f"given up: failed {GIVE_UP} times in a row"))
        .when(story & good.is_not_null() & next_age.is_null())
        .then(pl.lit("captured at every age"))
        .when(~story & (pl.col("last_seen") < now - FORGET))
        .then(pl.lit(f"no document has named it for {FORGET.days} days"))
        .when((pl.col("purpose") == Purpose.SECTION) & unread)
        .then(pl.lit(f"{SECTIONS} other sections were named later"))
        .when((pl.col("purpose") == Purpose.SITEMAP) & unread)
        .then(pl.lit("sitemaps are nested too deep"))
    )
    why = (
        pl.when(failing > 0)
        .then(pl.format("failed {} times in a row: tried again", failing))
        .when(~story & tried.is_not_null())
        .then(pl.lit("a list: read again"))
        .when(good.is_null())
        .then(pl.lit("new"))
        .when(thread)
        .then(pl.lit("the thread of a story that has reached its next age"))
        .otherwise(pl.lit("a story that has reached its next age"))
    )
    return known.with_columns(ended=ended).with_columns(
        next_due=pl.when(pl.col("ended").is_null()).then(due), why=pl.coalesce("ended", why)
    )
