"""What the measures have in common: the form and the words of their tables, and which of a headline's labels holds.

What is counted or judged stands in the module of each measure; the engines, in `pipelines.lake.engine`.
"""

from typing import Final

import narwhals as nw
import polars as pl

from pipelines.lake.schema import Table

ALL: Final = "all"
"""The site under which rows over all sites stand, and the kind under which those over all kinds do."""


def shaped(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with exactly the table's columns and types, sorted by its key, since no engine promises an order."""
    return rows.select(table.schema.names()).cast(table.schema).sort(table.key)


def labels(headlines: nw.LazyFrame) -> nw.LazyFrame:
    """One row a headline: the one of the latest archive day, since the lake keeps one for every day it was seen in."""
    return headlines.filter(nw.col("archive_day") == nw.col("archive_day").max().over("headline_id"))
