"""Segments read by Spark's executors, started and killed for real, beside the same read by the processes of a pool."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines.crawl import archive, importing
from pipelines.crawl.importing import import_file
from pipelines.errors import YanyanaError
from pipelines.lake import schema
from pipelines.lake.engine import spark_lacks
from pipelines.lake.parts import Lake
from pipelines.segments import extract_segments
from pipelines.settings import ROOT, Settings
from tests import ccnews
from tests.analysis.test_spark import connect_server
from tests.test_segments import rows

SECRET = "a secret that no executor may show"
lacking = spark_lacks("local[2]")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(lacking), reason=lacking or "")]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an archive of many segments."""
    monkeypatch.setattr(importing, "SEGMENT_BYTES", 20_000)
    theirs = ccnews.write(tmp_path / "theirs.warc.gz", 400)
    list(import_file(theirs, tmp_path / "data" / "archive", day=date(2026, 3, 1)))
    return tmp_path / "data"


@pytest.fixture
def spark_home(tmp_path: Path) -> Path:
    """Spark's own files where executors of a local cluster may write their logs beside them."""
    import pyspark  # pyright: ignore[reportMissingImports]

    home = tmp_path / "spark"
    home.mkdir()
    for entry in Path(pyspark.__path__[0]).iterdir():
        (home / entry.name).symlink_to(entry)
    return home


def reading(data: Path, spark_home: Path, conf: dict[str, str], *, secret: str = SECRET) -> subprocess.Popen[str]:
    """`yanyana extract-segments` on a cluster of two executors of one core each."""
    environment = {
        **os.environ,
        "YANYANA_DATA": str(data),
        "YANYANA_ENGINE": "spark",
        "YANYANA_SPARK": "local-cluster[2,1,1024]",
        "YANYANA_SPARK_CONF": json.dumps({"spark.ui.enabled": "false", **conf}),
        "YANYANA_AUTHOR_SECRET": secret,
        "SPARK_HOME": str(spark_home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "pipelines.cli", "extract-segments"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True, start_new_session=True)


def executors(ancestor: int) -> Iterator[int]:
    """The processes of executors among the descendants of a process."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            command = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == ancestor:
            pid = int(status.parent.name)
            if b"CoarseGrainedExecutorBackend" in command:
                yield pid
            else:
                yield from executors(pid)


def test_a_killed_executor_and_repeated_tasks_change_nothing(data: Path, spark_home: Path, tmp_path: Path) -> None:
    events = tmp_path / "events"
    events.mkdir()
    conf = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.broadcast.compress": "false",
        "spark.local.dir": str(tmp_path / "local"),
        "spark.speculation": "true",
        "spark.speculation.multiplier": "1.1",
        "spark.speculation.quantile": "0.1",
    }
    lake, segments = Lake(data / "lake"), len(list(data.glob("archive/day=*/*")))
    assert segments > 15
    spark = reading(data, spark_home, conf)
    try:
        while spark.poll() is None and len(lake.parts(schema.CAPTURES)) < 2:
            time.sleep(0.02)
        victim = next(executors(spark.pid), None)
        assert victim is not None, spark.communicate(timeout=300)
        os.kill(victim, signal.SIGKILL)
        assert len(lake.parts(schema.CAPTURES)) < segments - 3, "killed in the middle"
        said = spark.communicate(timeout=300)[1]
    finally:
        if spark.poll() is None:
            os.killpg(spark.pid, signal.SIGKILL)
            spark.communicate()
    assert spark.returncode == 0, said
    assert f"{segments} segments are read" in said

    (tmp_path / "pool").mkdir()
    (tmp_path / "pool" / "archive").symlink_to(data / "archive")
    settings = Settings(data=tmp_path / "pool", author_secret=SECRET, workers=2)
    archived = [(path, date(2026, 3, 1)) for path in archive.segments(settings.archive, date(2026, 3, 1))]
    assert len(list(extract_segments(archived, settings))) == segments
    assert rows(lake) == rows(Lake(settings.lake))
    assert [path.name for path in lake.parts(schema.PAGES)] == [
        path.name for path in Lake(settings.lake).parts(schema.PAGES)
    ]

    log = "".join(path.read_text() for path in events.rglob("*") if path.is_file())
    assert "SparkListenerExecutorRemoved" in log, "an executor was lost"
    logs = [path for folder in (events, spark_home / "work", tmp_path / "local") for path in folder.rglob("*")]
    assert any(path.name == "stderr" for path in logs)
    assert not [path for path in logs if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert SECRET not in said


def test_a_connect_server_reads_what_can_be_read_and_names_what_cannot(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readable = sorted((data / "archive" / "day=2026-03-01").iterdir())[:2]
    broken = readable[0].with_name("broken.warc.gz")
    broken.write_bytes(b"no WARC file")
    monkeypatch.setenv("YANYANA_DATA", str(data))
    monkeypatch.setenv("YANYANA_AUTHOR_SECRET", SECRET)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    twice = [(path, date(2026, 3, 1)) for path in (*readable, broken, *readable)]
    with connect_server(tmp_path) as address:
        settings = Settings(engine="spark", spark=address)
        given = extract_segments(twice, settings)
        with pytest.raises(YanyanaError, match=r"broken\.warc\.gz: cannot be read as a WARC file"):
            assert {counts.segment for counts in given} == {path.name for path in readable}
    alone = Settings(data=tmp_path / "alone", author_secret=SECRET, workers=1)
    list(extract_segments([(path, date(2026, 3, 1)) for path in readable], alone))
    assert rows(Lake(settings.lake)) == rows(Lake(alone.lake))
