"""Counting and judging beside DuckDB's SQL and pandas on the same simulated exposures; each in a process of its own.

    python benchmarks/analysis.py [--articles 20000 200000] [--slots 13]

Seconds are the wall's, memory is the most a process held, data included. `hosts` is the counting under the contrasts;
Yanyana's topics and pairs are whole measures with their tests, DuckDB's and pandas' the counting alone, written as one
would there. The last row is 10,000
permutations of 200,000 articles in 150 strata on one core.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines import analysis
from pipelines.analysis.permutation import monte_carlo_p
from pipelines.analysis.simulate import Shape, simulate
from pipelines.analysis.strata import host_outcomes
from pipelines.lake.schema import HEADLINES

PAIRS_SQL = """
WITH member AS (SELECT DISTINCT site, content_hash, target_id FROM exposures WHERE slot <= 50),
     shown AS (SELECT site, target_id, count(*) AS n FROM member GROUP BY ALL HAVING n >= 2),
     often AS (SELECT member.*, n FROM member JOIN shown USING (site, target_id))
SELECT a.site, a.target_id, b.target_id, count(*) AS blocks, max(a.n), max(b.n)
FROM often a JOIN often b ON a.site = b.site AND a.content_hash = b.content_hash AND a.target_id < b.target_id
GROUP BY ALL HAVING blocks >= 2"""
TOPICS_SQL = """
SELECT site, day, host_topic, item_class, count(*), count(DISTINCT host_id)
FROM (SELECT DISTINCT site, day, host_topic, item_class, host_id, target_id FROM exposures) GROUP BY ALL"""
HOSTS_SQL = """
WITH target AS (
    SELECT capture_id, kind, placement, target_id, any_value(site) AS site, any_value(day) AS day,
           any_value(host_id) AS host_id, any_value(host_hard) AS hard, avg(item_clickbait) AS clickbait
    FROM exposures GROUP BY capture_id, kind, placement, target_id),
list AS (
    SELECT capture_id, kind, placement, any_value(site) AS site, min(day) AS day, any_value(host_id) AS host_id,
           any_value(hard) AS hard, avg(clickbait) AS clickbait
    FROM target GROUP BY capture_id, kind, placement)
SELECT site, kind, placement, host_id, min(day), avg(hard), avg(clickbait) FROM list GROUP BY ALL"""


def yanyana(measure: str, path: str) -> int:
    exposures = pl.scan_parquet(path)
    computed: dict[str, Callable[[], pl.DataFrame]] = {
        "hosts": lambda: host_outcomes(exposures),
        "topics": lambda: analysis.topic_matrix(exposures),
        "pairs": lambda: analysis.headline_pairs(exposures, pl.LazyFrame(schema=HEADLINES.schema)),
    }
    return computed[measure]().height


def duckdb(measure: str, path: str) -> int:
    import duckdb as engine

    con = engine.connect()
    con.execute(f"CREATE VIEW exposures AS FROM read_parquet('{path}')")
    sql = {"hosts": HOSTS_SQL, "topics": TOPICS_SQL, "pairs": PAIRS_SQL}[measure]
    return len(con.sql(sql).pl())


def pandas(measure: str, path: str) -> int:
    import pandas as engine

    if measure == "pairs":
        rows = engine.read_parquet(path, columns=["site", "content_hash", "target_id", "slot"]).query("slot <= 50")
        member = rows.drop(columns="slot").drop_duplicates()
        shown = member.groupby(["site", "target_id"])["content_hash"].transform("size")
        often = member[shown.ge(2)]
        both = often.merge(often, on=["site", "content_hash"], suffixes=("_a", "_b"))
        both = both[both["target_id_a"] < both["target_id_b"]]
        counts = both.groupby(["site", "target_id_a", "target_id_b"]).size()
        return int((counts >= 2).sum())
    if measure == "topics":
        cell = ["site", "day", "host_topic", "item_class"]
        rows = engine.read_parquet(path, columns=[*cell, "host_id", "target_id"]).drop_duplicates()
        return len(rows.groupby(cell)["host_id"].agg(["size", "nunique"]))
    in_list = ["capture_id", "kind", "placement"]
    known = [*in_list, "site", "day", "host_id", "host_hard", "target_id", "item_clickbait"]
    rows = engine.read_parquet(path, columns=known)
    one = {"site": "first", "day": "first", "host_id": "first", "host_hard": "first", "item_clickbait": "mean"}
    lists = rows.groupby([*in_list, "target_id"]).agg(one).groupby(in_list).agg(one).reset_index()
    return len(lists.groupby(["site", "kind", "placement", "host_id"])[["item_clickbait", "host_hard"]].mean())


PEERS = {"yanyana": yanyana, "duckdb": duckdb, "pandas": pandas}
MEASURES = ("hosts", "topics", "pairs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--slots", type=int, default=13)
    parser.add_argument(
        "--one", nargs=3, metavar=("PEER", "MEASURE", "FILE"), help="run one contender and say its cost"
    )
    asked = parser.parse_args()
    if asked.one:
        peer, measure, path = asked.one
        begun = time.perf_counter()
        rows = PEERS[peer](measure, path)
        print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, rows)
        return
    table = Table("measure", "articles", *(f"{peer}: s, GiB" for peer in PEERS), "yanyana : duckdb")
    with tempfile.TemporaryDirectory() as folder:
        for articles in asked.articles:
            path = Path(folder) / f"{articles}.parquet"
            days, sites = 30, 10
            shape = Shape(
                "benchmark", days, articles // days // sites, asked.slots, captures=1, headlines=2_000, zipf=0.6
            )
            write_exposures(shape, sites, path)
            for measure in MEASURES:
                cost = {peer: run(peer, measure, path) for peer in PEERS}
                cells = (f"{seconds:.1f}, {memory:.1f}" for seconds, memory in cost.values())
                table.add_row(measure, f"{articles:,}", *cells, f"{cost['yanyana'][0] / cost['duckdb'][0]:.2f}")
    random = np.random.default_rng(1)
    n = 200_000
    begun = time.process_time()
    monte_carlo_p(random.binomial(13, 0.3, n) / 13, random.random(n) < 0.4, random.integers(0, 150, n), draws=10_000)
    table.add_row("10,000 permutations", f"{n:,}", f"{time.process_time() - begun:.2f} (CPU)", "", "", "")
    Console().print(table)


def write_exposures(shape: Shape, sites: int, path: Path) -> None:
    """The simulated exposures as a Parquet file, made site by site so that memory holds one."""
    frames = []
    for site in range(sites):
        rows = simulate(shape, 1, seed=site).filter(kind="related")
        own = ("item_id", "capture_id", "block_id", "host_id", "content_hash", "target_id")
        frames.append(
            rows.with_columns(
                pl.lit(f"site {site}").alias("site"),
                # As wide as real identifiers are.
                *(pl.format("{}{}", pl.lit(f"{site:02}"), name).str.pad_end(32, "0").alias(name) for name in own),
            )
        )
    pl.concat(frames).write_parquet(path)


def run(peer: str, measure: str, path: Path) -> tuple[float, float]:
    """Wall seconds and GiB of one contender in a process of its own."""
    command = [sys.executable, __file__, "--one", peer, measure, str(path)]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout.split()
    return float(out[0]), float(out[1])


if __name__ == "__main__":
    main()
