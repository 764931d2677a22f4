"""A small lake with every table filled: two sites, one of which puts more clickbait beside hard news."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.analysis.comment_activity import comment_velocity, comment_volume, thread_measures
from pipelines.analysis.comment_activity import stories as stories_of
from pipelines.analysis.comment_concentration import comment_concentration
from pipelines.analysis.comment_history import comment_events, comment_history
from pipelines.analysis.comment_repetition import comment_repetitions
from pipelines.analysis.engagement import comment_association, engagement_overlap
from pipelines.lake.ids import article_id, digest
from pipelines.lake.parts import Lake, frame
from pipelines.lake.schema import TABLES

START = datetime.fromisoformat("2026-03-02T06:00")
TOPICS = {
    "politics-government": 0.95,
    "economy-business-finance": 0.85,
    "disaster-accident": 0.9,
    "health": 0.7,
    "sport": 0.1,
    "lifestyle-leisure": 0.05,
    "human-interest": 0.05,
    "arts-culture-entertainment-media": 0.1,
}
SUBJECTS = (
    "köprü ihalesi",
    "faiz kararı",
    "sel uyarısı",
    "aşı takvimi",
    "derbi",
    "İzmir’de pazar",
    "<b>Şarkıcı</b>",
    "sergi",
)
SLOTS = 5
BASIS = {
    "n_articles": 24,
    "n_exposures": 240,
    "method": "sample",
    "strata": "site × day",
    "seed": 0,
    "code_version": "sample",
}


@dataclass(frozen=True, slots=True)
class Story:
    """A story of the sample: number `n` of its site."""

    site: str
    n: int

    @property
    def url(self) -> str:
        return f"https://{self.site}.example/haber/{self.n}"

    @property
    def id(self) -> str:
        return article_id(self.url)

    @property
    def topic(self) -> str:
        return list(TOPICS)[self.n % len(TOPICS)]

    @property
    def hard(self) -> bool:
        return TOPICS[self.topic] >= 0.5

    @property
    def title(self) -> str:
        return f"{SUBJECTS[self.n % len(SUBJECTS)]} açıklandı: {self.n}. dosya"

    @property
    def card(self) -> str:
        """What a teaser shows: every third story's headline is sharpened."""
        return (
            f"Şoke eden {SUBJECTS[self.n % len(SUBJECTS)]}! Bakın ne oldu: {self.n}" if self.clickbait else self.title
        )

    @property
    def clickbait(self) -> bool:
        return self.n % 3 == 0


def headline_id(site: str, text: str) -> str:
    """An identifier of a headline on a site, good enough for a sample."""
    return digest("headline", site, text)


def write_sample(lake: Lake, *, stories: int = 24, days: int = 2) -> None:
    """Write the sample's parts: captures of `stories` stories a site on each of `days` days."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for site in ("akşam", "beacon"):
        for day in range(days):
            for name, row in _captured(site, stories, day):
                rows[name].append(row)
        rows["crawl_reports"].append(_crawl_report(site))
        rows["crawl_failures"].append(_crawl_failure(site))
    rows |= _measures(frame(TABLES["exposures"], rows["exposures"]), stories)
    rows |= _commented({name: frame(table, rows[name]).lazy() for name, table in TABLES.items()})
    for name, table in TABLES.items():
        data = frame(table, rows[name])
        lake.write(table, data, part="sample", day=START.date(), made_by="sample")


def sample_lake(root: Path, **size: int) -> Lake:
    """A lake at `root` holding the sample."""
    lake = Lake(root)
    write_sample(lake, **size)
    return lake


def _captured(site: str, stories: int, day: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for n in range(stories):
        yield from _story_page(Story(site, n), stories, day)
    yield from _other_pages(site, day)


def _capture(site: str, url: str, at: datetime, **changed: Any) -> dict[str, Any]:
    return {
        "capture_id": digest("capture", url, at),
        "site": site,
        "url": url,
        "address_id": digest("article", url),
        "captured_at": at,
        "day": at.date(),
        "status": 200,
        "content_type": "text/html",
        "body_bytes": 40_000,
        "body_hash": digest("body", url),
        "source": "crawl",
        "segment": f"{site}-{at:%Y%m%d}.warc.gz",
        "offset": at.minute * 1000,
    } | changed


def _page(capture: dict[str, Any], outcome: str, **changed: Any) -> dict[str, Any]:
    counts = {"n_blocks": 0, "n_items": 0, "n_comments": 0, "extractor_version": "7"}
    return {key: capture[key] for key in ("capture_id", "site", "url")} | counts | {"outcome": outcome} | changed


def _story_page(story: Story, stories: int, day: int) -> Iterator[tuple[str, dict[str, Any]]]:
    at = START + timedelta(days=day, minutes=story.n)
    capture = _capture(story.site, story.url, at)
    captured = {"capture_id": capture["capture_id"], "site": story.site}
    yield "captures", capture
    yield "pages", _page(capture, "article", title=story.title, n_blocks=1, n_items=SLOTS, n_comments=1)
    yield (
        "discoveries",
        captured
        | {
            "address_id": digest("article", story.url, "next"),
            "url": f"{story.url}/next",
            "purpose": "story",
            "found_on": story.url,
            "found_in": "teaser",
            "discovered_at": at,
        },
    )
    yield (
        "articles",
        captured
        | {
            "article_id": story.id,
            "url": story.url,
            "title": story.title,
            "headline_id": headline_id(story.site, story.title),
            "section": "gündem",
            "language": "tr",
            "published_at": at - timedelta(hours=2),
            "published_offset": 180,
        },
    )
    for text, clickbait in {story.title: 0.1, story.card: 0.9 if story.clickbait else 0.1}.items():
        yield "headlines", _headline(story, text, clickbait, at.date())
    block = digest("block", capture["capture_id"], 1)
    yield (
        "blocks",
        captured
        | {
            "block_id": block,
            "position": 1,
            "kind": "related",
            "heading": "İlgili haberler",
            "placement": "below",
            "n_items": SLOTS,
            "content_hash": digest("list", story.site, story.n % 4),
        },
    )
    for slot in range(1, SLOTS + 1):
        yield from _teaser(story, _beside(story, slot, stories), slot, block, capture)
    yield (
        "comment_sections",
        captured | {"present": True, "platform": "own", "claimed_count": story.n % 7, "visible_count": 1},
    )
    yield (
        "thread_reads",
        captured
        | {
            "read_id": capture["capture_id"],
            "article_id": story.id,
            "platform": "own",
            "read_at": at,
            "claimed_by_page": story.n % 7,
            "enumerated": story.n % 2,
            "complete": story.n % 7 == story.n % 2 == 1,
        },
    )
    if story.n % 2:
        yield "comments", captured | {"read_id": capture["capture_id"]} | _comment(story, at)
    yield (
        "observations",
        captured
        | {
            "observation_id": digest("observation", capture["capture_id"], 1),
            "article_id": story.id,
            "observed_at": at,
            "metric": "comments",
            "value": float(story.n % 7),
            "source": "counter",
            "ordinal": 1,
        },
    )
    yield (
        "observations",
        {
            "observation_id": digest("analytics", story.id, day),
            "site": story.site,
            "article_id": story.id,
            "observed_at": at,
            "metric": "views",
            "value": 100.0 * story.n,
            "source": "analytics march.csv",
            "ordinal": 1,
        },
    )
    yield "widgets", captured | {"vendor": "taboola", "empty": True, "ordinal": 1}
    yield "shares", captured | {"network": "facebook"}


def _beside(story: Story, slot: int, stories: int) -> Story:
    """The story in a slot beside another; at `akşam` hard news draws clickbait into every other slot."""
    wanted = (story.n * SLOTS + slot * 7) % stories
    drawn = story.site == "akşam" and story.hard and slot % 2
    return Story(story.site, wanted - wanted % 3 if drawn else wanted)


def _headline(story: Story, text: str, clickbait: float, day: date) -> dict[str, Any]:
    return {
        "headline_id": headline_id(story.site, text),
        "archive_day": day,
        "site": story.site,
        "headline": text,
        "language": "tr",
        "clickbait": clickbait,
        "sensational": clickbait / 2,
        "topic": story.topic,
        "topic_probability": 0.8,
        "topic_source": "section",
        "hard": TOPICS[story.topic],
        "cues": ["bakın"] if clickbait > 0.5 else [],
        "model_version": "rules-1",
    }


def _teaser(
    host: Story, target: Story, slot: int, block: str, capture: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    ids = {
        "item_id": digest("item", block, slot),
        "block_id": block,
        "capture_id": capture["capture_id"],
        "site": host.site,
        "slot": slot,
        "target_id": target.id,
        "headline_id": headline_id(host.site, target.title),
        "display_id": headline_id(host.site, target.card) if target.clickbait else None,
    }
    yield (
        "items",
        ids
        | {
            "url": target.url,
            "headline": target.title,
            "display": target.card if target.clickbait else None,
            "external": False,
            "sponsored": False,
            "source": "html",
        },
    )
    yield (
        "exposures",
        ids
        | {
            "day": capture["day"],
            "host_id": host.id,
            "host_topic": host.topic,
            "host_hard": TOPICS[host.topic],
            "kind": "related",
            "placement": "below",
            "content_hash": digest("list", host.site, host.n % 4),
            "item_topic": target.topic,
            "item_hard": TOPICS[target.topic],
            "item_clickbait": 0.9 if target.clickbait else 0.1,
            "item_class": _item_class(target),
        },
    )


def _item_class(target: Story) -> str:
    if target.clickbait:
        return "clickbait"
    if target.topic == "human-interest":
        return "tabloid"
    return "hard" if target.hard else "soft"


def _comment(story: Story, at: datetime) -> dict[str, Any]:
    return {
        "comment_id": digest("comment", story.id),
        "article_id": story.id,
        "author_key": digest("author", story.n % 5),
        "author_key_from": "name",
        "text": "SECRET COMMENT TEXT, the same under every story",
        "created_at": at - timedelta(hours=1),
        "created_offset": 180,
        "created_at_from": "stated",
        "likes": 3,
        "depth": 0,
        "state": "visible",
    }


def _other_pages(site: str, day: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """A front page, one that yields nothing, one that cannot be read, and an error response."""
    at = START + timedelta(days=day, hours=3)
    front, empty, broken = (_capture(site, f"https://{site}.example/{path}", at) for path in ("", "canli", "bozuk"))
    gone = _capture(site, f"https://{site}.example/yok", at, status=404)
    for capture in (front, empty, broken, gone):
        yield "captures", capture
    yield "pages", _page(front, "list", reason="no story", n_blocks=3, n_items=30)
    yield "pages", _page(empty, "empty", reason="no story and no teasers")
    yield "pages", _page(broken, "failed", reason="not decodable as text")
    yield (
        "skips",
        {"segment": front["segment"], "reason": "record type request", "records": 40, "example": front["url"]},
    )


def _crawl_report(site: str) -> dict[str, Any]:
    return {
        "run_id": "20260302T060000-ab12",
        "site": site,
        "started_at": START,
        "finished_at": START + timedelta(hours=3),
        "discovered": 60,
        "due": 62,
        "responses": 28,
        "not_modified": 0,
        "refused_by_robots": 2,
        "refusals": '{"Disallow: /uye": 2}',
        "failed": 1,
        "failures": '{"timeout": 1}',
        "bytes": 1_200_000,
        "delay": 5.0,
        "left": 31,
        "oldest_due": f"https://{site}.example/bekleyen",
        "oldest_due_since": START - timedelta(hours=9),
        "traps": '{"calendar": {"addresses": 3, "example": "https://site.example/2026/03/01/"}}',
    }


def _crawl_failure(site: str) -> dict[str, Any]:
    url = f"https://{site}.example/yavas"
    report = _crawl_report(site)
    return {
        "run_id": report["run_id"],
        "site": site,
        "url": url,
        "address_id": digest("article", url),
        "failed_at": START,
        "robots": False,
        "reason": "timeout",
    }


def _measures(exposures: pl.DataFrame, stories: int) -> dict[str, list[dict[str, Any]]]:
    """Rows of the measures: shaped as the analysis makes them, with plain arithmetic instead of its statistics."""
    return {
        "contrasts": _contrasts(stories),
        "time_course": [_difference_of_the_day(site) for site in ("akşam", "beacon")],
        "cooccurrence": _cooccurrence(exposures),
        "topic_matrix": _topic_matrix(exposures),
        "clickbait_shares": [
            {
                "site": "akşam",
                "kind": "all",
                "hosts": stories,
                "teasers": 100,
                "called": 40,
                "expected": 42.0,
                "share_called": 0.4,
                "share_expected": 0.42,
                **BASIS,
            }
        ],
        "sharpening": [
            {
                "site": "akşam",
                "compared": "card",
                "stories": 8,
                "changed": 8,
                "became_clickbait": 8,
                "ceased_to_be": 0,
                **BASIS,
            }
        ],
        "lifetimes": [_standing(wording, hours) for wording in ("clickbait", "plain") for hours in (1, 3, 6, 12, 24)],
        "headline_pairs": [_pair(site, n) for site in ("akşam", "beacon") for n in range(0, 12, 3)],
        "headline_variants": [_variant(site, n) for site in ("akşam", "beacon") for n in range(0, 12, 3)],
    }


def _commented(lake: dict[str, pl.LazyFrame]) -> dict[str, list[dict[str, Any]]]:
    """What the analysis makes of the comments; their languages are made up, to load no models."""
    reads, comments = lake["thread_reads"], lake["comments"]
    events = comment_events(reads, comments)
    history = comment_history(reads, comments, events.lazy())
    known = stories_of(lake["captures"], lake["articles"], lake["headlines"])
    made = {
        "comment_events": events,
        "comment_history": history,
        "comment_repetitions": comment_repetitions(reads, comments),
        "comment_languages": history.select(
            "comment_id", "site", "article_id", language=pl.lit("tr"), confidence=pl.lit(0.9)
        ),
        "comment_volume": comment_volume(history.lazy(), known),
        "comment_velocity": comment_velocity(history.lazy(), known, reads),
        "thread_measures": thread_measures(history.lazy(), known, reads),
        "comment_concentration": comment_concentration(comments),
        "comment_association": comment_association(history.lazy(), known, reads, lake["exposures"]),
        "engagement_overlap": engagement_overlap(lake["observations"]),
    }
    return {name: rows.to_dicts() for name, rows in made.items()}


def _contrasts(stories: int) -> list[dict[str, Any]]:
    differences = {"all": (0.12, 0.06, 0.18), "akşam": (0.25, 0.19, 0.31), "beacon": (-0.01, -0.07, 0.05)}
    return [
        {
            "site": site,
            "kind": kind,
            "outcome": outcome,
            "hosts_hard": stories // 2,
            "hosts_soft": stories // 2,
            "hosts_unknown": 3,
            **BASIS,
            "exposures_site_wide": 40,
            "share_hard": 0.35 + difference,
            "share_soft": 0.35,
            "difference": difference,
            "difference_low": low,
            "difference_high": high,
            "p": 0.001 if low > 0 else 0.7,
            "q": 0.002 if low > 0 else 0.7,
            "corrected_difference": difference * 1.1,
            "corrected_difference_low": low - 0.02,
            "corrected_difference_high": high + 0.03,
            "verdict": f"more clickbait beside hard news: {difference:+.2f} ({low:.2f} to {high:.2f})",
        }
        for site, (difference, low, high) in differences.items()
        for kind in ("all", "related")
        for outcome in ("clickbait", "clickbait_or_tabloid")
    ]


def _difference_of_the_day(site: str) -> dict[str, Any]:
    return {
        "site": site,
        "day": START.date(),
        "hosts_hard": 12,
        "hosts_soft": 12,
        "difference": 0.1,
        "difference_low": 0.0,
        "difference_high": 0.2,
        **BASIS,
    }


def _cooccurrence(exposures: pl.DataFrame) -> list[dict[str, Any]]:
    day = ["site", "day"]
    cells = exposures.group_by(*day, "host_topic", "item_class").agg(
        exposures=pl.len().cast(pl.Int64), hosts=pl.col("host_id").n_unique().cast(pl.Int64)
    )
    row = pl.col("exposures").sum().over(*day, "host_topic")
    column = pl.col("exposures").sum().over(*day, "item_class")
    whole = pl.col("exposures").sum().over(*day)
    return (
        cells.with_columns(expected=row * column / whole)
        .with_columns(lift=pl.col("exposures") / pl.col("expected"), npmi=pl.lit(0.0))
        .sort("site", "day", "host_topic", "item_class")
        .to_dicts()
    )


def _topic_matrix(exposures: pl.DataFrame) -> list[dict[str, Any]]:
    return (
        pl.DataFrame(_cooccurrence(exposures))
        .group_by("site", "host_topic", "item_class", maintain_order=True)
        .agg(pl.col("exposures", "hosts", "expected").sum(), days=pl.len().cast(pl.Int64))
        .with_columns(lift=pl.col("exposures") / pl.col("expected"), npmi=0.0)
        .with_columns(pl.when(pl.col("expected") >= 5).then(pl.col("lift") - 1).alias("residual"))
        .with_columns(
            p=pl.when(pl.col("residual").is_not_null()).then(pl.when(pl.col("lift") > 1.5).then(0.001).otherwise(0.3)),
        )
        .with_columns(q=pl.col("p") * 2)
        .with_columns(**{name: pl.lit(value) for name, value in BASIS.items()})
        .to_dicts()
    )


def _standing(wording: str, hours: int) -> dict[str, Any]:
    at_least = 1.0 - hours / (30 if wording == "clickbait" else 60)
    return {
        "site": "akşam",
        "wording": wording,
        "hours": hours,
        "headlines": 40,
        "gone": 12,
        "standing_low": at_least,
        "standing_high": min(1.0, at_least + 0.2),
        **BASIS,
    }


def _pair(site: str, n: int) -> dict[str, Any]:
    """Every third story and the next one; at `akşam` a chain that holds as one community."""
    holds = site == "akşam"
    a, b = sorted((Story(site, n), Story(site, n + (3 if holds else 1))), key=lambda story: story.id)
    return {
        "site": site,
        "target_a": a.id,
        "target_b": b.id,
        "headline_a": a.card,
        "headline_b": b.card,
        "blocks": 2 + n,
        "blocks_a": 20,
        "blocks_b": 20,
        "support": 0.1,
        "expected": (2 + n) / (1.0 + n / 10),
        "lift": 1.0 + n / 10,
        "npmi": n / 20,
        "p": 0.001 if holds else 0.4,
        "q": 0.01 if holds else 0.8,
        "community": 1 if holds else None,
        **BASIS,
    }


def _variant(site: str, n: int) -> dict[str, Any]:
    story = Story(site, n)
    return {
        "site": site,
        "target_id": story.id,
        "form": "display",
        "headline_id": headline_id(site, story.card),
        "headline": story.card,
        "shown": 5,
        "first_seen": START,
        "last_seen": START + timedelta(days=1),
        "clickbait": 0.9,
        "variants": 2,
    }
