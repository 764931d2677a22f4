"""Which classes of items stand beside stories of which topics, against independence within site and day."""

import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines.analysis import association
from pipelines.analysis.engine import collected, shaped
from pipelines.lake.schema import COOCCURRENCE

_DAY = ["site", "day"]


def cooccurrence(exposures: IntoLazyFrame) -> pl.DataFrame:
    """Host topic × item class per site and day, in the schema of COOCCURRENCE.

    A target beside a host counts once a day, topic and class, so that a story captured every hour, or a teaser that
    stands in two blocks, weighs no more than another. Every combination of a topic and a class seen that day has a row,
    also with no exposures, so that observed and expected counts both sum to the day's total.
    """
    return shaped(COOCCURRENCE, _associated(collected(_counted(nw.from_native(exposures)))))


def _counted(exposures: nw.LazyFrame) -> nw.LazyFrame:
    cell = [*_DAY, "host_topic", "item_class"]
    return (
        exposures.with_columns(host_topic=nw.col("host_topic").fill_null("unknown"))
        .select(*cell, "host_id", "target_id")
        .unique()
        .group_by(cell)
        .agg(exposures=nw.len().cast(nw.Int64()), hosts=nw.col("host_id").n_unique().cast(nw.Int64()))
    )


def _associated(counts: pl.DataFrame) -> pl.DataFrame:
    exposures = pl.col("exposures").sum()
    topics = counts.group_by(*_DAY, "host_topic").agg(of_topic=exposures)
    classes = counts.group_by(*_DAY, "item_class").agg(of_class=exposures)
    totals = counts.group_by(_DAY).agg(of_day=exposures)
    joint, margins = pl.col("exposures"), (pl.col("of_topic"), pl.col("of_class"), pl.col("of_day"))
    return (
        topics.join(classes, on=_DAY)
        .join(totals, on=_DAY)
        .join(counts, on=[*_DAY, "host_topic", "item_class"], how="left")
        .with_columns(pl.col("exposures", "hosts").fill_null(0))
        .with_columns(
            expected=association.expected(*margins),
            lift=association.lift(joint, *margins),
            npmi=association.npmi(joint, *margins),
        )
    )
