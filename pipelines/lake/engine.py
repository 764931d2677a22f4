"""Where rows are counted: in this process by Polars, or by Spark when one machine is outgrown.

All that differs between the two stands here: how a session begins, how the lake's tables are opened, how what is used
several times is kept, how few rows are fetched, and how many are written. What is computed is narwhals over lazy frames
and knows nothing of it. Tables that one machine counts whatever happens are read with `Lake.scan` instead.
"""

import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import narwhals as nw
import polars as pl
from narwhals.typing import IntoLazyFrame
from polars.io.plugins import register_io_source

from pipelines.errors import YanyanaError
from pipelines.lake.parts import Lake, frame
from pipelines.lake.schema import Table
from pipelines.lake.store import Place

if TYPE_CHECKING:
    import pyarrow as pa


class EngineError(YanyanaError):
    """Spark cannot be reached or cannot be started."""


# A SparkSession, classic or Connect, or None where Polars counts. Spark is an extra that need not be installed.
Engine: TypeAlias = Any

# Times are UTC in the lake, whatever the zone of the machines.
_CONF = {"spark.sql.session.timeZone": "UTC"}
_OF_A_MASTER = {"spark.app.name": "yanyana", "spark.ui.showConsoleProgress": "false"}


def spark_lacks(address: str) -> str | None:
    """What this machine lacks for a session at the address, with its remedy; None where it has it all."""
    remote = is_connect(address)
    if find_spec("pyspark") is None or (remote and find_spec("grpc_status") is None):
        return "Spark is not installed here; run `make spark`, or install yanyana[spark]"
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
    if not remote and shutil.which(java) is None:
        return (
            f"no Java was found ({java}), and Spark needs Java 17 or newer; install a runtime, set JAVA_HOME, or name "
            "a Spark Connect server (sc://host:port) with YANYANA_SPARK"
        )
    return None


def is_connect(address: str) -> bool:
    """Whether an address is that of a Spark Connect server, and no master whose driver would run here."""
    return address.startswith("sc://")


@contextmanager
def spark_session(address: str, conf: Mapping[str, str]) -> Iterator[Engine]:
    """A Spark session at an address, ended on leaving.

    `sc://host:port` is a Spark Connect server, which has settings of its own and takes those of a session only. Any
    other address is a master (`local[4]`, `spark://host:port`, `yarn`, `k8s://…`) whose driver runs in this process.
    """
    from py4j.protocol import Py4JError  # pyright: ignore[reportMissingImports]
    from pyspark.errors import PySparkException  # pyright: ignore[reportMissingImports]
    from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]

    # Executors need the packages that are here: where they have them elsewhere, the variable says so.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if is_connect(address):
        builder, settings = SparkSession.builder.remote(address), _CONF
    else:
        builder, settings = SparkSession.builder.master(address), _CONF | _OF_A_MASTER
    for name, value in {**settings, **conf}.items():
        builder = builder.config(name, value)
    try:
        if is_connect(address):
            # The client would try again for ten minutes and more before it said so.
            server = urlsplit(address)
            socket.create_connection((server.hostname or "", server.port or 15002), timeout=10).close()
        session = builder.getOrCreate()
    except (OSError, PySparkException, Py4JError) as error:
        said = str(error).partition("\n")[0]
        raise EngineError(
            f"no Spark session at {address} (YANYANA_SPARK): {said}; see that it runs and can be reached from here, "
            "and that YANYANA_SPARK_CONF holds settings that it knows"
        ) from error
    try:
        yield session
    finally:
        session.stop()


def scan(engine: Engine, lake: Lake, table: Table, day: date | None = None) -> IntoLazyFrame:
    """The table's rows as a lazy frame of the engine, as `Lake.scan` gives them: of all archive days or of one."""
    if engine is None:
        return lake.scan(table, day)
    from pyspark.sql.pandas.types import from_arrow_schema  # pyright: ignore[reportMissingImports]

    schema: Any = from_arrow_schema(table.schema.to_frame().to_arrow().schema, prefer_timestamp_ntz=True)
    parts = [_address(part) for part in lake.parts(table, day)]
    if not parts:
        return engine.createDataFrame([], schema)
    # Parts are named one by one, and so nothing is to be read from the names of their folders.
    reader = engine.read.schema(schema).option("recursiveFileLookup", "true")
    return reader.parquet(*parts)


def _address(part: Place) -> str:
    """Where a part lies, as Spark is told it: in a folder that every host sees, or in storage, by Hadoop's S3A."""
    return f"file://{part.absolute()}" if isinstance(part, Path) else str(part).replace("s3://", "s3a://", 1)


def write(
    engine: Engine, lake: Lake, table: Table, rows: nw.LazyFrame, *, part: str, day: date | None, made_by: str
) -> int:
    """Write rows as one part of the lake, sorted by the table's key; returns how many there were.

    They never have to fit into memory. On Spark one task writes them, where it runs, by the same code that writes every
    other part: what a task does twice replaces itself.
    """
    native = rows.select(table.schema.names()).to_native()
    if engine is None:
        return lake.sink(table, native.cast(table.schema).sort(table.key), part=part, day=day, made_by=made_by)

    def put(batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        written = lake.sink(table, _streamed(table, batches), part=part, day=day, made_by=made_by)
        yield pl.DataFrame({"written": [written]}).to_arrow().to_batches()[0]

    whole = native.repartition(1).sortWithinPartitions(*table.key)
    written = whole.mapInArrow(put, "written long").collect()
    if written:
        return written[0]["written"]
    lake.write(table, frame(table, []), part=part, day=day, made_by=made_by)  # no rows, and so no task
    return 0


def _streamed(table: Table, batches: "Iterator[pa.RecordBatch]") -> pl.LazyFrame:
    def frames(*_: Any) -> Iterator[pl.DataFrame]:
        for batch in batches:
            yield pl.DataFrame(pl.from_arrow(batch)).cast(table.schema)

    return register_io_source(frames, schema=table.schema)


def collected(counts: nw.LazyFrame) -> pl.DataFrame:
    """The rows of a lazy frame of any engine as a Polars frame; on Polars itself by the streaming engine."""
    native = counts.to_native()
    if isinstance(native, pl.LazyFrame):
        return native.collect(engine="streaming")
    return counts.collect("polars").to_native()


def compact(rows: nw.LazyFrame, *ids: str) -> nw.LazyFrame:
    """The rows with these identifiers as 64-bit hashes, on Polars and Spark: a sixth of the memory of their text.

    Good for telling apart and joining within one run, never for storing. Of two million identifiers two fall together
    once in nine million runs. DuckDB keeps the text.
    """
    native: Any = rows.to_native()
    if isinstance(native, pl.LazyFrame):
        return nw.from_native(native.with_columns(pl.col(ids).hash()))
    if rows.implementation.is_spark_like():
        hashed = (f"xxhash64({name}) AS {name}" if name in ids else name for name in native.columns)
        return nw.from_native(native.selectExpr(*hashed))
    return rows


@contextmanager
def settled(rows: nw.LazyFrame, *texts: str) -> Iterator[nw.LazyFrame]:
    """The same rows, computed once while the context lasts, with these few-valued texts as categories on Polars.

    For what several counts rest on: every engine would compute it anew for each. Polars groups by text at five times
    the cost of categories. Spark keeps the rows in its executors' memory and on their disks; DuckDB gets them as they
    are.
    """
    native = rows.to_native()
    if isinstance(native, pl.LazyFrame):
        categories = native.with_columns(pl.col(texts).cast(pl.Categorical))
        yield nw.from_native(categories.collect(engine="streaming").lazy())
    elif rows.implementation.is_spark_like():
        kept = native.persist()
        try:
            yield nw.from_native(kept)
        finally:
            kept.unpersist()
    else:
        yield rows
