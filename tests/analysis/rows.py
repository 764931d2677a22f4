"""Exposures written briefly: a test states what matters, the rest is filled in."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import hypothesis.strategies as st
import polars as pl

from pipelines.lake.parts import frame
from pipelines.lake.schema import EXPOSURES

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def exposure(host: str, target: str, clickbait: float | None = 0.0, **columns: Any) -> dict[str, Any]:
    """A teaser beside a host; without further columns a soft story at one site, in one capture, in a related list."""
    return {
        "site": "sabah",
        "day": MONDAY,
        "capture_id": f"capture of {host}",
        "host_id": host,
        "kind": "related",
        "content_hash": f"list of {host}",
        "slot": 1,
        "target_id": target,
        "headline_id": f"headline of {target}",
        "item_topic": "sport",
        "item_hard": 0.1,
        "item_clickbait": clickbait,
        "item_class": "clickbait" if clickbait is not None and clickbait >= 0.5 else "soft",
        **columns,
    }


def exposures_of(rows: Iterable[Mapping[str, Any]]) -> pl.LazyFrame:
    """The rows as an exposures table, each with an identifier of its own."""
    numbered = ({"item_id": f"{n}", "block_id": f"{n}", **row} for n, row in enumerate(rows))
    return frame(EXPOSURES, numbered).lazy()


def arbitrary_exposures() -> st.SearchStrategy[pl.LazyFrame]:
    """Small worlds of two sites and two days in which labels are missing, lists repeat and hosts are captured often."""
    probability = st.none() | st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])
    columns = {
        "host": st.sampled_from("ABCDEFG"),
        "target": st.sampled_from("tuvwxyz"),
        "clickbait": probability,
        "site": st.sampled_from(["sabah", "evening"]),
        "day": st.sampled_from([MONDAY, TUESDAY]),
        "capture_id": st.sampled_from(["1", "2", "3", "4"]),
        "host_topic": st.sampled_from([None, "sport", "politics-government"]),
        "host_hard": probability,
        "kind": st.sampled_from(["related", "popular"]),
        "content_hash": st.sampled_from(["p", "q", "r"]),
        "slot": st.integers(1, 60),
        "item_class": st.sampled_from(["clickbait", "tabloid", "hard", "soft", "unknown"]),
    }

    def on_a_page(values: dict[str, Any]) -> dict[str, Any]:
        """The exposure on a page that is of one story, site and day only."""
        page = " ".join(str(values[name]) for name in ("site", "host", "day", "capture_id"))
        values |= {"host": f"{values['host']} at {values['site']}", "capture_id": page}
        return exposure(**values)

    row = st.fixed_dictionaries(columns).map(on_a_page)
    return st.lists(row, max_size=40).map(exposures_of)
