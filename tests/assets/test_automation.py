"""A range of archive days is refreshed by one run and again changes nothing; what failed or warned is told."""

import os
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.assets.automation import failed_runs, warned_checks
from pipelines.crawl.archive import segments
from pipelines.crawl.importing import import_file
from pipelines.definitions import defs
from pipelines.lake.parts import Lake
from pipelines.lake.schema import CAPTURES, EXTRACTED, TABLES
from pipelines.lake.store import Place
from pipelines.settings import Settings
from tests.marked_pages import segment

FIRST = date(2026, 3, 1)
LAST = FIRST + timedelta(days=29)
CAPTURED = [FIRST, FIRST + timedelta(days=11), LAST]


def test_the_jobs_over_archive_days_take_a_range_as_one_run() -> None:
    for name in ("capture", "refresh", "backfill"):
        assert defs.resolve_job_def(name).backfill_policy == dg.BackfillPolicy.single_run(), name


def lake_rows(settings: Settings) -> dict[str, pl.DataFrame]:
    lake = Lake(settings.lake)
    return {name: lake.scan(table).collect().sort(table.key) for name, table in TABLES.items()}


@pytest.mark.slow
def test_a_month_is_backfilled_by_one_run_and_again_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANYANA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("YANYANA_AUTHOR_SECRET", "a secret of this test")
    settings = Settings()
    for day in CAPTURED:
        list(import_file(segment(tmp_path / "files", day), settings.archive, day=day))
    ends = {"dagster/asset_partition_range_start": str(FIRST), "dagster/asset_partition_range_end": str(LAST)}
    with dg.DagsterInstance.ephemeral() as instance:

        def backfill() -> None:
            job = defs.resolve_job_def("backfill")
            assert job.execute_in_process(instance=instance, tags=ends).success

        backfill()
        assert len(instance.get_runs()) == 1
        assert len(instance.get_materialized_partitions(dg.AssetKey("pages"))) == 30
        assert Lake(settings.lake).days(CAPTURES) == CAPTURED
        before = lake_rows(settings)
        assert set(before["captures"]["segment"]) == {path.name.split(".")[0] for path in segments_of(settings)}
        read = {part: os.stat(str(part)).st_ino for table in EXTRACTED for part in Lake(settings.lake).parts(table)}
        backfill()
    assert {part: os.stat(str(part)).st_ino for part in read} == read, "a segment was read again"
    for name, rows in lake_rows(settings).items():
        assert_frame_equal(rows, before[name], rel_tol=1e-9, abs_tol=1e-12)


def segments_of(settings: Settings) -> list[Place]:
    return segments(settings.archive)


@dg.asset
def pages() -> None:
    """A table."""


@dg.asset_check(asset=pages)
def layout_kept() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description="changed.example: no longer on its 12 story pages",
    )


@dg.asset_check(asset=pages, blocking=True)
def keys_unique() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, description="3 values stand on several rows")


@pytest.mark.parametrize(
    ("checks", "sensor", "kind", "said"),
    [
        (
            [layout_kept],
            warned_checks,
            dg.DagsterEventType.RUN_SUCCESS,
            "pages, layout_kept: changed.example: no longer on its 12 story",
        ),
        (
            [keys_unique],
            failed_runs,
            dg.DagsterEventType.RUN_FAILURE,
            "pages, keys_unique: 3 values stand on several rows",
        ),
    ],
    ids=["warned", "failed"],
)
def test_what_the_checks_of_a_run_found_is_logged(
    checks: list[dg.AssetChecksDefinition],
    sensor: dg.SensorDefinition,
    kind: dg.DagsterEventType,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    definitions = dg.Definitions(assets=[pages], asset_checks=checks, executor=dg.in_process_executor)
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        [ended] = [event for event in result.all_events if event.event_type is kind]
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name,
            dagster_event=ended,
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        )
        capsys.readouterr()
        sensor(context.for_run_failure() if kind is dg.DagsterEventType.RUN_FAILURE else context)
    assert said in capsys.readouterr().err
