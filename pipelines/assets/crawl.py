"""From sites to archive: one crawl of every enabled site, run as a process of its own.

The crawl's log and counts stream in through Dagster Pipes. The demo's sites are served for as long as it runs.
"""

import secrets
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import dagster as dg
import polars as pl

from pipelines import newsroom
from pipelines.assets.tables import DAYS, OWNERS, SettingsResource, counts_table, days_of, table_spec, today
from pipelines.crawl.archive import Exchange, read_segment, segments
from pipelines.crawl.segment import recover
from pipelines.lake import schema
from pipelines.lake.ids import canonical_url
from pipelines.lake.parts import Lake, frame
from pipelines.segments import part_name
from pipelines.settings import Settings

_FAILURE = (
    "a site of the demo cannot be served, the archive cannot be written, or another crawl is running; the log says "
    "which. Responses that had come in are kept: run it again, and only what is missing is asked for."
)


@dg.multi_asset(
    name="crawl",
    specs=[
        dg.AssetSpec(
            "archive",
            description="Every response of the sites as it came, in WARC segments by the day they came in.\n\n"
            f"*When it fails:* {_FAILURE}",
            group_name="crawl",
            owners=OWNERS,
            kinds={"scrapy", "warc"},
        ),
        table_spec(schema.CRAWL_REPORTS, deps=[], failure=_FAILURE),
    ],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def crawl(
    context: dg.AssetExecutionContext, settings: SettingsResource, crawler: dg.PipesSubprocessClient
) -> Iterator[dg.MaterializeResult]:
    """Fetch what is due today. A day that has passed cannot be fetched any more: its archive is left as it is."""
    days, day, lake = days_of(context), today(), Lake(settings.lake)
    reports = frame(schema.CRAWL_REPORTS, [])
    if day not in days:
        context.log.warning("only today can be fetched: what the archive holds of other days stays as it is")
    elif not settings.configured.enabled:
        context.log.warning(f"no site is enabled in {settings.sites}: nothing is fetched")
    else:
        reports = _reports(_run(context, settings, crawler, day))
        lake.write(schema.CRAWL_REPORTS, reports, part=reports["run_id"][0], day=day, made_by="crawl")
    held = [segment for held_day in days for segment in segments(settings.archive, held_day)]
    yield dg.MaterializeResult(
        asset_key="archive",
        metadata={"segments": len(held), "bytes": sum(segment.stat().st_size for segment in held)},
    )
    yield dg.MaterializeResult(
        asset_key=schema.CRAWL_REPORTS.name,
        metadata={
            "dagster/partition_row_count": reports.height,
            "responses": counts_table(dict(reports.select("site", "responses").iter_rows()), "site"),
            "refused by robots.txt": counts_table(
                dict(reports.select("site", "refused_by_robots").iter_rows()), "site"
            ),
            "failed": counts_table(dict(reports.select("site", "failed").iter_rows()), "site"),
        },
    )


def _run(
    context: dg.AssetExecutionContext, settings: Settings, crawler: dg.PipesSubprocessClient, day: date
) -> list[dict[str, Any]]:
    """Crawl the enabled sites; the reports, one a site."""
    recover(settings.archive)
    configured = settings.configured
    job = {
        "run_id": f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        "day": day.isoformat(),
        "archive": str(settings.archive),
        "contact": configured.crawl.contact,
        "sites": [site.model_dump(mode="json") for site in configured.enabled],
        "known": sorted(_captured(settings, day)),
    }
    with _demo(settings), warnings.catch_warnings():
        # Dagster's own Pipes client calls something that Dagster marks as a preview.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        process = crawler.run(
            context=context, command=[sys.executable, "-m", "pipelines.crawl.process"], extras={"job": job}
        )
    return [report for message in process.get_custom_messages() for report in message["reports"]]


def _demo(settings: Settings) -> AbstractContextManager[Any]:
    """The demo's sites, served on the ports that sites.toml gives them; nothing where the demo is off."""
    demo = settings.configured.newsroom
    sites = [site for site in settings.configured.enabled if site.name in newsroom.DEFAULT_PORTS]
    if not demo.enabled or not sites:
        return nullcontext()
    ports = {site.name: urlsplit(site.seeds[0]).port or 80 for site in sites}
    return newsroom.serve(newsroom.build(seed=demo.seed, ports={**newsroom.DEFAULT_PORTS, **ports}))


def _captured(settings: Settings, day: date) -> set[str]:
    """Canonical addresses that the day's archive answers: those in the lake, and those of segments not read yet."""
    lake = Lake(settings.lake)
    answered = lake.scan(schema.CAPTURES, day).filter(pl.col("status") < 400).select("url").collect()
    urls = set(answered["url"])
    for segment in segments(settings.archive, day):
        if lake.made_by(schema.CAPTURES, part=part_name(segment), day=day) is None:
            responses = (found for found in read_segment(segment) if isinstance(found, Exchange))
            urls.update(response.url for response in responses if response.status < 400)
    return {canonical_url(url) for url in urls}


def _reports(reports: list[dict[str, Any]]) -> pl.DataFrame:
    def utc(time: str) -> datetime:
        return datetime.fromisoformat(time).astimezone(UTC).replace(tzinfo=None)

    times = ("started_at", "finished_at")
    return frame(schema.CRAWL_REPORTS, [report | {name: utc(report[name]) for name in times} for report in reports])
