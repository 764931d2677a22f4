"""One definition: what Polars counts here, Spark counts too, with a driver in this process and as a Connect server.

The same lake is made for each; exposures are written and everything that is counted over them is computed there.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines import analysis
from pipelines.lake import schema
from pipelines.lake.engine import Engine, scan, spark_lacks, spark_session, write
from pipelines.lake.parts import Lake
from tests.analysis.world import DAYS, write_world

LACK = spark_lacks("local")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(LACK is not None, reason=LACK or "")]
LOOPBACK = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
CONF = {"spark.sql.shuffle.partitions": "3"}
EMPTY = date(2026, 4, 2)


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """The address of a Spark Connect server, a process of its own on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = find_spec("pyspark")
    assert found
    assert found.origin
    conf = LOOPBACK | {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port)}
    command = [str(Path(found.origin).with_name("bin") / "spark-submit"), "--master", "local[2]"]
    command += [text for name, value in conf.items() for text in ("--conf", f"{name}={value}")]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYSPARK_PYTHON": sys.executable},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + 120
        while not _answers(port):
            assert server.poll() is None and time.monotonic() < until, (folder / "log").read_text()  # noqa: PT018
            time.sleep(0.2)
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def counted(engine: Engine, root: Path) -> dict[str, pl.DataFrame]:
    """Every table that is counted over all exposures of the world, and the exposures as they were written."""
    lake = Lake(root)
    write_world(lake, seed=11)
    for day in (*DAYS, EMPTY):
        tables = (schema.CAPTURES, schema.ARTICLES, schema.BLOCKS, schema.ITEMS, schema.HEADLINES)
        rows = analysis.exposures(*(scan(engine, lake, table, day) for table in tables))
        written = write(engine, lake, schema.EXPOSURES, rows, part=day.isoformat(), day=day, made_by="test")
        assert written == lake.read(schema.EXPOSURES, part=day.isoformat(), day=day).height
    exposures, headlines, captures, articles, items = (
        scan(engine, lake, table)
        for table in (schema.EXPOSURES, schema.HEADLINES, schema.CAPTURES, schema.ARTICLES, schema.ITEMS)
    )
    return {
        "exposures": pl.concat(lake.read(schema.EXPOSURES, part=day.isoformat(), day=day) for day in (*DAYS, EMPTY)),
        "contrasts": analysis.contrasts(exposures, draws=200),
        "clickbait_shares": analysis.clickbait_shares(exposures),
        "time_course": analysis.time_course(exposures),
        "cooccurrence": analysis.cooccurrence(exposures),
        "topic_matrix": analysis.topic_matrix(exposures),
        "headline_pairs": analysis.headline_pairs(exposures, headlines),
        "headline_variants": analysis.headline_variants(captures, articles, items, headlines),
        "lifetimes": analysis.lifetimes(exposures, captures),
    }


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """What Polars counts."""
    tables = counted(None, tmp_path_factory.mktemp("here"))
    assert not [name for name, rows in tables.items() if rows.is_empty()], (
        "the world is too small to tell engines apart"
    )
    return tables


def assert_same(there: dict[str, pl.DataFrame], here: dict[str, pl.DataFrame]) -> None:
    """Counts, texts and times are equal; numbers with a fraction to 1e-9, since no engine promises an order of sums."""
    for name, rows in here.items():
        assert_frame_equal(there[name], rows, check_exact=False, rel_tol=1e-9, abs_tol=1e-9)


def test_spark_counts_the_same(here: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    with spark_session("local[2]", CONF | LOOPBACK) as session:
        assert_same(counted(session, tmp_path), here)


def test_a_connect_server_counts_the_same(here: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    with connect_server(tmp_path) as address, spark_session(address, CONF) as session:
        assert_same(counted(session, tmp_path / "lake"), here)
