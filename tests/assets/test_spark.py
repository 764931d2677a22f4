"""Steps on Spark are the same assets: rows, checks and log lines as of a run here, and errors with a remedy."""

import logging
from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pytest

from benchmarks.lakes import FIRST_DAY, Month, write
from pipelines.assets.spark import _said
from pipelines.definitions import defs
from pipelines.lake import schema
from pipelines.lake.engine import spark_lacks
from pipelines.lake.parts import Lake
from pipelines.settings import ROOT

LACK = spark_lacks("local[2]")
COUNTED = (schema.EXPOSURES, *schema.MEASURES)
DAYS = 2
CONF = '{"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.sql.shuffle.partitions": "2"}'


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A small lake that the settings of the environment name, as extraction and classification left it."""
    monkeypatch.setenv("YANYANA_DATA", str(tmp_path))
    monkeypatch.setenv("YANYANA_SITES", str(ROOT / "data" / "sites.toml"))
    monkeypatch.setenv("YANYANA_SPARK_CONF", CONF)
    made = Lake(tmp_path / "lake")
    write(Month(sites=2, days=DAYS, stories=12, slots=4), made)
    return made


def run(
    engine: str, spark: str, monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> dg.ExecuteInProcessResult:
    """A run of the counted tables and their checks, over all days of the lake."""
    monkeypatch.setenv("YANYANA_ENGINE", engine)
    monkeypatch.setenv("YANYANA_SPARK", spark)
    ends = {"start": FIRST_DAY.isoformat(), "end": FIRST_DAY.replace(day=DAYS).isoformat()}
    return defs.resolve_job_def("refresh").execute_in_process(
        asset_selection=[dg.AssetKey(table.name) for table in COUNTED],
        tags={f"dagster/asset_partition_range_{which}": day for which, day in ends.items()},
        instance=instance,
        raise_on_error=False,
    )


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, Mapping[str, dg.MetadataValue]]:
    """What the run says of each table."""
    events = (event for event in result.all_events if event.is_step_materialization)
    return {
        str(
            event.asset_key and event.asset_key.to_user_string()
        ): event.step_materialization_data.materialization.metadata
        for event in events
    }


def checks(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], bool]:
    """What the run's checks found."""
    return {
        (check.asset_key.to_user_string(), check.check_name): check.passed
        for check in result.get_asset_check_evaluations()
    }


@pytest.mark.slow
@pytest.mark.skipif(LACK is not None, reason=LACK or "")
def test_a_run_on_spark_tells_what_a_run_here_tells(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        here = run("polars", "local[2]", monkeypatch, instance)
        tables = {table.name: lake.scan(table).collect() for table in COUNTED}
        there = run("spark", "local[2]", monkeypatch, instance)
        said = [entry.user_message for entry in instance.all_logs(there.run_id) if entry.level == logging.INFO]
    assert here.success
    assert there.success
    counts, counts_there = metadata(here), metadata(there)
    assert {table.name for table in COUNTED} <= counts.keys() == counts_there.keys()
    for name, expected in counts.items():
        found = counts_there[name]
        assert found.keys() == expected.keys(), name
        assert [type(value) for value in found.values()] == [type(value) for value in expected.values()], name
        rows = {key: value for key, value in expected.items() if key.endswith("row_count")}
        assert rows
        assert rows.items() <= found.items(), name
    assert checks(here) == checks(there)
    assert all(checks(there).values())
    assert tables[schema.EXPOSURES.name].height
    assert tables[schema.HEADLINE_PAIRS.name].height
    for name, rows in tables.items():
        assert lake.scan(schema.TABLES[name]).collect().height == rows.height, name
        assert f"{name}: {rows.height} rows" in said or name == schema.EXPOSURES.name
    assert said.count(f"{FIRST_DAY}: {lake.scan(schema.EXPOSURES, FIRST_DAY).collect().height} exposures") == 1


def test_an_error_of_java_is_told_by_what_it_says_and_by_its_cause() -> None:
    said = (
        "An error occurred while calling o554.collectToPython.\n: org.apache.spark.SparkException: Job aborted: cannot "
        "read file:///lake/1.parquet.\n\tat org.apache.spark.Any(Any.scala:1)\nCaused by: java.io.IOException: one\n"
        "\tat java.Any(Any.java:1)\nCaused by: java.lang.RuntimeException: no footer\n\t... 24 more"
    )
    assert _said(RuntimeError(said)) == (
        "org.apache.spark.SparkException: Job aborted: cannot read file:///lake/1.parquet.; "
        "java.lang.RuntimeException: no footer"
    )
    assert _said(ValueError("two\nlines")) == "ValueError: two"
    assert _said(MemoryError()) == "MemoryError: "


@pytest.mark.slow
@pytest.mark.skipif(LACK is not None, reason=LACK or "")
@pytest.mark.parametrize(
    ("spark", "words"),
    [
        ("local[2]", ("exposed", "day=2026-01-01", "run the step again")),
        ("sc://127.0.0.1:1", ("exposed", "sc://127.0.0.1:1", "YANYANA_SPARK")),
    ],
    ids=["damaged part", "no server"],
)
def test_what_fails_on_spark_says_so_in_the_run(
    spark: str, words: tuple[str, ...], lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in lake.parts(schema.ITEMS, FIRST_DAY):
        Path(str(part)).write_bytes(b"PAR1 damaged PAR1")
    with dg.DagsterInstance.ephemeral() as instance:
        result = run("spark", spark, monkeypatch, instance)
    assert not result.success
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_key == "expose"
    error = failure.step_failure_data.error
    assert error
    said = str(error.cause.message if error.cause else error.message)
    assert all(word in said for word in words), said
