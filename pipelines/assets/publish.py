"""What people open: the DuckDB file and the report, each made beside the published one and renamed over it."""

import dagster as dg

from pipelines import __version__
from pipelines.assets.tables import FRESHNESS, OWNERS, SettingsResource, counts_table
from pipelines.lake.parts import Lake
from pipelines.lake.schema import TABLES
from pipelines.report.page import render
from pipelines.settings import ROOT
from pipelines.warehouse.publish import publish


@dg.asset(
    deps=list(TABLES),
    group_name="publish",
    owners=OWNERS,
    tags={"cadence": "daily"},
    kinds={"duckdb"},
    freshness_policy=FRESHNESS["daily"],
    retry_policy=dg.RetryPolicy(max_retries=2, delay=30),
)
def warehouse(settings: SettingsResource) -> dg.MaterializeResult:
    """The DuckDB file that analysts open: every table of the lake, the marts over them, and a guide.

    *When it fails:* a table does not fit its declaration, a view in `sql/` is wrong, or the disk is full; the log names
    it. The file published before stays as it was. Mend the cause and materialise it again.
    """
    published = publish(Lake(settings.lake), settings.database, sql=ROOT / "sql", code_version=__version__)
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(settings.database),
            "dagster/row_count": sum(published.rows.values()),
            "rows": counts_table(published.rows, "table"),
            "size": published.bytes,
            "seconds": published.seconds,
        }
    )


@dg.asset(
    deps=[warehouse],
    group_name="publish",
    owners=OWNERS,
    tags={"cadence": "daily"},
    kinds={"altair", "html"},
    freshness_policy=FRESHNESS["daily"],
)
def report(settings: SettingsResource) -> dg.MaterializeResult:
    """The HTML report: one file that opens offline.

    *When it fails:* a plot or the template met data it did not expect; the log names it. The report published before
    stays.
    """
    render(settings.database, settings.report)
    return dg.MaterializeResult(
        metadata={"path": dg.MetadataValue.path(settings.report), "size": settings.report.stat().st_size}
    )
