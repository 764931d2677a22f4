"""Metadata gets a picture where there is something to see, and none otherwise."""

import base64
import re
from datetime import datetime, timedelta

import dagster as dg
import polars as pl

from pipelines.assets import pictures
from pipelines.lake import schema

_DAY = datetime(2026, 3, 8)  # noqa: DTZ001  (the lake holds UTC without a zone)


def size(metadata: dg.MarkdownMetadataValue | None) -> tuple[int, int]:
    """Width and height of the PNG in a line of Markdown, in pixels."""
    assert metadata is not None
    found = re.fullmatch(r"!\[.*\]\(data:image/png;base64,(.+)\)", metadata.md_str or "")
    assert found
    png = base64.b64decode(found[1])
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def captures(sites: int) -> pl.LazyFrame:
    rows = [{"site": f"s{n:02}", "captured_at": _DAY + timedelta(hours=n % 24)} for n in range(sites)]
    return pl.LazyFrame(rows, schema={"site": pl.String, "captured_at": pl.Datetime("us")})


def test_captures_by_hour_grow_with_the_sites_up_to_the_busiest_twenty() -> None:
    heights = [size(pictures.captures_by_hour(captures(sites)))[1] for sites in (2, 20, 40)]
    assert heights[0] < heights[1] == heights[2]


def test_parse_yield_is_drawn_for_pages_of_any_outcome() -> None:
    pages = pl.LazyFrame({"site": ["a", "a", "b"], "outcome": ["article", "failed", "empty"]})
    assert size(pictures.parse_yield(pages)) > (0, 0)


def test_nothing_is_drawn_of_nothing() -> None:
    assert pictures.captures_by_hour(captures(0)) is None
    assert pictures.parse_yield(pl.LazyFrame(schema=schema.PAGES.schema)) is None
    assert pictures.differences(pl.DataFrame(schema=schema.CONTRASTS.schema)) is None
    nothing = pl.DataFrame(schema=schema.TOPIC_MATRIX.schema)
    exposures = pl.LazyFrame(schema=schema.EXPOSURES.schema)
    assert pictures.exposure_matrices(nothing, exposures) == {}
