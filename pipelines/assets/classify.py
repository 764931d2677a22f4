"""From headlines to labels: every distinct headline of an archive day classified once."""

import dagster as dg
import polars as pl

from pipelines.assets.tables import DAYS, SettingsResource, read_days, table_spec
from pipelines.classify import model_version
from pipelines.classify.headlines import distinct_headlines, headline_rows
from pipelines.lake import schema
from pipelines.lake.parts import Lake, frame

_EXAMPLES = 12
_CUES = 3  # of each, the strongest; the table has them all


@dg.multi_asset(
    name="classify",
    specs=[
        table_spec(
            schema.HEADLINES,
            deps=["pages", "articles", "items"],
            failure="a table in `pipelines/classify/tables` is broken; the log names the file. What is published "
            "stays. Mend the table and run the partition again.",
            kinds=("python", "parquet"),
        )
    ],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def classify(context: dg.AssetExecutionContext, settings: SettingsResource) -> dg.MaterializeResult:
    """Label what the day's articles and teasers say; the same day again gives the same rows."""
    lake = Lake(settings.lake)
    section_topics = {site.name: site.sections for site in settings.configured.site}
    labels = [frame(schema.HEADLINES, [])]
    for day in read_days(context, lake):
        tables = (lake.scan(table, day) for table in (schema.PAGES, schema.ARTICLES, schema.ITEMS))
        rows = headline_rows(distinct_headlines(*tables), day, section_topics)
        lake.write(schema.HEADLINES, rows, part=day.isoformat(), day=day, made_by=model_version())
        labels.append(rows)
    labelled = pl.concat(labels)
    return dg.MaterializeResult(
        asset_key=schema.HEADLINES.name,
        metadata={
            "dagster/partition_row_count": labelled.height,
            "model": model_version(),
            "share with a topic": _share(labelled["topic"].is_not_null()),
            "share clickbait": _share(labelled["clickbait"] >= 0.5),
            "most clickbait": dg.MetadataValue.md(_most_clickbait(labelled)),
        },
    )


def _share(flags: pl.Series) -> float:
    mean = flags.mean()
    return round(mean, 4) if isinstance(mean, float) else 0.0


def _most_clickbait(labelled: pl.DataFrame) -> str:
    """The likeliest clickbait with its cues, for a look at whether the labels make sense."""
    top = (
        labelled.sort("clickbait", "headline_id", descending=[True, False], nulls_last=True)
        .unique("headline", keep="first", maintain_order=True)
        .head(_EXAMPLES)
    )
    lines = [
        f"| {clickbait:.2f} | {headline.replace('|', '¦')} | {', '.join(cues[:_CUES]).replace('|', '¦')} |"
        for clickbait, headline, cues in top.select("clickbait", "headline", "cues").iter_rows()
        if clickbait is not None
    ]
    return "\n".join(["| clickbait | headline | cues |", "|---|---|---|", *lines])
