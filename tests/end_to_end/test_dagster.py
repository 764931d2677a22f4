"""Dagster loads what the workspace names, and every asset says what an operator needs."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.lake.schema import TABLES
from pipelines.settings import ROOT


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@pytest.mark.parametrize(
    "command",
    [
        [tool("dagster"), "definitions", "validate", "--workspace", "workspace.yaml"],
        [tool("dg"), "check", "defs"],
    ],
    ids=["workspace", "dg"],
)
def test_the_code_location_loads(command: list[str], tmp_path: Path) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path), "YANYANA_DATA": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_table_of_the_dictionary_is_an_asset_with_its_columns() -> None:
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    for name, table in TABLES.items():
        columns = specs[name].metadata["dagster/column_schema"]
        assert isinstance(columns, dg.TableSchema)
        assert [column.name for column in columns.columns] == table.schema.names()


def test_a_column_that_repeats_anothers_value_leads_there() -> None:
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    lineage = specs["items"].metadata["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineage)
    assert {
        column: [(d.asset_key.to_user_string(), d.column_name) for d in deps]
        for column, deps in lineage.deps_by_column.items()
    } == {
        "block_id": [("blocks", "block_id")],
        "capture_id": [("captures", "capture_id")],
    }


def test_every_table_and_result_is_fresh_within_a_time() -> None:
    late = {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs() if spec.freshness_policy is None}
    assert late == {"archive", "retention"}  # the reports of each crawl and the captures tell of the archive


def test_every_asset_is_described_owned_and_grouped() -> None:
    for spec in defs.resolve_all_asset_specs():
        assert "When it fails" in (spec.description or ""), spec.key
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name in {"crawl", "extract", "classify", "analyse", "publish", "retain"}


def test_schedules_run_hourly_and_daily() -> None:
    assert defs.resolve_schedule_def("hourly_capture").cron_schedule == "7 * * * *"
    assert defs.resolve_schedule_def("daily_refresh").cron_schedule == "40 23 * * *"
    assert defs.resolve_schedule_def("daily_retention").cron_schedule == "20 0 * * *"


def test_retention_runs_without_being_switched_on() -> None:
    retention = defs.resolve_schedule_def("daily_retention")
    assert retention.default_status == dg.DefaultScheduleStatus.RUNNING
