"""A second engine beside Polars, to show that counting does not depend on one.

Apart from the strategies on purpose: Hypothesis keeps their modules alive at exit, and DuckDB then prints leak reports.
"""

import duckdb
import polars as pl

CONNECTION = duckdb.connect()


def in_duckdb(rows: pl.LazyFrame) -> duckdb.DuckDBPyRelation:
    """The same rows held by DuckDB; all in one connection, so that they can be joined."""
    return CONNECTION.from_arrow(rows.collect().to_arrow())
