"""Threads written briefly: each reading says whether it is complete and what stands in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from pipelines.lake.parts import frame
from pipelines.lake.schema import COMMENTS, THREAD_READS

START = datetime.fromisoformat("2026-03-02T06:00")
Reading = tuple[bool, Mapping[str, str]]


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def comment(identity: str, **columns: Any) -> dict[str, Any]:
    """A comment of the story `story` at the site `sabah`, read in the capture `r0`."""
    return {
        "comment_id": identity,
        "capture_id": "r0",
        "read_id": "r0",
        "site": "sabah",
        "article_id": "story",
        "text": f"the text of {identity}",
        "depth": 0,
        "state": "visible",
        **columns,
    }


def read(identity: str, **columns: Any) -> dict[str, Any]:
    """A complete reading of that story's thread."""
    return {
        "read_id": identity,
        "capture_id": identity,
        "site": "sabah",
        "article_id": "story",
        "read_at": START,
        "enumerated": 0,
        "complete": True,
        **columns,
    }


def reads_of(rows: Sequence[Mapping[str, Any]]) -> pl.LazyFrame:
    return frame(THREAD_READS, rows).lazy()


def comments_of(rows: Sequence[Mapping[str, Any]]) -> pl.LazyFrame:
    return frame(COMMENTS, rows).lazy()


def thread(*readings: Reading) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Hourly readings of one thread; what stands is `text`, or `state:` and the text where it is not visible."""
    reads, comments = [], []
    for hour, (complete, standing) in enumerate(readings):
        reads.append(read(f"r{hour}", read_at=at(hour), enumerated=len(standing), complete=complete))
        for identity, said in standing.items():
            state, colon, text = said.partition(":")
            comments.append(
                comment(
                    identity,
                    capture_id=f"r{hour}",
                    read_id=f"r{hour}",
                    state=state if colon else "visible",
                    text=text if colon else said,
                )
            )
    return reads_of(reads), comments_of(comments)
