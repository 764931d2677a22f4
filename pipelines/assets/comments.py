"""From readings of threads to what became of their comments, over all archive days."""

from collections.abc import Iterator

import dagster as dg

from pipelines import __version__
from pipelines.analysis.comment_history import comment_events, comment_history
from pipelines.assets.tables import SettingsResource, counts_table, table_spec
from pipelines.lake import schema
from pipelines.lake.parts import Lake

_FAILURE = (
    "`thread_reads` and `comments` do not fit together, or memory ran out; the log has the error. What is published "
    "stays. Look at the checks of those tables, then run it again."
)
_MADE_BY = f"analysis {__version__}"


@dg.multi_asset(
    name="follow_comments",
    specs=[
        table_spec(table, deps=["thread_reads", "comments"], failure=_FAILURE, kinds=("polars", "parquet"))
        for table in schema.COMMENTS_FOLLOWED
    ],
)
def follow_comments(settings: SettingsResource) -> Iterator[dg.MaterializeResult]:
    """Tell new, edited, deleted and vanished comments apart."""
    lake = Lake(settings.lake)
    reads, comments = lake.scan(schema.THREAD_READS), lake.scan(schema.COMMENTS)
    events = comment_events(reads, comments)
    history = comment_history(reads, comments, events.lazy())
    for table, rows, told in (
        (schema.COMMENT_EVENTS, events, "event"),
        (schema.COMMENT_HISTORY, history, "state"),
    ):
        lake.write(table, rows, part=table.name, day=None, made_by=_MADE_BY)
        counts = counts_table(dict(rows.group_by(told).len().iter_rows()), told)
        yield dg.MaterializeResult(
            asset_key=table.name, metadata={"dagster/row_count": rows.height, f"by {told}": counts}
        )
