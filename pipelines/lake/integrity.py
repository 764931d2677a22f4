"""What must be true of the lake's tables, found from their declarations: keys unique, no orphans, schema as declared.

DuckDB's own constraints would cost several times the space and time on bulk tables, so these stand in for them.
"""

from datetime import date

import polars as pl

from pipelines.lake.parts import Lake, scan_part
from pipelines.lake.schema import TABLES, Table


def duplicate_keys(table: Table, lake: Lake, day: date | None = None) -> int:
    """How many keys of the table (of one archive day) stand on more than one row."""
    return _duplicates(table, lake, day).select(pl.len()).collect().item()


def sites_of_duplicates(table: Table, lake: Lake, day: date | None = None) -> list[str]:
    """The sites of the rows (of one archive day) whose key stands on another row too; none of a table without sites."""
    if "site" not in table.schema:
        return []
    rows = lake.scan(table, day).join(_duplicates(table, lake, day), on=table.key, how="semi", nulls_equal=True)
    return rows.select(pl.col("site").unique().sort()).collect()["site"].to_list()


def _duplicates(table: Table, lake: Lake, day: date | None) -> pl.LazyFrame:
    keys = lake.scan(table, day).select(table.key)
    return keys.group_by(table.key).len().filter(pl.col("len") > 1)


def orphans(table: Table, lake: Lake, day: date | None = None) -> dict[str, int]:
    """How many rows (of one archive day) point at nothing, by the column that points; columns without orphans left out.

    A part and what it points at are written together, so the target is looked for in the same archive day.
    """
    found = {}
    for column, target in table.references.items():
        name, _, key = target.partition(".")
        there = lake.scan(TABLES[name], day).select(pl.col(key).alias(column))
        rows = lake.scan(table, day).filter(pl.col(column).is_not_null())
        count = rows.join(there, on=column, how="anti").select(pl.len()).collect().item()
        if count:
            found[column] = count
    return found


def schema_differences(table: Table, lake: Lake, day: date | None = None) -> list[str]:
    """Columns of the table's parts that its declaration does not have, or has with another type; one line each.

    A declared column that an old part lacks is no difference: it reads as null.
    """
    return sorted(
        {
            f"{name} is {dtype} in {path.name}, declared {table.schema.get(name, 'nowhere')}"
            for path in lake.parts(table, day)
            for name, dtype in scan_part(path).collect_schema().items()
            if table.schema.get(name) != dtype
        }
    )
