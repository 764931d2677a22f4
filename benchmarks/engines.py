"""Polars beside Spark over the same exposures on this machine: from which size on does the larger engine pay?

    python benchmarks/engines.py FOLDER 300000 1000000 3000000 [--cores 2] [--memory 4g] [--timeout 900]

Lakes are made as `benchmarks/scale.py` makes them, and taken from FOLDER where it has left them there. Each measure
runs in a process of its own with either engine, counting and judging together. Seconds are the wall's and the CPU's, of
all threads and of the Java process; the start of the session, which a run pays once, is left out.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scale import MEASURES, in_own_process, lake_of
from pipelines.lake import schema
from pipelines.lake.engine import Engine, spark_session
from pipelines.lake.parts import Lake

COMPARED = ("cooccurrence", "topic_matrix", "headline_pairs")
ENGINES = ("polars", "spark")


def cpu_seconds(engine: Engine) -> float:
    """CPU seconds of this process, and of Spark's Java process where there is one."""
    here = time.process_time()
    if engine is None:
        return here
    java = Path("/proc", str(engine.sparkContext._gateway.proc.pid), "stat").read_text()
    user, system = java.rpartition(")")[2].split()[11:13]
    return here + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def cost(measure: str, engine: Engine, lake: Lake) -> dict[str, float]:
    """Wall and CPU seconds of a measure, and its rows."""
    wall, cpu = time.perf_counter(), cpu_seconds(engine)
    rows = MEASURES[measure](engine, lake)
    return {"wall": time.perf_counter() - wall, "cpu": cpu_seconds(engine) - cpu, "rows": rows}


def run(measure: str, engine: str, lake: Lake, asked: argparse.Namespace) -> dict[str, Any]:
    """What `cost` says in a process of its own, or why it says nothing."""
    command = [sys.executable, __file__, str(lake.root), "--one", measure, engine]
    command += ["--cores", str(asked.cores), "--memory", asked.memory]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=asked.timeout, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"over {asked.timeout} s"}
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:80]}
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("exposures", type=int, nargs="*")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--memory", default="4g", help="of the process in which Spark's driver and executor are one")
    parser.add_argument("--timeout", type=int, default=900)
    parser.add_argument("--one", nargs=2, metavar=("MEASURE", "ENGINE"), help="run one measure on FOLDER's lake")
    asked = parser.parse_args()
    if asked.one:
        measure, engine = asked.one
        if engine == "polars":
            print(json.dumps(cost(measure, None, Lake(asked.folder))))
            return
        conf = {"spark.ui.enabled": "false", "spark.driver.memory": asked.memory}
        with spark_session(f"local[{asked.cores}]", conf) as session:
            print(json.dumps(cost(measure, session, Lake(asked.folder))))
        return
    table = Table("measure", "pages × 13", "polars: s (CPU s)", "spark: s (CPU s)", "spark : polars, wall (CPU)")
    for exposures in asked.exposures:
        lake = lake_of(asked.folder, exposures)
        if not lake.days(schema.EXPOSURES):
            in_own_process("step", "exposures", str(lake.root), timeout=asked.timeout)
        for measure in COMPARED:
            polars, spark = (run(measure, engine, lake, asked) for engine in ENGINES)
            print(exposures, measure, polars, spark, file=sys.stderr, flush=True)
            cells = [
                each["failed"] if "failed" in each else f"{each['wall']:.1f} ({each['cpu']:.1f})"
                for each in (polars, spark)
            ]
            ratio = ""
            if "failed" not in polars | spark:
                assert polars["rows"] == spark["rows"], f"{measure}: the engines disagree"
                ratio = f"{spark['wall'] / polars['wall']:.1f} ({spark['cpu'] / polars['cpu']:.1f})"
            table.add_row(measure, f"{exposures // 13:,}", *map(str, cells), ratio)
    Console().print(table)


if __name__ == "__main__":
    main()
