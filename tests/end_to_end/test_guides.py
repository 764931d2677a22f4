"""What the guides tell people to type does what they say: the analyst's SQL, the operator's backup."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from polars.testing import assert_frame_equal

from pipelines.assets.automation import JOBS, SCHEDULES, SENSORS
from pipelines.assets.checks import CHECKS
from pipelines.lake.parts import Lake
from pipelines.lake.schema import CRAWL_FAILURES, CRAWL_REPORTS, EXPOSURES, EXTRACTED, HEADLINES
from pipelines.settings import ROOT
from tests.end_to_end.guide import blocks, section
from tests.end_to_end.workplace import Workplace

ANALYST = (ROOT / "docs" / "analyst.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_the_analysts_sql_answers_over_the_demo(finished: Workplace) -> None:
    asked = blocks(ANALYST, "sql")
    assert len(asked) >= 10
    with duckdb.connect(finished.data / "yanyana.duckdb", read_only=True) as con:
        for sql in asked:
            assert con.sql(sql).fetchall(), sql


def test_the_analysts_python_reads_the_file(finished: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    [script] = blocks(ANALYST, "python")
    monkeypatch.chdir(finished.folder)
    told: dict[str, Any] = {}
    exec(script, told)
    assert "demo-portal" in told["contrasts"]["site"].to_list()


def test_the_analysts_main_answer_is_that_of_the_demo(finished: Workplace) -> None:
    answer = blocks(section(ANALYST, r"Does more clickbait stand beside hard news\?"), "sql")[0]
    with duckdb.connect(finished.data / "yanyana.duckdb", read_only=True) as con:
        found = {row["site"]: row for row in con.sql(answer).pl().to_dicts()}
    portal = found["demo-portal"]
    interval = "{difference:+.2f} ({difference_low:+.2f} to {difference_high:+.2f})".format(**portal)
    assert f"**{interval}, q {portal['q']:.3f}**" in ANALYST
    others = [row for site, row in found.items() if site != "demo-portal"]
    assert all(row["difference_low"] < 0 < row["difference_high"] for row in others)


def test_the_operators_guide_names_what_there_is() -> None:
    warning = {key.name for check in CHECKS for key in check.check_keys}
    for name in warning | {each.name for each in (*JOBS, *SCHEDULES, *SENSORS)}:
        assert f"`{name}`" in OPERATING, name
    for name in re.findall(r"deploy/[\w.-]+", OPERATING):
        assert (ROOT / name).is_file(), name


def test_a_server_takes_what_schedules_start_again_when_it_failed() -> None:
    ours = yaml.safe_load((ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8"))
    assert ours["run_retries"] == {"enabled": True}
    assert ours["telemetry"] == {"enabled": False}


@pytest.mark.slow
def test_what_is_backed_up_while_a_run_writes_is_restored_by_the_guides_commands(
    finished: Workplace, tmp_path: Path
) -> None:
    def run(heading: str, place: Workplace) -> None:
        [script] = blocks(section(OPERATING, heading), "sh")
        environment = {**os.environ, **place.environment, "BACKUP": str(tmp_path / "backup.tar")}
        subprocess.run(["bash", "-euc", script], cwd=ROOT, env=environment, check=True, timeout=600)

    writing, restored = Workplace(tmp_path / "writing"), Workplace(tmp_path / "restored")
    restored.folder.mkdir()
    shutil.copytree(finished.folder, writing.folder, ignore=shutil.ignore_patterns("lake", "dagster"))
    for table in (CRAWL_REPORTS, CRAWL_FAILURES):  # no archive holds them
        shutil.copytree(finished.data / "lake" / table.name, writing.data / "lake" / table.name)
    writer = writing.start("reparse")
    while not any(writing.data.glob("lake/manifests/*/*.json")):
        assert writer.poll() is None, writer.communicate()
        time.sleep(0.005)
    run("Backup", writing)
    assert writer.poll() is None, "the backup was to be taken while a run writes"
    writer.kill()
    writer.communicate()
    run("Restore", restored)
    assert (restored.data / "secret.key").read_bytes() == (finished.data / "secret.key").read_bytes()
    assert (restored.data / "yanyana.duckdb").exists()
    before, after = Lake(finished.data / "lake"), Lake(restored.data / "lake")
    for table in (CRAWL_REPORTS, CRAWL_FAILURES, *EXTRACTED, HEADLINES, EXPOSURES):  # measures are computed anew
        want, got = (lake.scan(table).collect().sort(table.key) for lake in (before, after))
        assert_frame_equal(got, want)
