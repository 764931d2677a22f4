"""Dagster's storage on a server: a real PostgreSQL under the settings of deploy/, and a run of ours kept in it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines.settings import ROOT
from tests.end_to_end.workplace import Workplace, free_port, workplace
from tests.marked_pages import segment

pytestmark = pytest.mark.slow


def tool(name: str) -> str:
    """A program of PostgreSQL, which Debian keeps apart by version and out of the path."""
    found = [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    path = str(max(found)) if found else shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not on this machine: install Debian's package postgresql")
    return path


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """The address of an empty database of a PostgreSQL of our own."""
    initdb, pg_ctl, port = tool("initdb"), tool("pg_ctl"), free_port()
    folder = Path(tempfile.mkdtemp(prefix="yanyana-postgres-"))  # pytest's own folders are closed to other users
    as_user: list[str] = []
    if os.getuid() == 0:  # PostgreSQL does not run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def do(*command: str) -> None:
        subprocess.run([*as_user, *command], cwd="/", check=True, timeout=120, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    do(initdb, "--auth=trust", "--username=yanyana", "--no-sync", "-D", data)
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
    do(pg_ctl, "start", "--wait", "-D", data, "-l", f"{data}/log", "-o", options)
    try:
        yield f"postgresql+psycopg2://yanyana@127.0.0.1:{port}/postgres"
    finally:
        do(pg_ctl, "stop", "--mode=fast", "-D", data)
        shutil.rmtree(folder)


def test_a_run_is_kept_in_postgresql_under_the_settings_for_a_server(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANYANA_PG_URL", postgres_url)
    place: Workplace = workplace(tmp_path)
    home = place.data / "dagster"
    home.mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "dagster.yaml", home)
    place.yanyana("import", str(segment(tmp_path / "files", date(2026, 3, 1))))
    assert not [*home.rglob("*.db")], "something is kept in SQLite"
    with dg.DagsterInstance.from_config(str(home)) as instance:
        [run] = instance.get_runs()
        assert (run.job_name, run.status) == ("refresh", dg.DagsterRunStatus.SUCCESS)
        assert instance.get_latest_materialization_event(dg.AssetKey("warehouse"))
        assert instance.run_retries_enabled
