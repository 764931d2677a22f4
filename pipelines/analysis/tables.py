"""What the measures have in common: the form that their tables end in, and which of a headline's labels holds.

What is counted or judged stands in the module of each measure; the engines, in `pipelines.lake.engine`.
"""

import narwhals as nw
import polars as pl

from pipelines.lake.schema import Table


def shaped(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with exactly the table's columns and types, sorted by its key, since no engine promises an order."""
    return rows.select(table.schema.names()).cast(table.schema).sort(table.key)


def labels(headlines: nw.LazyFrame) -> nw.LazyFrame:
    """One row a headline: the one of the latest archive day, since the lake keeps one for every day it was seen in."""
    return headlines.filter(nw.col("archive_day") == nw.col("archive_day").max().over("headline_id"))
