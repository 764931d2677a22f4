"""The data dictionary as Dagster shows it: one asset spec, column schema and row count per table."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipelines.lake.parts import Lake
from pipelines.lake.schema import CAPTURES, Table
from pipelines.settings import Settings

OWNERS = ["team:yanyana"]
# Late by more than a failed run and its retry, so that a wait for the next hour or day is no alarm.
FRESHNESS = {
    "hourly": dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=3), fail_window=timedelta(hours=24)),
    "daily": dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=26), fail_window=timedelta(hours=50)),
}
FIRST_DAY = "2026-01-01"
# The archive day a segment came in on. `end_offset` makes today's partition exist while today still runs.
DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
SettingsResource = dg.ResourceParam[Settings]


def days_of(context: dg.AssetExecutionContext) -> list[date]:
    """The archive days of a run: one, or the range of a backfill that runs as one."""
    return [date.fromisoformat(key) for key in context.partition_keys]


def read_days(context: dg.AssetExecutionContext, lake: Lake) -> list[date]:
    """Those of the run's archive days of which something was read; a range may span days without a capture."""
    return [day for day in days_of(context) if lake.parts(CAPTURES, day)]


def checked_days(context: dg.AssetCheckExecutionContext, lake: Lake) -> list[date]:
    """The archive days of a run that checks; every day of the lake when the check is run by itself.

    Partitions on the checks themselves are a preview in Dagster 1.13, so they are read from the run.
    """
    if context.has_partition_key:
        return [date.fromisoformat(context.partition_key)]
    if context.has_partition_key_range:
        span = context.partition_key_range
        first, last = date.fromisoformat(span.start), date.fromisoformat(span.end)
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return lake.days(CAPTURES)


def today() -> date:
    """The archive day that is filling now."""
    return datetime.now(UTC).date()


def column_schema(table: Table) -> dg.TableSchema:
    """The table's columns with their meaning, for the asset's page."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                str(column.dtype),
                description=column.comment,
                constraints=dg.TableColumnConstraints(nullable=column.name not in table.required),
            )
            for column in table.columns
        ]
    )


def column_lineage(table: Table) -> dg.TableColumnLineage:
    """Which columns repeat the value of another table's column, as the data dictionary declares it."""
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(asset_key=target.partition(".")[0], column_name=target.partition(".")[2])]
            for column, target in table.references.items()
        }
    )


def table_spec(
    table: Table,
    *,
    deps: Iterable[str],
    failure: str,
    kinds: Iterable[str] = ("parquet",),
    partitions_def: dg.PartitionsDefinition | None = None,
) -> dg.AssetSpec:
    """The asset of one lake table; `failure` tells an operator what a failure means and what to do."""
    cadence = "hourly" if table.group in {"crawl", "extract"} else "daily"
    return dg.AssetSpec(
        table.name,
        deps=list(deps),
        description=f"{table.meaning}\n\n*When it fails:* {failure}",
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/column_lineage": column_lineage(table),
            "key": ", ".join(table.key),
        },
        group_name=table.group,
        owners=OWNERS,
        tags={"cadence": cadence},
        kinds=set(kinds),
        freshness_policy=FRESHNESS[cadence],
        partitions_def=partitions_def,
    )


def counts_table(counts: Mapping[str, int], what: str) -> dg.TableMetadataValue:
    """Counts by name as a small table, largest first."""
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return dg.MetadataValue.table(
        [dg.TableRecord({what: name, "count": count}) for name, count in ordered],
        schema=dg.TableSchema([dg.TableColumn(what, "string"), dg.TableColumn("count", "int")]),
    )
