"""Lakes of any size, made by chance in the layout of real ones: what growth is measured on.

    python benchmarks/lakes.py FOLDER --exposures 1000000 [--slots 8] [--seed 1]

A lake is one month of sites that all publish alike, so that ten times the exposures are ten times the sites. What
makes real lakes hard is in it: a story is captured more than once, its related list changes between captures,
popularity of headlines falls with their rank (Zipf), one list is the same on all pages of a site and day, and
identifiers are digests, which do not compress. It is written part by part, a batch of sites and a day each, so that
memory does not grow with it.

Texts are short and bodies missing: bytes a page are measured on real pages, not here.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.lake.schema import Table

FIRST_DAY: Final = date(2026, 1, 1)
_POPULAR: Final = 5  # teasers of the list that is the same on every page of a site and day
_REACH: Final = 7  # days back from which related lists take stories
_SITE_ROOM: Final = 1 << 24  # numbers that stories of one site may have
_PART_ITEMS: Final = 250_000
_TOPICS: Final = np.array(schema.TOPICS)
_HARD: Final = np.array([topic in {"politics-government", "conflict-war-peace", "labour"} for topic in schema.TOPICS])
_KINDS: Final = ("capture", "story", "title", "display", "block", "item", "related list", "popular list")

Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Month:
    """How many sites for how many days, with so many stories a day, each captured so often beside so many teasers."""

    sites: int
    slots: int = 8
    days: int = 30
    stories: int = 100
    captures: int = 2
    seed: int = 1

    @property
    def items(self) -> int:
        """Teasers on all captures together; exposures are a few fewer, since a story does not stand beside itself."""
        return self.sites * self.days * self.stories * self.captures * (self.slots + _POPULAR)


def month_of(exposures: int, *, slots: int = 8, seed: int = 1) -> Month:
    """The month whose exposures come nearest to so many."""
    one_site = Month(1, slots).items
    return Month(max(1, round(exposures / one_site)), slots, seed=seed)


def write(month: Month, lake: Lake) -> None:
    """The month's tables as extraction and classification leave them: captures to items, and headlines."""
    a_site = month.stories * month.captures * (month.slots + _POPULAR)
    batch = max(1, _PART_ITEMS // a_site)
    for n in range(month.days):
        day = FIRST_DAY + timedelta(days=n)
        for begin in range(0, month.sites, batch):
            sites = np.arange(begin, min(begin + batch, month.sites), dtype=np.uint64)
            for table, rows in _tables(month, sites, n):
                lake.write(table, rows, part=f"{begin:06}", day=day, made_by="benchmarks/lakes.py")


def _tables(month: Month, sites: Numbers, day: int) -> Iterator[tuple[Table, pl.DataFrame]]:
    random = np.random.default_rng([month.seed, int(sites[0]), day])
    new = np.arange(day * month.stories, (day + 1) * month.stories, dtype=np.uint64)
    story = (sites[:, None] * np.uint64(_SITE_ROOM) + new).ravel()
    host = np.repeat(story, month.captures)
    capture = host * np.uint64(month.captures) + np.tile(np.arange(month.captures, dtype=np.uint64), story.size)
    site = _site_names(host)
    seconds = np.repeat(random.integers(0, 12 * 3600, story.size), month.captures) + np.tile(
        np.linspace(0, 11 * 3600, month.captures).astype(int), story.size
    )
    related, popular = _related(month, random, day, host), _popular(month, day, host)
    seen = pl.DataFrame(
        {
            "capture_id": _ids("capture", capture),
            "site": site,
            "url": _address(host),
            "captured_at": pl.Series(seconds).cast(pl.Duration("ms")) * 1000,
            "article_id": _ids("story", host),
            "headline_id": _ids("title", host),
        }
    ).with_columns(captured_at=pl.lit(FIRST_DAY + timedelta(days=day)).cast(schema.TIME) + pl.col("captured_at"))
    yield (
        schema.CAPTURES,
        _filled(
            schema.CAPTURES,
            seen.with_columns(
                day=pl.col("captured_at").dt.date(),
                address_id="article_id",
                body_hash="capture_id",
                status=200,
                content_type=pl.lit("text/html"),
                body_bytes=200_000,
                source=pl.lit("import"),
                segment=pl.lit("generated"),
                offset=pl.int_range(pl.len()),
            ),
        ),
    )
    counts = {"n_blocks": 2, "n_items": month.slots + _POPULAR, "n_comments": 0}
    page = seen.with_columns(**counts, outcome=pl.lit("article"), extractor_version=pl.lit("generated"))
    yield schema.PAGES, _filled(schema.PAGES, page)
    yield schema.ARTICLES, _filled(schema.ARTICLES, seen.with_columns(title=_title(host)))
    blocks, items = [], []
    for position, (kind, targets) in enumerate((("related", related), ("popular", popular)), 1):
        block = capture * np.uint64(2) + np.uint64(position - 1)
        block_ids, length = _ids("block", block), targets.shape[1]
        same_list = capture if kind == "related" else (host // np.uint64(_SITE_ROOM)) * np.uint64(1000) + np.uint64(day)
        blocks.append(
            seen.select("capture_id", "site").with_columns(
                block_id=block_ids,
                position=position,
                kind=pl.lit(kind),
                heading=pl.lit(kind),
                placement=pl.lit("below" if kind == "related" else "side"),
                n_items=length,
                content_hash=_ids(f"{kind} list", same_list),
            )
        )
        items.append(_items(seen, block, block_ids, targets))
    yield schema.BLOCKS, _filled(schema.BLOCKS, pl.concat(blocks))
    yield schema.ITEMS, _filled(schema.ITEMS, pl.concat(items))
    shown = np.unique(np.concatenate([story, related.ravel(), popular.ravel()]))
    yield schema.HEADLINES, _headlines(shown, FIRST_DAY + timedelta(days=day))


def _related(month: Month, random: np.random.Generator, day: int, host: Numbers) -> Numbers:
    """Targets beside each capture: of the site's last days, by a Zipf law, none twice in a list."""
    there = month.stories * _REACH
    a_slot = there // month.slots
    rank = np.exp(random.random((host.size, month.slots)) * np.log(a_slot + 1)).astype(np.int64) - 1
    rank = rank * month.slots + np.arange(month.slots)
    # Other stories are popular every day: ranks are dealt out anew, by a step that meets each once.
    dealt = (rank * 1009 + random.integers(0, there)) % there
    first = max(0, (day + 1) * month.stories - there)
    return (host // np.uint64(_SITE_ROOM) * np.uint64(_SITE_ROOM))[:, None] + (first + dealt).astype(np.uint64)


def _popular(month: Month, day: int, host: Numbers) -> Numbers:
    first = max(0, day - 1) * month.stories
    return (host // np.uint64(_SITE_ROOM) * np.uint64(_SITE_ROOM) + np.uint64(first))[:, None] + np.arange(
        _POPULAR, dtype=np.uint64
    )


def _items(seen: pl.DataFrame, block: Numbers, block_ids: pl.Series, targets: Numbers) -> pl.DataFrame:
    length = targets.shape[1]
    slot = np.tile(np.arange(length, dtype=np.uint64), block.size)
    target = targets.ravel()
    a_block = pl.DataFrame({"block_id": block_ids, "capture_id": seen["capture_id"], "site": seen["site"]})
    return a_block.select(pl.all().repeat_by(length).explode()).with_columns(
        item_id=_ids("item", np.repeat(block, length) * np.uint64(64) + slot),
        slot=pl.Series(slot + np.uint64(1)),
        url=_address(target),
        target_id=_ids("story", target),
        headline=_title(target),
        headline_id=_ids("title", target),
        display_id=pl.when(pl.Series(_sharpened(target))).then(_ids("display", target)),
        external=False,
        sponsored=False,
        source=pl.lit("html"),
    )


def _headlines(story: Numbers, day: date) -> pl.DataFrame:
    """Each story's title, and the displayed wording of those that have one, with labels that depend on it alone."""
    topic = (_mixed(story, 1) % np.uint64(_TOPICS.size)).astype(np.int64)
    rows = pl.DataFrame(
        {
            "number": story,
            "site": _site_names(story),
            "headline": _title(story),
            "topic": _TOPICS[topic],
            "hard": np.where(_HARD[topic], 0.9, 0.1),
            "clickbait": (_mixed(story, 2) % np.uint64(1000)) / 1000,
        }
    )
    sharpened = pl.Series(_sharpened(story))
    wordings = pl.concat(
        [
            rows.with_columns(headline_id=_ids("title", story)),
            rows.filter(sharpened).with_columns(
                headline_id=_ids("display", story[sharpened.to_numpy()]),
                clickbait=(pl.col("clickbait") + 0.3).clip(upper_bound=1.0),
            ),
        ]
    )
    return _filled(
        schema.HEADLINES,
        wordings.with_columns(archive_day=pl.lit(day), language=pl.lit("tr"), model_version=pl.lit("generated")),
    )


def _filled(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the table's schema; columns that they lack are null."""
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None, dtype)).cast(dtype).alias(name)
        for name, dtype in table.schema.items()
    )


def _ids(kind: str, numbers: Numbers) -> pl.Series:
    """32 hex digits for each number of a kind: as long, and as hard to compress, as digests."""
    salt = 10 + 2 * _KINDS.index(kind)
    words = np.column_stack([_mixed(numbers, salt), _mixed(numbers, salt + 1)])
    digests = pa.Array.from_buffers(pa.binary(16), numbers.size, [None, pa.py_buffer(words)])
    return pl.Series(digests.cast(pa.binary())).bin.encode("hex")


def _mixed(numbers: Numbers, salt: int) -> Numbers:
    """Numbers that look drawn by chance, one for each.

    Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64).
    """
    start = np.uint64(salt * 0xD1342543DE82EF95 % 2**64)
    z = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + start
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _sharpened(story: Numbers) -> NDArray[np.bool_]:
    return _mixed(story, 3) % np.uint64(10) < 3


def _site_names(story: Numbers) -> pl.Series:
    return pl.select(pl.format("site-{}.example", pl.Series(story // np.uint64(_SITE_ROOM)))).to_series()


def _title(story: Numbers) -> pl.Series:
    return pl.select(pl.format("Story {} and what became of it", pl.Series(story))).to_series()


def _address(story: Numbers) -> pl.Series:
    number = pl.Series(story)
    return pl.select(pl.format("https://site-{}.example/{}", number // _SITE_ROOM, number % _SITE_ROOM)).to_series()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--exposures", type=int, default=1_000_000)
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write(month_of(asked.exposures, slots=asked.slots, seed=asked.seed), Lake(asked.folder))


if __name__ == "__main__":
    main()
