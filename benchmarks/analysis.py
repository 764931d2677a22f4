"""Counting beside DuckDB's SQL and pandas on the same simulated exposures; each in a process of its own.

    python benchmarks/analysis.py [--articles 6000 60000 200000 2000000] [--slots 13] [--peers yanyana duckdb pandas]

Seconds are the wall's, memory is the most a process held, data included; growth is that of the seconds against that of
the articles since the size before, 1 or less being linear or better. `hosts` is the counting under the contrasts,
`topics` the table of topic × class, `pairs` those of headlines that met twice: the same for all, written as one would
there, but that pandas' hosts have neither site-wide lists nor any outcome but the first. `everything` is all measures
of exposures with their tests, Yanyana's alone. The last row is 10,000 permutations of 200,000 articles in 30 strata on
one core: few enough that each is drawn from; of more than 60 only their sum is, as normal.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from glob import glob
from itertools import product

import narwhals as nw
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines import analysis
from pipelines.analysis.company import members_of, pair_counts
from pipelines.analysis.permutation import monte_carlo_p
from pipelines.analysis.simulate import Shape, simulate
from pipelines.analysis.strata import host_outcomes
from pipelines.lake.engine import collected, compact, settled
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
WITH hosts AS (SELECT site, day, kind, count(DISTINCT host_id) AS hosts FROM exposures GROUP BY ALL HAVING hosts >= 5),
wide AS (
    SELECT site, day, kind, target_id, true AS wide
    FROM exposures JOIN hosts USING (site, day, kind)
    GROUP BY ALL HAVING count(DISTINCT host_id) >= 0.8 * max(hosts)),
target AS (
    SELECT capture_id, kind, placement, target_id, any_value(site) AS site, any_value(day) AS day,
           any_value(host_id) AS host_id, any_value(host_hard) AS hard, min(slot) AS slot, count(wide) AS site_wide,
           avg(item_clickbait) FILTER (wide IS NULL) AS clickbait,
           avg((item_class IN ('clickbait', 'tabloid'))::INT)
               FILTER (wide IS NULL AND item_clickbait IS NOT NULL) AS tabloid,
           count(item_clickbait) FILTER (wide IS NULL) AS exposures
    FROM exposures LEFT JOIN wide USING (site, day, kind, target_id)
    GROUP BY capture_id, kind, placement, target_id),
list AS (
    SELECT capture_id, kind, placement, any_value(site) AS site, min(day) AS day, any_value(host_id) AS host_id,
           any_value(hard) AS hard, avg(clickbait) AS clickbait, avg(tabloid) AS tabloid,
           avg((clickbait >= 0.5)::INT) AS called, sum(exposures) AS exposures, sum(site_wide) AS site_wide,
           max(slot) FILTER (clickbait IS NOT NULL) AS last, min(slot) FILTER (clickbait IS NOT NULL) AS first,
           CASE WHEN sum(clickbait) > 0 AND first < last
               THEN 1 - (sum(clickbait * slot) / sum(clickbait) - 0.5) / last END AS height
    FROM target GROUP BY capture_id, kind, placement)
SELECT site, kind, placement, host_id, min(day), avg(hard), avg(clickbait), avg(tabloid), avg(called), avg(height),
       sum(exposures), sum(site_wide)
FROM list GROUP BY site, kind, placement, host_id"""


def yanyana(measure: str, path: str) -> int:
    exposures = pl.scan_parquet(path)
    headlines = pl.LazyFrame(schema=HEADLINES.schema)
    computed: dict[str, Callable[[], pl.DataFrame]] = {
        "hosts": lambda: host_outcomes(exposures),
        "topics": lambda: analysis.cooccurrence(exposures),
        "pairs": lambda: pairs(exposures),
        "contrasts": lambda: analysis.contrasts(exposures),
        "course": lambda: analysis.time_course(exposures),
        "shares": lambda: analysis.clickbait_shares(exposures),
        "matrix": lambda: analysis.topic_matrix(exposures),
        "company": lambda: analysis.headline_pairs(exposures, headlines),
    }
    if measure == "everything":
        return sum(computed[name]().height for name in ("contrasts", "course", "shares", "topics", "matrix", "company"))
    return computed[measure]().height


def pairs(exposures: pl.LazyFrame) -> pl.DataFrame:
    """The counting under `analysis.headline_pairs`."""
    rows = nw.from_native(exposures).with_columns(target=nw.col("target_id"), block=nw.col("content_hash"))
    with settled(members_of(compact(rows, "target", "block")), "site", "kind", "placement") as members:
        return collected(pair_counts(members))


def duckdb(measure: str, path: str) -> int:
    import duckdb as engine

    con = engine.connect()
    con.execute(f"CREATE VIEW exposures AS FROM read_parquet('{path}')")
    sql = {"hosts": HOSTS_SQL, "topics": TOPICS_SQL, "pairs": PAIRS_SQL}[measure]
    return len(con.sql(sql).pl())


def pandas(measure: str, path: str) -> int:
    import pandas as engine

    def read(columns: list[str]) -> "engine.DataFrame":
        return engine.concat([engine.read_parquet(file, columns=columns) for file in sorted(glob(path))])

    if measure == "pairs":
        rows = read(columns=["site", "content_hash", "target_id", "slot"]).query("slot <= 50")
        member = rows.drop(columns="slot").drop_duplicates()
        shown = member.groupby(["site", "target_id"])["content_hash"].transform("size")
        often = member[shown.ge(2)]
        both = often.merge(often, on=["site", "content_hash"], suffixes=("_a", "_b"))
        both = both[both["target_id_a"] < both["target_id_b"]]
        counts = both.groupby(["site", "target_id_a", "target_id_b"]).size()
        return int((counts >= 2).sum())
    if measure == "topics":
        cell = ["site", "day", "host_topic", "item_class"]
        rows = read(columns=[*cell, "host_id", "target_id"]).drop_duplicates()
        return len(rows.groupby(cell)["host_id"].agg(["size", "nunique"]))
    in_list = ["capture_id", "kind", "placement"]
    known = [*in_list, "site", "day", "host_id", "host_hard", "target_id", "item_clickbait"]
    rows = read(columns=known)
    one = {"site": "first", "day": "first", "host_id": "first", "host_hard": "first", "item_clickbait": "mean"}
    lists = rows.groupby([*in_list, "target_id"]).agg(one).groupby(in_list).agg(one).reset_index()
    return len(lists.groupby(["site", "kind", "placement", "host_id"])[["item_clickbait", "host_hard"]].mean())


PEERS = {"yanyana": yanyana, "duckdb": duckdb, "pandas": pandas}
MEASURES = ("hosts", "topics", "pairs", "everything")
SITES, DAYS = 10, 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, nargs="+", default=[6_000, 60_000, 200_000])
    parser.add_argument("--slots", type=int, default=13)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=[*PEERS])
    parser.add_argument("--measures", nargs="+", choices=MEASURES, default=[*MEASURES])
    parser.add_argument(
        "--one", nargs=3, metavar=("PEER", "MEASURE", "FILES"), help="run one contender and say its cost"
    )
    asked = parser.parse_args()
    if asked.one:
        peer, measure, path = asked.one
        begun = time.perf_counter()
        rows = PEERS[peer](measure, path)
        print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, rows)
        return
    columns = (f"{peer}: s, GiB" for peer in asked.peers)
    table = Table("measure", "articles", *columns, "yanyana : duckdb", "growth")
    before: dict[str, tuple[int, float]] = {}
    for articles in asked.articles:
        with tempfile.TemporaryDirectory() as folder:
            hosts = articles // SITES // DAYS
            write_exposures(Shape("benchmark", 1, hosts, asked.slots, captures=1, headlines=2_000, zipf=0.6), folder)
            for measure in asked.measures:
                peers = [peer for peer in asked.peers if peer == "yanyana" or measure != "everything"]
                cost = {peer: run(peer, measure, f"{folder}/*.parquet") for peer in peers}
                cells = [f"{cost[peer][0]:.1f}, {cost[peer][1]:.1f}" if peer in cost else "" for peer in asked.peers]
                ratio = f"{cost['yanyana'][0] / cost['duckdb'][0]:.2f}" if {"yanyana", "duckdb"} <= set(cost) else ""
                ours, growth = cost.get("yanyana", (0.0, 0.0))[0], ""
                if measure in before and ours:
                    fewer, quicker = before[measure]
                    growth = f"{ours / quicker / (articles / fewer):.2f}"
                before[measure] = (articles, ours)
                table.add_row(measure, f"{articles:,}", *cells, ratio, growth)
                print(measure, articles, cost, growth, file=sys.stderr, flush=True)
    random = np.random.default_rng(1)
    n = 200_000
    begun = time.process_time()
    monte_carlo_p(random.binomial(13, 0.3, n) / 13, random.random(n) < 0.4, random.integers(0, 30, n), draws=10_000)
    seconds = f"{time.process_time() - begun:.2f} (CPU)"
    table.add_row("10,000 permutations", f"{n:,}", seconds, *[""] * (len(asked.peers) + 1))
    Console().print(table)


def write_exposures(shape: Shape, folder: str) -> None:
    """The simulated exposures as Parquet files, a site and day each, so that memory holds one."""
    for site, day in product(range(SITES), range(DAYS)):
        rows = simulate(shape, 1, seed=site * DAYS + day).filter(kind="related")
        own = ("item_id", "capture_id", "block_id", "host_id", "content_hash")
        # As wide as real identifiers are; targets are those of the site on every day.
        marks = dict.fromkeys(own, f"{site:02}{day:02}") | {"target_id": f"{site:02}"}
        rows.with_columns(
            pl.lit(f"site {site}").alias("site"),
            pl.col("day") + pl.duration(days=day),
            *((pl.lit(mark) + pl.col(name)).str.pad_end(32, "0").alias(name) for name, mark in marks.items()),
        ).write_parquet(f"{folder}/{site:02}-{day:02}.parquet")


def run(peer: str, measure: str, files: str) -> tuple[float, float]:
    """Wall seconds and GiB of one contender in a process of its own."""
    command = [sys.executable, __file__, "--one", peer, measure, files]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout.split()
    return float(out[0]), float(out[1])


if __name__ == "__main__":
    main()
