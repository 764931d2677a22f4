"""The data dictionary: one declaration per table, from which everything else is derived.

Parquet schemas, DuckDB tables and their comments, Dagster column schemas, the asset checks and `docs/tables.md` come
from here. A new column is declared here and nowhere else. How parts are written and read is in `pipelines.lake.parts`.
"""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import polars as pl

TEXT: Final = pl.String()
COUNT: Final = pl.Int64()
SMALL: Final = pl.Int32()
REAL: Final = pl.Float64()
FLAG: Final = pl.Boolean()
TIME: Final = pl.Datetime("us")
DAY: Final = pl.Date()
TEXTS: Final = pl.List(pl.String())

# The top level of the IPTC Media Topics, by slug.
TOPICS = (
    "arts-culture-entertainment-media",
    "conflict-war-peace",
    "crime-law-justice",
    "disaster-accident",
    "economy-business-finance",
    "education",
    "environment",
    "health",
    "human-interest",
    "labour",
    "lifestyle-leisure",
    "politics-government",
    "religion",
    "science-technology",
    "society",
    "sport",
    "weather",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Polars type, what it means and in which unit; `required` columns are never null."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str | None = None
    required: bool = False

    @property
    def comment(self) -> str:
        """Meaning and unit as one line, as analysts read it."""
        return f"{self.meaning} [{self.unit}]" if self.unit else self.meaning


@dataclass(frozen=True, eq=False)
class Table:
    """One table: what a row is, its columns, the columns that identify a row, and which columns point where.

    `group` is the stage that writes it; `references` maps a column to the `table.column` whose value it repeats.
    """

    name: str
    group: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: dict[str, str] = field(default_factory=dict)

    @cached_property
    def schema(self) -> pl.Schema:
        """The table's Polars schema, columns in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @cached_property
    def required(self) -> list[str]:
        """Names of the columns that are never null."""
        return [column.name for column in self.columns if column.required or column.name in self.key]


def _id(name: str, meaning: str) -> Column:
    return Column(name, TEXT, meaning, "32 hex digits", required=True)


CAPTURE_ID = _id("capture_id", "The capture this row was read from")
SITE = Column("site", TEXT, "Site name of sites.toml, else the registrable domain of the page's host", required=True)
HEADLINE_COLUMNS = (
    Column("headline_id", TEXT, "Hash of site and folded headline; joins headlines", "32 hex digits"),
    Column(
        "display_id",
        TEXT,
        "The same for the displayed text where its wording differs, more than by being cut short",
        "32 hex digits",
    ),
)
LABEL_COLUMNS = (
    Column("clickbait", REAL, "Calibrated probability that the headline withholds what one must click to learn", "0–1"),
    Column("sensational", REAL, "Score of emotional, exaggerated or tabloid wording", "0–1"),
    Column("topic", TEXT, "IPTC Media Topics top-level slug; null when nothing tells", "slug"),
    Column("topic_probability", REAL, "Confidence in the topic", "0–1"),
    Column("topic_source", TEXT, "What told the topic: section, breadcrumb, url, text (of the story) or model"),
    Column("hard", REAL, "Probability that the story is hard news, from the topic; null without a topic", "0–1"),
)

CAPTURES = Table(
    "captures",
    "extract",
    "One HTTP response to one request at one time, as the archive holds it.",
    (
        _id("capture_id", "Hash of segment and offset"),
        SITE,
        Column("url", TEXT, "Address that was requested", required=True),
        _id("address_id", "Hash of that address's canonical form; joins discoveries, and most stories' article_id"),
        Column("captured_at", TIME, "When the response arrived", "UTC", required=True),
        Column("day", DAY, "Calendar day of captured_at", "UTC", required=True),
        Column("status", SMALL, "HTTP status code", "code", required=True),
        Column("content_type", TEXT, "Media type of the response, without parameters"),
        Column("body_bytes", COUNT, "Length of the body after transfer and content decoding", "bytes", required=True),
        Column("body_hash", TEXT, "BLAKE2b-128 of the decoded body", "32 hex digits", required=True),
        Column("source", TEXT, "crawl (our own) or import (somebody else's WARC file)", required=True),
        Column("via", TEXT, "Address on which the crawl found this one; null for start pages and imports"),
        Column(
            "purpose",
            TEXT,
            "Why the crawl asked for it: start, feed, sitemap, section, story, comments or robots; null for imports",
        ),
        Column("etag", TEXT, "ETag header: the publisher's name of this version"),
        Column("last_modified", TEXT, "Last-Modified header, as it came"),
        Column("robots_tag", TEXT, "X-Robots-Tag header: what the publisher asks of those who keep or list the page"),
        Column("payload_digest", TEXT, "WARC-Payload-Digest of the record", "algorithm:digits"),
        Column(
            "revisit_of",
            TEXT,
            "Capture that holds the body, where this one brought none (status 304) or the same again",
            "32 hex digits",
        ),
        Column("read_id", TEXT, "The reading of a thread that it is part of; null unless purpose is comments"),
        Column("segment", TEXT, "WARC segment in the archive that holds the response", required=True),
        Column("offset", COUNT, "Where the record starts in the segment", "bytes", required=True),
        Column(
            "archived",
            TEXT,
            "null: the archive holds it; due: something in it was erased, so its record has to go; removed: the "
            "archive no longer holds it, and what was read of it stays",
        ),
    ),
    key=("capture_id",),
)

PAGES = Table(
    "pages",
    "extract",
    "What became of each capture that is an HTML page: what was found, or the reason why nothing was.",
    (
        CAPTURE_ID,
        SITE,
        Column("url", TEXT, "Address that was requested", required=True),
        Column("outcome", TEXT, "article, list (teasers but no story), empty (neither) or failed", required=True),
        Column("reason", TEXT, "Why the outcome is not article"),
        Column("title", TEXT, "The story's title; null when there is no story or no title was found"),
        Column("language", TEXT, "Language the page states", "BCP 47"),
        Column("robots", TEXT, "What the page's own tag asks of robots; X-Robots-Tag is in captures.robots_tag"),
        Column("n_blocks", SMALL, "Teaser blocks found", "blocks", required=True),
        Column("n_items", SMALL, "Teasers found in all blocks", "items", required=True),
        Column("n_comments", SMALL, "Comments standing in the page", "comments", required=True),
        Column("extractor_version", TEXT, "Version of the extraction that read the page", required=True),
    ),
    key=("capture_id",),
    references={"capture_id": "captures.capture_id"},
)

ARTICLES = Table(
    "articles",
    "extract",
    "The story of a page, as it stood in one capture.",
    (
        CAPTURE_ID,
        _id("article_id", "Hash of the canonical address: one per story, over all its captures"),
        SITE,
        Column("url", TEXT, "Canonical address", required=True),
        Column("title", TEXT, "Headline as the reader sees it above the story"),
        Column("headline_id", TEXT, "Hash of site and folded title; joins headlines", "32 hex digits"),
        Column("lead", TEXT, "Standfirst or summary shown under the title"),
        Column("section", TEXT, "Section the site files the story under"),
        Column("language", TEXT, "Language of the page", "BCP 47"),
        Column("published_at", TIME, "First publication", "UTC"),
        Column("published_offset", SMALL, "Offset from UTC that the source stated", "minutes"),
        Column("modified_at", TIME, "Last change the page states", "UTC"),
        Column("modified_offset", SMALL, "Offset from UTC that the source stated", "minutes"),
        Column("authors", TEXTS, "Bylines as printed"),
        Column("agency", TEXT, "News agency credited"),
        Column("dateline", TEXT, "Dateline that opens the text"),
        Column("body_text", TEXT, "Text of the story without the blocks that stand in it"),
        Column("word_count", COUNT, "Words of body_text", "words"),
    ),
    key=("capture_id",),
    references={"capture_id": "captures.capture_id"},
)

BLOCKS = Table(
    "blocks",
    "extract",
    "A run of teasers that a reader sees as one list.",
    (
        _id("block_id", "Hash of capture and position"),
        CAPTURE_ID,
        SITE,
        Column("position", SMALL, "Rank of the block on the page, from 1", "rank", required=True),
        Column("kind", TEXT, "related, popular, latest, trending, more, sponsored or inline", required=True),
        Column("heading", TEXT, "Words above the list"),
        Column("placement", TEXT, "Where it stands to the story's text: body, below, side, footer or top"),
        Column("n_items", SMALL, "Teasers in the block", "items", required=True),
        Column("content_hash", TEXT, "Hash of the items' addresses in order", "32 hex digits", required=True),
    ),
    key=("block_id",),
    references={"capture_id": "captures.capture_id"},
)

ITEMS = Table(
    "items",
    "extract",
    "One teaser in one block at one slot.",
    (
        _id("item_id", "Hash of block and slot"),
        _id("block_id", "The block it stands in"),
        CAPTURE_ID,
        SITE,
        Column("slot", SMALL, "Rank in the block, from 1", "rank", required=True),
        Column("url", TEXT, "Address the teaser links to", required=True),
        _id("target_id", "Hash of the canonical form of that address; joins articles.article_id"),
        Column("headline", TEXT, "The full headline, usually of title or alt"),
        Column("display", TEXT, "The text shown, where it differs from the headline"),
        *HEADLINE_COLUMNS,
        Column("image_alt", TEXT, "Alternative text of the teaser's picture"),
        Column("external", FLAG, "The link leaves the site", required=True),
        Column("sponsored", FLAG, "Marked as paid or partner content", required=True),
        Column("source", TEXT, "html, or json where only a script's data holds the teaser"),
    ),
    key=("item_id",),
    references={"block_id": "blocks.block_id", "capture_id": "captures.capture_id"},
)

COMMENT_SECTIONS = Table(
    "comment_sections",
    "extract",
    "The comment section of a story's page, in one capture.",
    (
        CAPTURE_ID,
        SITE,
        Column("present", FLAG, "The page has a comment section, filled or empty", required=True),
        Column("platform", TEXT, "Comment system: wordpress, disqus, coral, isso, own …"),
        Column("endpoint", TEXT, "Root address of the platform's interface, as the page gives it"),
        Column("thread_id", TEXT, "The platform's identifier of the thread"),
        Column("claimed_count", COUNT, "Comments that the page says there are", "comments"),
        Column("visible_count", COUNT, "Comments that stand in the page itself", "comments", required=True),
        Column("char_limit", COUNT, "Longest comment the box accepts", "characters"),
        Column("closed", FLAG, "The section no longer takes comments"),
        Column("login_required", FLAG, "Only signed-in readers may comment"),
        Column("policy", FLAG, "A policy or disclaimer stands by the box"),
    ),
    key=("capture_id",),
    references={"capture_id": "captures.capture_id"},
)

THREAD_READS = Table(
    "thread_reads",
    "extract",
    "One reading of a story's comments: what the page claims, what the platform claims, and what could be read.",
    (
        _id("read_id", "The reading; for comments that stand in a page, its capture"),
        _id("capture_id", "The capture it was read from; the first where a reading took several"),
        SITE,
        _id("article_id", "The story commented on"),
        Column("platform", TEXT, "Comment system: wordpress, disqus, coral, isso, own …"),
        Column("thread_id", TEXT, "The platform's identifier of the thread"),
        Column("read_at", TIME, "When it was read", "UTC", required=True),
        Column(
            "claimed_by_page", COUNT, "Comments that the page says there are; null when it says nothing", "comments"
        ),
        Column("claimed_by_platform", COUNT, "Comments that the platform's interface says there are", "comments"),
        Column("enumerated", COUNT, "Comments read, notices of deleted ones left out", "comments", required=True),
        Column(
            "complete",
            FLAG,
            "Known to have every comment, so that one it lacks is gone; false when that cannot be told",
            required=True,
        ),
    ),
    key=("read_id",),
    references={"capture_id": "captures.capture_id"},
)

COMMENTS = Table(
    "comments",
    "extract",
    "One reader's comment as it stood in one capture. Pseudonymised, and still personal data.",
    (
        _id("comment_id", "Hash of site, article and the platform's identifier"),
        _id("capture_id", "The capture it was read from; the first where its reading took several"),
        _id("read_id", "The reading of its thread that it belongs to"),
        SITE,
        _id("article_id", "The story commented on"),
        Column("parent_id", TEXT, "comment_id of the comment it answers", "32 hex digits"),
        Column("author_key", TEXT, "Keyed hash of the commenter within the site", "hex"),
        Column(
            "author_key_from", TEXT, "What was hashed: id (the platform's, stable) or name (may be shared or changed)"
        ),
        Column("text", TEXT, "Text with mentions, e-mail addresses and phone numbers masked"),
        Column("created_at", TIME, "When it was written", "UTC"),
        Column("created_offset", SMALL, "Offset from UTC that the source stated", "minutes"),
        Column("created_at_from", TEXT, "stated, or relative: reckoned from the capture (“3 hours ago”), so inexact"),
        Column("likes", COUNT, "Likes or up-votes shown", "votes"),
        Column("dislikes", COUNT, "Dislikes or down-votes shown", "votes"),
        Column("depth", SMALL, "Level in the thread, 0 for an opening comment", "level"),
        Column("state", TEXT, "visible, held, deleted …"),
    ),
    key=("capture_id", "comment_id"),
    references={"capture_id": "captures.capture_id", "read_id": "thread_reads.read_id"},
)

OBSERVATIONS = Table(
    "observations",
    "extract",
    "A number that a page, or a newsroom's own analytics, stated at a time. Never overwritten, always re-read.",
    (
        _id("observation_id", "Hash of capture and rank, or of the imported file and row"),
        Column("capture_id", TEXT, "The capture it was read from; null for imported analytics", "32 hex digits"),
        SITE,
        _id("article_id", "The story the number is about"),
        Column(
            "observed_at", TIME, "When the page stated it, or the time that the analytics give", "UTC", required=True
        ),
        Column("metric", TEXT, "comments, likes, shares, views …", required=True),
        Column("value", REAL, "The number as stated", "count", required=True),
        Column(
            "source", TEXT, "Where in the page it stood; analytics and the file's name where imported", required=True
        ),
        Column("ordinal", SMALL, "Rank among the page's numbers, or row of the file, from 1", "rank", required=True),
    ),
    key=("observation_id",),
    references={"capture_id": "captures.capture_id"},
)

WIDGETS = Table(
    "widgets",
    "extract",
    "A third party's recommendation widget on a page; most are filled only in a browser.",
    (
        CAPTURE_ID,
        SITE,
        Column("vendor", TEXT, "taboola, outbrain …", required=True),
        Column("empty", FLAG, "Only the placeholder stood in the HTML", required=True),
        Column("ordinal", SMALL, "Rank among the page's widgets, from 1", "rank", required=True),
    ),
    key=("capture_id", "ordinal"),
    references={"capture_id": "captures.capture_id"},
)

SHARES = Table(
    "shares",
    "extract",
    "A network to which a page offers to share the story.",
    (CAPTURE_ID, SITE, Column("network", TEXT, "facebook, x, whatsapp …", required=True)),
    key=("capture_id", "network"),
    references={"capture_id": "captures.capture_id"},
)

SKIPS = Table(
    "skips",
    "extract",
    "Records of a segment that are no page to read, counted by reason.",
    (
        Column("segment", TEXT, "WARC segment", required=True),
        Column("reason", TEXT, "Why the records were left out", required=True),
        Column("records", COUNT, "How many", "records", required=True),
        Column("example", TEXT, "Address of the first of them"),
    ),
    key=("segment", "reason"),
)

DISCOVERIES = Table(
    "discoveries",
    "extract",
    "An address that the crawl's responses of one segment name, of their own site: where it was found first.",
    (
        _id("address_id", "Hash of the canonical form of the address; joins captures"),
        CAPTURE_ID,
        SITE,
        Column("url", TEXT, "The address as it was found", required=True),
        Column("purpose", TEXT, "Why it is worth asking for: story, section, sitemap, feed or start", required=True),
        Column("found_on", TEXT, "Address of the document that names it", required=True),
        Column(
            "found_in",
            TEXT,
            "What names it: a start, feed, sitemap or section document, a redirect, or a teaser on a page",
            required=True,
        ),
        Column("discovered_at", TIME, "When that document was captured", "UTC", required=True),
        Column("published_at", TIME, "Publication or last change of the story, where a feed or sitemap says", "UTC"),
    ),
    key=("capture_id", "address_id"),
    references={"capture_id": "captures.capture_id"},
)

CRAWL_REPORTS = Table(
    "crawl_reports",
    "crawl",
    "One crawl of one site: what was due, what was asked and what came back.",
    (
        Column("run_id", TEXT, "Crawl run, its start in UTC and a random suffix", required=True),
        SITE,
        Column("started_at", TIME, "Start of the run", "UTC", required=True),
        Column("finished_at", TIME, "End of the run", "UTC", required=True),
        Column("discovered", COUNT, "Addresses learnt of that were not known before", "addresses", required=True),
        Column("due", COUNT, "Addresses that were due, or fell due when they were learnt of", "addresses"),
        Column("responses", COUNT, "Responses archived, those of robots.txt included", "responses", required=True),
        Column("not_modified", COUNT, "Of those, answers that nothing has changed (status 304)", "responses"),
        Column("refused_by_robots", COUNT, "Addresses that robots.txt forbids", "addresses", required=True),
        Column("refusals", TEXT, "Addresses that robots.txt forbids, by rule", "JSON object"),
        Column("failed", COUNT, "Requests without a response", "requests", required=True),
        Column("failures", TEXT, "Failures by reason", "JSON object"),
        Column("bytes", COUNT, "Body bytes received", "bytes", required=True),
        Column("delay", REAL, "Least delay kept between two requests", "seconds", required=True),
        Column("left", COUNT, "Addresses that stay due: the run's pages were used up, or it was stopped", "addresses"),
        Column("oldest_due", TEXT, "Of those, the address that fell due first"),
        Column("oldest_due_since", TIME, "When it fell due", "UTC"),
        Column("traps", TEXT, "Addresses not followed, as machines make them up, by reason", "JSON object"),
        Column("stopped", TEXT, "Why the site was left alone before the end; null when it was not"),
    ),
    key=("run_id", "site"),
)

CRAWL_FAILURES = Table(
    "crawl_failures",
    "crawl",
    "One address that a crawl could not fetch: robots.txt forbids it, or no response came. It is tried again later.",
    (
        Column("run_id", TEXT, "Crawl run", required=True),
        SITE,
        Column("url", TEXT, "Address that was due", required=True),
        _id("address_id", "Hash of the canonical form of that address; joins captures and discoveries"),
        Column("failed_at", TIME, "When that was found", "UTC", required=True),
        Column("robots", FLAG, "robots.txt forbids it, so that it was not asked for", required=True),
        Column("reason", TEXT, "What went wrong, or the rule that forbids it", required=True),
    ),
    key=("run_id", "url"),
)

HEADLINES = Table(
    "headlines",
    "classify",
    "A distinct folded headline of a site, classified. One row a site, headline and archive day it was seen in.",
    (
        _id("headline_id", "Hash of site and folded headline"),
        Column("archive_day", DAY, "Archive partition it was seen in", "UTC", required=True),
        SITE,
        Column("headline", TEXT, "One spelling of it", required=True),
        Column("language", TEXT, "Language of the page it stood on", "BCP 47"),
        *LABEL_COLUMNS,
        Column("cues", TEXTS, "Words and rules that moved the clickbait probability, strongest first"),
        Column("model_version", TEXT, "Version of the classifier", required=True),
    ),
    key=("headline_id", "archive_day"),
)

EXPOSURES = Table(
    "exposures",
    "analyse",
    "One item beside one host article in one capture: what readers of the story were shown with it.",
    (
        _id("item_id", "The teaser"),
        CAPTURE_ID,
        _id("block_id", "The block it stands in"),
        SITE,
        Column("day", DAY, "Day of the capture", "UTC", required=True),
        _id("host_id", "The story beside which it stands; joins articles.article_id"),
        Column("host_topic", TEXT, "Topic of the host story", "slug"),
        Column("host_hard", REAL, "Probability that the host is hard news", "0–1"),
        Column("kind", TEXT, "Kind of the block", required=True),
        Column("placement", TEXT, "Placement of the block"),
        _id("content_hash", "Hash of the block's addresses in order; tells the same list on many pages"),
        Column("slot", SMALL, "Rank in the block, from 1", "rank", required=True),
        _id("target_id", "The story it leads to; never the host itself"),
        *HEADLINE_COLUMNS,
        Column("item_topic", TEXT, "Topic of the teaser", "slug"),
        Column("item_hard", REAL, "Probability that the teaser is hard news", "0–1"),
        Column("item_clickbait", REAL, "Clickbait probability of what the teaser shows", "0–1"),
        Column("item_class", TEXT, "clickbait, tabloid, hard, soft or unknown", required=True),
    ),
    key=("item_id",),
    references={"item_id": "items.item_id"},
)


def _interval(name: str, meaning: str, unit: str, made_by: str) -> tuple[Column, Column, Column]:
    """An estimate and the ends of its 95 % interval; `made_by` is the function of pipelines.analysis behind it."""
    return (
        Column(name, REAL, f"{meaning}; {made_by}", unit),
        Column(f"{name}_low", REAL, f"Lower end of its 95 % interval; {made_by}", unit),
        Column(f"{name}_high", REAL, f"Upper end of its 95 % interval; {made_by}", unit),
    )


def _made_by(function: str, *columns: Column) -> tuple[Column, ...]:
    """The columns of a measure, each naming the function of pipelines.analysis it comes from: its own, or else this."""
    named = re.compile(r"; \w+(\.\w+)+$")
    return tuple(
        column if named.search(column.meaning) else replace(column, meaning=f"{column.meaning}; {function}")
        for column in columns
    )


# What a measure rests on, so that a reader can defend and repeat it.
BASIS_COLUMNS = (
    Column("n_articles", COUNT, "Host stories it rests on", "articles", required=True),
    Column("n_exposures", COUNT, "Exposures it rests on", "exposures", required=True),
    Column("method", TEXT, "How it was estimated and tested; docs/methods.md says more", required=True),
    Column("strata", TEXT, "Within what stories were compared", required=True),
    Column("seed", COUNT, "Seed of its random draws", required=True),
    Column("code_version", TEXT, "Version of the code that computed it", required=True),
)

CONTRASTS = Table(
    "contrasts",
    "analyse",
    "Per site and block kind: how much clickbait and tabloid stands beside hard news, and how much beside the rest.",
    _made_by(
        "contrast.contrasts",
        Column("site", TEXT, "Site; `all` for the strata of all sites together", required=True),
        Column("kind", TEXT, "Kind of the block; `all` for every kind together", required=True),
        Column(
            "outcome",
            TEXT,
            "clickbait, clickbait_or_tabloid, or clickbait_height (1: clickbait stands on top of the list, 0: at its "
            "end); strata.host_outcomes",
            required=True,
        ),
        Column("hosts_hard", COUNT, "Hard-news stories with such a block", "articles", required=True),
        Column("hosts_soft", COUNT, "Other stories with such a block", "articles", required=True),
        Column("hosts_unknown", COUNT, "Stories left out because their topic is unknown", "articles", required=True),
        Column(
            "exposures_site_wide",
            COUNT,
            "Exposures left out because the target stood beside 80 % of the site's stories or more that day",
            "exposures",
            required=True,
        ),
        Column("strata_compared", COUNT, "Strata with hard-news and other stories", "strata"),
        Column("share_hard", REAL, "Mean outcome beside hard news, strata weighted as in the difference", "0–1"),
        Column("share_soft", REAL, "The same beside other stories", "0–1"),
        *_interval("difference", "share_hard − share_soft", "−1–1", "mantel_haenszel.risk_difference"),
        Column(
            "bootstrap_low",
            REAL,
            "Lower end by wild cluster bootstrap; mantel_haenszel.Difference.bootstrap_interval",
            "−1–1",
        ),
        Column(
            "bootstrap_high",
            REAL,
            "Upper end by wild cluster bootstrap; mantel_haenszel.Difference.bootstrap_interval",
            "−1–1",
        ),
        *_interval("risk_ratio", "Common ratio of the shares", "ratio", "mantel_haenszel.risk_ratio"),
        *_interval("odds_ratio", "Common odds ratio of the shares", "ratio", "mantel_haenszel.odds_ratio"),
        Column("p", REAL, "Two-sided, from exchanging labels within site and day; permutation.permutation_p", "0–1"),
        Column("q", REAL, "p adjusted over the sites of a kind and outcome; multiplicity.q_values", "0–1"),
        Column("heterogeneity_q", REAL, "Q between sites: about sites less one if they agree; pooling.heterogeneity"),
        Column("heterogeneity_p", REAL, "p-value of Q; pooling.heterogeneity", "0–1"),
        Column("i2", REAL, "Share of the variation that is between sites; pooling.heterogeneity", "0–1"),
        *_interval("random_effects", "Mean difference over a population of sites", "−1–1", "pooling.random_effects"),
        *_interval(
            "corrected_difference",
            "Difference in true clickbait, corrected for the classifier's known errors",
            "−1–1",
            "misclassification.corrected",
        ),
        Column(
            "tipping_point",
            REAL,
            "Extra rate of false alarms beside one side only that would make the finding; "
            "misclassification.tipping_point",
            "0–1",
        ),
        Column("verdict", TEXT, "What can be said in words, or why nothing can", required=True),
        *BASIS_COLUMNS,
    ),
    key=("site", "kind", "outcome"),
)

TIME_COURSE = Table(
    "time_course",
    "analyse",
    "By site and day of first capture: how much more clickbait stands beside hard news than beside the rest.",
    _made_by(
        "contrast.time_course",
        SITE,
        Column("day", DAY, "Day on which the stories were first captured", "UTC", required=True),
        Column("hosts_hard", COUNT, "Hard-news stories", "articles", required=True),
        Column("hosts_soft", COUNT, "Other stories", "articles", required=True),
        *_interval("difference", "Clickbait beside hard news less beside the rest", "−1–1", "contrast.time_course"),
        *BASIS_COLUMNS,
    ),
    key=("site", "day"),
)

COOCCURRENCE = Table(
    "cooccurrence",
    "analyse",
    "How often items of a class stand beside stories of a topic, against independence within site and day.",
    _made_by(
        "topics.cooccurrence",
        SITE,
        Column("day", DAY, "Day of the captures", "UTC", required=True),
        Column("host_topic", TEXT, "Topic of the host stories, or unknown", "slug", required=True),
        Column("item_class", TEXT, "clickbait, tabloid, hard, soft or unknown", required=True),
        Column(
            "exposures", COUNT, "Targets beside hosts, each once a day however often captured", "pairs", required=True
        ),
        Column(
            "hosts", COUNT, "Distinct stories of the topic beside which such an item stood", "articles", required=True
        ),
        Column("expected", REAL, "The same, expected from the margins of site and day", "pairs", required=True),
        Column("lift", REAL, "exposures / expected", "ratio"),
        Column("npmi", REAL, "Normalised pointwise mutual information; null when it is the day's only cell", "−1–1"),
    ),
    key=("site", "day", "host_topic", "item_class"),
)

TOPIC_MATRIX = Table(
    "topic_matrix",
    "analyse",
    "How often items of a class stand beside stories of a topic over all days of a site, and whether that is chance.",
    _made_by(
        "topics.topic_matrix",
        Column("site", TEXT, "Site; `all` for all sites together, each compared within itself", required=True),
        Column("host_topic", TEXT, "Topic of the host stories, or unknown", "slug", required=True),
        Column("item_class", TEXT, "clickbait, tabloid, hard, soft or unknown", required=True),
        Column(
            "exposures", COUNT, "Targets beside hosts, each once a list however often captured", "pairs", required=True
        ),
        Column("hosts", COUNT, "Stories of the topic beside which such an item stood", "articles", required=True),
        Column("expected", REAL, "The same by the shares of the class within strata", "pairs", required=True),
        Column("lift", REAL, "exposures / expected; topics.topic_matrix", "ratio"),
        Column("npmi", REAL, "Normalised pointwise mutual information; topics.topic_matrix", "−1–1"),
        Column(
            "residual",
            REAL,
            "exposures − expected in standard deviations of the null; null when too few to tell; topics.topic_matrix",
        ),
        Column("p", REAL, "Two-sided p-value of the residual; topics.topic_matrix", "0–1"),
        Column("q", REAL, "p adjusted over the cells of the site; multiplicity.q_values", "0–1"),
        Column("days", COUNT, "Days with such stories", "days", required=True),
        *BASIS_COLUMNS,
    ),
    key=("site", "host_topic", "item_class"),
)

HEADLINE_PAIRS = Table(
    "headline_pairs",
    "analyse",
    "Two stories that met in at least two distinct blocks of a site; the same list on many pages is one block.",
    _made_by(
        "company.headline_pairs",
        SITE,
        _id("target_a", "Story with the smaller identifier"),
        _id("target_b", "Story with the larger identifier"),
        Column("headline_a", TEXT, "The wording under which the first was shown most"),
        Column("headline_b", TEXT, "The wording under which the second was shown most"),
        Column("blocks", COUNT, "Blocks in which both stand", "blocks", required=True),
        Column("blocks_a", COUNT, "Blocks in which the first stands", "blocks", required=True),
        Column("blocks_b", COUNT, "Blocks in which the second stands", "blocks", required=True),
        Column("support", REAL, "blocks / all blocks of the site", "0–1", required=True),
        Column(
            "expected", REAL, "Blocks in which both would stand by chance; company.meetings", "blocks", required=True
        ),
        Column("lift", REAL, "blocks / expected; company.headline_pairs", "ratio"),
        Column("npmi", REAL, "Normalised pointwise mutual information; company.headline_pairs", "−1–1"),
        Column("p", REAL, "One-sided: together more often than by chance; company.more_than", "0–1"),
        Column("q", REAL, "p adjusted over all pairs of the site's stories; multiplicity.q_values", "0–1"),
        Column("community", COUNT, "Group that pairs with q below 0.1 tie together; company.headline_pairs", "number"),
        *BASIS_COLUMNS,
    ),
    key=("site", "target_a", "target_b"),
)

HEADLINE_VARIANTS = Table(
    "headline_variants",
    "analyse",
    "The wordings under which a site showed one story: above it, as full headline of a teaser, and as displayed.",
    _made_by(
        "wordings.headline_variants",
        SITE,
        _id("target_id", "The story"),
        Column("form", TEXT, "title (above the story), headline (full, in a teaser) or display (shown)", required=True),
        _id("headline_id", "The wording"),
        Column("headline", TEXT, "One spelling of it", required=True),
        Column("shown", COUNT, "Captures in which it stood so", "captures", required=True),
        Column("first_seen", TIME, "First capture with it", "UTC", required=True),
        Column("last_seen", TIME, "Last capture with it", "UTC", required=True),
        Column("clickbait", REAL, "Calibrated clickbait probability of the wording", "0–1"),
        Column("variants", COUNT, "Distinct wordings of the story on the site", "headlines", required=True),
    ),
    key=("site", "target_id", "form", "headline_id"),
)

COMMENT_EVENTS = Table(
    "comment_events",
    "analyse",
    "A change of a comment between two readings of its thread. Pseudonymised, and still personal data.",
    (
        _id("comment_id", "The comment"),
        _id("read_id", "The reading that shows the change"),
        SITE,
        _id("article_id", "The story commented on"),
        Column(
            "event",
            TEXT,
            "new, edited, held, released, deleted (a notice is left), gone (a complete reading lacks it) or returned",
            required=True,
        ),
        Column("seen_at", TIME, "The reading that shows it", "UTC", required=True),
        Column("seen_after", TIME, "The reading before it that tells of the comment: it changed in between", "UTC"),
    ),
    key=("comment_id", "read_id"),
    references={"read_id": "thread_reads.read_id"},
)

COMMENT_HISTORY = Table(
    "comment_history",
    "analyse",
    "One comment over all readings of its thread, without its text. Pseudonymised, and still personal data.",
    (
        _id("comment_id", "The comment; joins comments"),
        SITE,
        _id("article_id", "The story commented on"),
        Column("parent_id", TEXT, "comment_id of the comment it answers", "32 hex digits"),
        Column("author_key_from", TEXT, "What the commenter's key was made from: id or name"),
        Column("depth", SMALL, "Level in the thread, 0 for an opening comment", "level"),
        Column("created_at", TIME, "When it was written", "UTC"),
        Column("created_at_from", TEXT, "stated, or relative: reckoned from the capture, so inexact"),
        Column("first_seen", TIME, "First reading in which it stands", "UTC", required=True),
        Column(
            "last_seen", TIME, "Last reading in which it, or a notice of its deletion, stands", "UTC", required=True
        ),
        Column("followed_until", TIME, "Last reading that tells whether it stands", "UTC", required=True),
        Column("readings", COUNT, "Readings in which it stands", "readings", required=True),
        Column("edits", COUNT, "Times its text was found changed", "edits", required=True),
        Column("state", TEXT, "visible, held, deleted or gone, as of followed_until", required=True),
        Column("state_since", TIME, "The reading that first shows this state", "UTC", required=True),
    ),
    key=("comment_id",),
)

COMMENT_VOLUME = Table(
    "comment_volume",
    "analyse",
    "Comments by site, topic of the story and hour in which they were written; comment_activity.comment_volume.",
    (
        SITE,
        Column("topic", TEXT, "Topic of the story, or unknown", "slug", required=True),
        Column("hour", TIME, "Beginning of the hour", "UTC", required=True),
        Column("comments", COUNT, "Comments written in it", "comments", required=True),
        Column("replies", COUNT, "Those that answer another", "comments", required=True),
        Column("stories", COUNT, "Stories that they stand under", "articles", required=True),
    ),
    key=("site", "topic", "hour"),
)

COMMENT_VELOCITY = Table(
    "comment_velocity",
    "analyse",
    "Comments a story gets in each hour after publication, by site and topic; comment_activity.comment_velocity.",
    (
        SITE,
        Column("topic", TEXT, "Topic of the stories, or unknown", "slug", required=True),
        Column("age", COUNT, "Whole hours since publication, 0 to 167", "hours", required=True),
        Column("stories", COUNT, "Stories whose thread was read after that hour", "articles", required=True),
        Column("comments", COUNT, "Comments written under them in that hour", "comments", required=True),
        Column("per_story", REAL, "comments / stories", "comments per hour", required=True),
    ),
    key=("site", "topic", "age"),
)

THREAD_MEASURES = Table(
    "thread_measures",
    "analyse",
    "The comments of one story: how many, how soon, how deep, and how far the counts agree; "
    "comment_activity.thread_measures.",
    (
        SITE,
        _id("article_id", "The story"),
        Column("topic", TEXT, "Topic of the story, or unknown", "slug", required=True),
        Column("published_at", TIME, "First publication", "UTC"),
        Column("readings", COUNT, "Readings of the thread", "readings", required=True),
        Column("comments", COUNT, "Distinct comments in all readings", "comments", required=True),
        Column("replies", COUNT, "Those that answer another", "comments", required=True),
        Column("reply_ratio", REAL, "replies / comments", "0–1"),
        Column("mean_depth", REAL, "Mean level in the thread, 0 for opening comments", "level"),
        Column("max_depth", SMALL, "Deepest level", "level"),
        Column("minutes_to_first", REAL, "From publication to the first comment with a stated time", "minutes"),
        Column("edited", COUNT, "Comments whose text was found changed", "comments", required=True),
        Column("followed", COUNT, "Comments that a later reading tells of", "comments", required=True),
        Column("removed", COUNT, "Comments deleted or gone at the last reading that tells", "comments", required=True),
        Column("enumerated", COUNT, "Comments read in the latest reading", "comments", required=True),
        Column("gap_to_page", COUNT, "Claimed by the page − enumerated, where last claimed", "comments"),
        Column("gap_to_platform", COUNT, "Claimed by the platform − enumerated, where last claimed", "comments"),
    ),
    key=("site", "article_id"),
)

COMMENT_CONCENTRATION = Table(
    "comment_concentration",
    "analyse",
    "How unevenly a site's comments spread over its commenters; comment_concentration.comment_concentration.",
    (
        SITE,
        Column("commenters", COUNT, "Distinct author keys", "commenters", required=True),
        Column("commenters_by_name", COUNT, "Keys made from names: several people or part of one", "commenters"),
        Column("comments", COUNT, "Distinct comments with an author key", "comments", required=True),
        Column("gini", REAL, "Gini coefficient of comments over commenters; null below 30 commenters", "0–1"),
        Column("top_1_share", REAL, "Share of comments by the busiest 1 %; null below 300 commenters", "0–1"),
        Column("top_10_share", REAL, "Share of comments by the busiest 10 %; null below 30 commenters", "0–1"),
        Column("verdict", TEXT, "told, or why it cannot be told", required=True),
    ),
    key=("site",),
)

COMMENT_REPETITIONS = Table(
    "comment_repetitions",
    "analyse",
    "A comment that says nearly the same as others; comment_repetition.comment_repetitions.",
    (
        _id("comment_id", "The comment"),
        _id("group_id", "The first comment of its group"),
        SITE,
        _id("article_id", "The story commented on"),
        Column("similarity", REAL, "Jaccard similarity of 5-grams to the group's first comment", "0–1", required=True),
        Column("comments", COUNT, "Comments in the group", "comments", required=True),
        Column("stories", COUNT, "Stories under which they stand; 1 for repetition within a thread", "articles"),
        Column("commenters", COUNT, "Author keys among them; 0 where none is known", "commenters", required=True),
    ),
    key=("comment_id",),
)

COMMENT_LANGUAGES = Table(
    "comment_languages",
    "analyse",
    "The language that a comment is written in; comment_languages.comment_languages.",
    (
        _id("comment_id", "The comment"),
        SITE,
        _id("article_id", "The story commented on"),
        Column("language", TEXT, "Language of the text; null below a confidence of 0.5", "ISO 639-1"),
        Column("confidence", REAL, "Confidence of the detector in the likeliest language", "0–1", required=True),
    ),
    key=("comment_id",),
)

COMMENT_ASSOCIATION = Table(
    "comment_association",
    "analyse",
    "Per site and age: whether stories with more clickbait beside them have more comments. A correlation, no effect.",
    _made_by(
        "engagement.comment_association",
        Column("site", TEXT, "Site; `all` for the strata of all sites together", required=True),
        Column("age_hours", COUNT, "Hours after publication at which comments were counted", "hours", required=True),
        Column("strata_compared", COUNT, "Strata in which both differ between stories", "strata", required=True),
        *_interval(
            "correlation",
            "Rank correlation of comments with the clickbait share beside the story, within strata",
            "−1–1",
            "engagement.rank_correlation",
        ),
        Column("p", REAL, "Two-sided, from ranks exchanged within strata; engagement.rank_correlation", "0–1"),
        Column("q", REAL, "p adjusted over the sites of an age; multiplicity.q_values", "0–1"),
        Column("verdict", TEXT, "What can be said in words, or why nothing can", required=True),
        *BASIS_COLUMNS,
    ),
    key=("site", "age_hours"),
)

ENGAGEMENT_OVERLAP = Table(
    "engagement_overlap",
    "analyse",
    "Per site and metric: how many of the most clicked, shared or liked stories are among the most commented.",
    _made_by(
        "engagement.engagement_overlap",
        SITE,
        Column("metric", TEXT, "views, shares, likes …: by what stories rank", required=True),
        Column("stories", COUNT, "Stories with that number and one of comments", "articles", required=True),
        Column("most_by_metric", COUNT, "Top fifth of them by the metric", "articles", required=True),
        Column("most_commented", COUNT, "Top fifth of them by comments", "articles", required=True),
        Column("in_both", COUNT, "Stories in both", "articles", required=True),
        *_interval(
            "not_commented",
            "Share of the top by the metric that is not among the most commented",
            "0–1",
            "engagement.engagement_overlap",
        ),
        Column("not_commented_by_chance", REAL, "The same for a top fifth drawn at random", "0–1"),
        Column("verdict", TEXT, "What can be said in words, or why nothing can", required=True),
        *BASIS_COLUMNS,
    ),
    key=("site", "metric"),
)

SHARPENING = Table(
    "sharpening",
    "analyse",
    "By site: how much more clickbait teasers are than the stories they lead to, story by story.",
    _made_by(
        "sharpening.sharpening",
        SITE,
        Column(
            "compared",
            TEXT,
            "article (what teasers show against the title above the story) or card (text shown against full headline)",
            required=True,
        ),
        Column("stories", COUNT, "Stories with both wordings", "articles", required=True),
        Column("changed", COUNT, "Stories whose clickbait probability differs between them", "articles", required=True),
        Column("became_clickbait", COUNT, "Stories that are clickbait only as shown", "articles", required=True),
        Column("ceased_to_be", COUNT, "Stories that are clickbait only in full", "articles", required=True),
        Column("mcnemar_p", REAL, "Two-sided p-value of these two; sharpening.mcnemar_p", "0–1"),
        *_interval("sharpening", "Mean change of the clickbait probability", "−1–1", "sharpening.mean_change"),
        Column("wilcoxon_p", REAL, "Two-sided p-value of the changes' ranks; sharpening.signed_rank_p", "0–1"),
        *BASIS_COLUMNS,
    ),
    key=("site", "compared"),
)

LIFETIMES = Table(
    "lifetimes",
    "analyse",
    "Share of teaser headlines still standing some hours after they were first seen, by site and wording.",
    _made_by(
        "lifetimes.lifetimes",
        SITE,
        Column("wording", TEXT, "clickbait or plain", required=True),
        Column("hours", COUNT, "Time since the headline was first seen", "hours", required=True),
        Column("headlines", COUNT, "Headlines it rests on", "headlines", required=True),
        Column("gone", COUNT, "Of these, seen to be gone; the others are censored", "headlines", required=True),
        Column("standing_low", REAL, "Share still standing, at least; lifetimes.turnbull", "0–1", required=True),
        Column("standing_high", REAL, "Share still standing, at most; lifetimes.turnbull", "0–1", required=True),
        *BASIS_COLUMNS,
    ),
    key=("site", "wording", "hours"),
)

CLICKBAIT_SHARES = Table(
    "clickbait_shares",
    "analyse",
    "By site and block kind: clickbait among the teasers beside stories, as counted, as expected, and as corrected for "
    "the classifier's errors.",
    _made_by(
        "prevalence.clickbait_shares",
        SITE,
        Column("kind", TEXT, "Kind of the block; `all` for every kind together", required=True),
        Column("hosts", COUNT, "Stories beside which they stand", "articles", required=True),
        Column("teasers", COUNT, "Targets beside hosts with a clickbait probability", "pairs", required=True),
        Column("called", COUNT, "Of these, with a probability of at least 0.5", "pairs", required=True),
        Column("expected", REAL, "Sum of the probabilities: the expected count", "pairs", required=True),
        Column("share_called", REAL, "called / teasers", "0–1", required=True),
        Column("share_expected", REAL, "expected / teasers", "0–1", required=True),
        *_interval(
            "share_corrected",
            "share_called, corrected for sensitivity and specificity on hand-read headlines of the site's language",
            "0–1",
            "prevalence.corrected_share",
        ),
        *BASIS_COLUMNS,
    ),
    key=("site", "kind"),
)

EXTRACTED: Final = (
    CAPTURES,
    PAGES,
    ARTICLES,
    BLOCKS,
    ITEMS,
    COMMENT_SECTIONS,
    THREAD_READS,
    COMMENTS,
    OBSERVATIONS,
    WIDGETS,
    SHARES,
    DISCOVERIES,
    SKIPS,
)
MEASURES: Final = (
    CONTRASTS,
    CLICKBAIT_SHARES,
    TIME_COURSE,
    COOCCURRENCE,
    TOPIC_MATRIX,
    HEADLINE_PAIRS,
    HEADLINE_VARIANTS,
    SHARPENING,
    LIFETIMES,
)
COMMENTS_FOLLOWED: Final = (COMMENT_EVENTS, COMMENT_HISTORY, COMMENT_REPETITIONS, COMMENT_LANGUAGES)
COMMENT_MEASURES: Final = (
    COMMENT_VOLUME,
    COMMENT_VELOCITY,
    THREAD_MEASURES,
    COMMENT_CONCENTRATION,
    COMMENT_ASSOCIATION,
    ENGAGEMENT_OVERLAP,
)
TABLES: Final = {
    table.name: table
    for table in (
        CRAWL_REPORTS,
        CRAWL_FAILURES,
        *EXTRACTED,
        HEADLINES,
        EXPOSURES,
        *COMMENTS_FOLLOWED,
        *MEASURES,
        *COMMENT_MEASURES,
    )
}
