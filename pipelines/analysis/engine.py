"""The edge between counting (narwhals, on any engine) and judging (Polars): how counts are fetched and measures shaped.

What is counted or judged stands in the module of each measure.
"""

import narwhals as nw
import polars as pl

from pipelines.lake.schema import Table


def collected(counts: nw.LazyFrame) -> pl.DataFrame:
    """The rows of a lazy frame of any engine as a Polars frame; on Polars itself by the streaming engine."""
    native = counts.to_native()
    if isinstance(native, pl.LazyFrame):
        return native.collect(engine="streaming")
    return counts.collect("polars").to_native()


def compact(rows: nw.LazyFrame, *ids: str) -> nw.LazyFrame:
    """The rows with these identifiers as 64-bit hashes where the engine is Polars: a sixth of the memory of their text.

    Good for telling apart and joining within one run, never for storing. Of two million identifiers two fall together
    once in nine million runs. Other engines keep the text; they spill to disk by themselves.
    """
    native = rows.to_native()
    return nw.from_native(native.with_columns(pl.col(ids).hash())) if isinstance(native, pl.LazyFrame) else rows


def settled(rows: nw.LazyFrame, *texts: str) -> nw.LazyFrame:
    """The same rows, computed once where the engine is Polars, with these few-valued texts as categories.

    For what several counts rest on: Polars would compute it anew for each, and group by text at five times the cost of
    categories. Other engines get the rows as they are.
    """
    native = rows.to_native()
    if not isinstance(native, pl.LazyFrame):
        return rows
    return nw.from_native(native.with_columns(pl.col(texts).cast(pl.Categorical)).collect(engine="streaming").lazy())


def shaped(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with exactly the table's columns and types, sorted by its key, since no engine promises an order."""
    return rows.select(table.schema.names()).cast(table.schema).sort(table.key)


def labels(headlines: nw.LazyFrame) -> nw.LazyFrame:
    """One row a headline: the one of the latest archive day, since the lake keeps one for every day it was seen in."""
    return headlines.filter(nw.col("archive_day") == nw.col("archive_day").max().over("headline_id"))
