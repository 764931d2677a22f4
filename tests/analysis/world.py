"""A small lake of two sites over several days, made by chance: what a run leaves before anything is measured.

It has what sets engines apart: missing labels and placements, Turkish letters, equal times and probabilities, headlines
whose label changes from day to day, stories captured again on a later day, lists that stand on every page, and pages
that are no stories. Every archive day is a part of its own.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from pipelines.lake.ids import digest
from pipelines.lake.parts import Lake, frame
from pipelines.lake.schema import ARTICLES, BLOCKS, CAPTURES, HEADLINES, ITEMS, Table

SITES = ("sabah", "İlkhaber")
DAYS = tuple(date(2026, 3, 30) + timedelta(days=n) for n in range(2))
_STORIES, _HEADLINES = 36, 30
_TOPICS = (None, "sport", "human-interest", "politics-government", "economy-business-finance")
_HARD = {None: None, "sport": 0.05, "human-interest": 0.1, "politics-government": 0.95, "economy-business-finance": 0.8}


def write_world(lake: Lake, seed: int) -> None:
    """Write captures, articles, blocks, items and headlines of every archive day into a lake."""
    chance = random.Random(seed)
    for day in DAYS:
        rows: dict[str, list[dict[str, Any]]] = {table.name: [] for table in (CAPTURES, ARTICLES, BLOCKS, ITEMS)}
        for site, story in product(SITES, range(_STORIES)):
            # A story is new on one day and is captured again on later ones; a few pages are no stories.
            age = (day - DAYS[story % len(DAYS)]).days
            for visit in range(chance.choice([1, 1, 2]) if age >= 0 else 0):
                for table, row in _page(chance, site, story, day, visit):
                    rows[table.name].append(row)
        for table in (CAPTURES, ARTICLES, BLOCKS, ITEMS):
            lake.write(table, frame(table, rows[table.name]), part="segment", day=day, made_by="test")
        labels = [_label(chance, site, n, day) for site, n in product(SITES, range(_HEADLINES))]
        lake.write(HEADLINES, frame(HEADLINES, labels), part=day.isoformat(), day=day, made_by="test")


def _page(
    chance: random.Random, site: str, story: int, day: date, visit: int
) -> Iterator[tuple[Table, dict[str, Any]]]:
    name = f"{site} {story} {day} {visit}"
    page: dict[str, Any] = {"capture_id": digest(name), "site": site, "url": f"https://{story}.example/"}
    # Whole hours, so that many captures share a moment.
    at = datetime.combine(day, datetime.min.time()) + timedelta(hours=6 + 6 * visit + chance.randrange(3))
    seen = {"address_id": digest(page["url"]), "captured_at": at, "day": day, "status": 200, "body_bytes": 1}
    yield CAPTURES, {**page, **seen, "body_hash": "0", "source": "crawl", "segment": "segment", "offset": 0}
    if story % 9:
        title = chance.choice([None, *[_headline(site, story % _HEADLINES)] * 5])
        yield ARTICLES, {**page, "article_id": _story(site, story), "headline_id": title, "language": "tr-TR"}
    lists = {
        ("related", chance.choice(["below", None])): chance.sample(range(_STORIES), 7),
        ("related", "side"): [(story + n) % _STORIES for n in range(4)],
        ("popular", "side"): range(5),
    }
    for position, ((kind, placement), targets) in enumerate(lists.items()):
        block = {"block_id": digest(name, str(position)), "capture_id": page["capture_id"], "site": site}
        yield (
            BLOCKS,
            {
                **block,
                "position": position,
                "kind": kind,
                "placement": placement,
                "n_items": len(targets),
                "content_hash": digest(site, *map(str, targets)),
            },
        )
        for slot, target in enumerate(targets, 1):
            wording = _headline(site, target % _HEADLINES)
            yield (
                ITEMS,
                {
                    **block,
                    "item_id": digest(block["block_id"], str(slot)),
                    "slot": slot,
                    "url": page["url"],
                    "target_id": _story(site, target),
                    "headline_id": chance.choice([None, wording, wording, wording]),
                    "display_id": chance.choice([None, None, _headline(site, chance.randrange(_HEADLINES + 2))]),
                    "external": False,
                    "sponsored": False,
                },
            )


def _label(chance: random.Random, site: str, n: int, day: date) -> dict[str, Any]:
    topic = chance.choice(_TOPICS)
    return {
        "headline_id": _headline(site, n),
        "archive_day": day,
        "site": site,
        "headline": f"Iğdır’da {n}. ışık: İnanılmaz görüntü",
        "clickbait": chance.choice([None, 0.0, 0.5, 1.0, chance.random(), chance.random()]),
        "topic": topic,
        "hard": _HARD[topic],
        "model_version": "test",
    }


def _story(site: str, n: int) -> str:
    return digest("story", site, str(n))


def _headline(site: str, n: int) -> str:
    return digest("headline", site, str(n))
