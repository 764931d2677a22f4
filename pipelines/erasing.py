"""Erasing on request: one comment, one commenter or one story, from the archive and the lake, for good.

What is published is made from the lake, so whoever calls this publishes anew. How rows are kept out stands in
`pipelines.lake.erasure`, how records are taken out of the archive in `pipelines.crawl.retention`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.crawl.archive import days, segments
from pipelines.crawl.log import part_name
from pipelines.crawl.retention import remove_erased
from pipelines.lake import schema
from pipelines.lake.erasure import Erased, ErasureError, read_erased, remember
from pipelines.lake.ids import article_id
from pipelines.lake.parts import Lake, part_of
from pipelines.lake.store import Place
from pipelines.segments import version

# What is written from what came in. Everything else is made from these anew.
_TABLES = (*schema.EXTRACTED, schema.CRAWL_REPORTS, schema.CRAWL_FAILURES)


@dataclass(frozen=True, slots=True)
class Store:
    """Where things are kept, the list of what was erased among them, and the secret that the list is keyed with."""

    archive: Place
    lake: Lake
    list: Path
    secret: bytes


@dataclass(frozen=True, slots=True)
class Erasure:
    """What went: rows by table, records of the archive, and the archive days that have to be published anew.

    Where nothing went these are all days, since an erasure that died midway may have left that to its repetition.
    """

    rows: dict[str, int]
    records: int
    days: list[date]


def erase_comment(comment_id: str, store: Store) -> Erasure:
    """Erase a comment by its comment_id, in every reading and by what it says; the list remembers it."""
    _check("comment", comment_id, 32)
    erased = read_erased(store.list, store.secret)
    found = store.lake.scan(schema.COMMENTS).filter(pl.col("comment_id") == comment_id).collect()
    return _erase({erased.mark("comment", comment_id), *_said(erased, found)}, erased, store)


def erase_author(author_key: str, store: Store) -> Erasure:
    """Erase all comments under an author_key, also those that will come; the list remembers it."""
    _check("author", author_key, 64)
    erased = read_erased(store.list, store.secret)
    found = store.lake.scan(schema.COMMENTS).filter(pl.col("author_key") == author_key).collect()
    comments = {erased.mark("comment", comment_id) for comment_id in found["comment_id"]}
    return _erase({erased.mark("author", author_key), *comments, *_said(erased, found)}, erased, store)


def erase_story(url: str, store: Store) -> Erasure:
    """Erase the story at an address: its captures, all that was read of them, and teasers that lead to it."""
    if not re.match(r"https?://[^\s/]+", url):
        raise ErasureError(f"{url!r} is no address of a story; give one that begins with http:// or https://")
    erased = read_erased(store.list, store.secret)
    return _erase({erased.mark("story", article_id(url))}, erased, store)


def _said(erased: Erased, comments: pl.DataFrame) -> set[str]:
    return {mark for mark in erased.said(comments) if mark}


def _check(what: str, identifier: str, digits: int) -> None:
    if not re.fullmatch(rf"[0-9a-f]{{{digits}}}", identifier):
        raise ErasureError(
            f"{identifier!r} identifies no {what}: give the {digits} hex digits that core.comments has for it"
        )


def _erase(marks: set[str], erased: Erased, store: Store) -> Erasure:
    """Remember the marks, then take out what they stand for. Repeating it after it died midway completes it."""
    lake = store.lake
    if unread := list(_unread(store.archive, lake, version(store.secret))):
        raise ErasureError(
            f"{len(unread)} segments have not been read by this version, {unread[0]} first, and what is to be erased "
            "may stand in them: run `yanyana reparse`, then erase again"
        )
    grown = remember(store.list, erased, marks)
    rows, changed = dict.fromkeys(schema.TABLES, 0), set()
    for part, day in _parts(lake):
        frames = {table.name: lake.read(table, part=part, day=day) for table in _TABLES}
        # `captures` first: they say which records have to go, also when the rows that told it are gone already.
        for name, left in sorted(grown.without(frames).items(), key=lambda named: named[0] != schema.CAPTURES.name):
            table, before = schema.TABLES[name], frames[name]
            if not left.equals(before):
                made_by = lake.made_by(table, part=part, day=day)
                lake.write(table, left, part=part, day=day, made_by=made_by or "")
                rows[name] += before.height - left.height
                changed.add(day)
    lake.sweep(stale_after=0)  # what was replaced, or never finished, may hold it too
    records = remove_erased(store.archive, lake).total()
    gone = {name: count for name, count in rows.items() if count}
    return Erasure(gone, records, sorted(changed - {None}) or lake.days(schema.CAPTURES))


def _unread(archive: Place, lake: Lake, current: str) -> Iterator[Place]:
    for day in days(archive):
        for segment in segments(archive, day):
            if lake.made_by(schema.CAPTURES, part=part_name(segment), day=day) != current:
                yield segment


def _parts(lake: Lake) -> list[tuple[str, date | None]]:
    """Every part, by its name and archive day, that some table has."""
    found = {part_of(path) for table in _TABLES for path in lake.parts(table)}
    return sorted(found, key=lambda part: (part[1] or date.min, part[0]))
