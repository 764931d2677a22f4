"""Crawls that are killed, stopped, or cut off from disk and network: what the servers answered, what the archive holds
and what the lake counts must agree all the same.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.crawl.archive import Exchange, segments
from pipelines.crawl.segment import recover
from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.newsroom.anchor import Asked, Bind, Reply, Site, ordinary, reply, serving
from pipelines.segments import extract_segment
from pipelines.settings import Site as Configured
from pipelines.settings import SiteIndex
from tests.crawl.running import COMMAND, crawl, exchanges, job, start

pytestmark = pytest.mark.slow

KILLS = 50
SEED = 20260301
DAY = date(2026, 3, 1)

# Forks a crawl for each job it is told of, with everything imported before, so that kills find crawls and no imports.
_NURSERY = """
import os, pathlib, sys
from pipelines.crawl.process import crawl, read_job
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            crawl(read_job(pathlib.Path(line.strip()).read_text()))
        finally:
            os._exit(1)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


@contextmanager
def nursery() -> Iterator[subprocess.Popen[str]]:
    """The process that forks crawls."""
    command = [sys.executable, "-c", _NURSERY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def three(bind: Bind) -> list[Site]:
    """Three sites with more stories than fifty crawls get to before they are killed."""
    return [ordinary(f"paper-{n}", bind, 550, size=2, hidden=4) for n in range(3)]


def one(bind: Bind) -> list[Site]:
    """One site whose archive is larger than the disks of these tests."""
    return [ordinary("paper", bind, 80, size=30)]


def extract(data: Path, sites: Sequence[Site]) -> Lake:
    """The lake, with all finished segments read into it."""
    lake, index = Lake(data / "lake"), SiteIndex(tuple(Configured(**site.configured()) for site in sites))
    for segment in segments(data / "archive"):
        extract_segment(segment, day=DAY, lake=lake, sites=index, secret=None, workers=1)
    return lake


def unarchived(log: Sequence[Asked], archived: Sequence[Exchange]) -> Counter[str]:
    """The addresses that were answered and not archived, after seeing that none was archived that was not answered."""
    answered = Counter((asked.url, asked.status) for asked in log if asked.whole)
    held = Counter((each.url, each.status) for each in archived)
    assert held - answered == Counter()
    return Counter(url for url, _ in (answered - held).elements())


def last_of_runs(log: Sequence[Asked]) -> Counter[str]:
    """The last address that each run asked each host for. A run begins with robots.txt."""
    last: Counter[str] = Counter()
    for host in {asked.host for asked in log}:
        asked = [each for each in log if each.host == host]
        last.update(each.url for each, after in zip(asked, [*asked[1:], None], strict=True) if _ends(after))
    return last


def _ends(after: Asked | None) -> bool:
    return after is None or after.path == "/robots.txt"


@dataclass
class Killed:
    """A crawl that was killed fifty times and then left in peace."""

    data: Path
    sites: list[Site]
    log: list[Asked]
    archived: list[Exchange]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    data, draw = tmp_path_factory.mktemp("killed"), random.Random(SEED)
    print(f"the kills are drawn from the seed {SEED}")
    with serving(three) as (sites, log):
        (data / "job").write_text(job(data, sites))
        with nursery() as crawls:
            for n in range(KILLS):
                kill(crawls, data / "job", log, draw, while_it_works=n % 2 == 0)
                if n % 10 == 9:
                    extract(data, sites)
        crawl(data, sites)
        yield Killed(data, sites, log, exchanges(data))


def kill(
    crawls: subprocess.Popen[str], given: Path, log: Sequence[Asked], draw: random.Random, *, while_it_works: bool
) -> None:
    """Kill one crawl: after some requests, or wherever it has come to after some time."""
    assert crawls.stdin
    assert crawls.stdout
    enough = len(log) + draw.randrange(1, 40)
    crawls.stdin.write(f"{given}\n")
    crawls.stdin.flush()
    victim = int(crawls.stdout.readline())
    if while_it_works:
        while len(log) < enough and Path(f"/proc/{victim}").exists():
            time.sleep(0.001)
        time.sleep(draw.uniform(0, 0.01))
    else:
        time.sleep(draw.uniform(0, 0.4))
    os.kill(victim, signal.SIGKILL)
    assert os.waitstatus_to_exitcode(int(crawls.stdout.readline())) == -signal.SIGKILL, f"seed {SEED}: it had ended"


def test_the_kills_found_crawls_at_work(killed: Killed) -> None:
    begun = Counter(asked.host for asked in killed.log if asked.path == "/robots.txt")
    assert max(begun.values()) <= KILLS + 1
    assert sum(begun.values()) >= KILLS / 2
    assert len(segments(killed.data / "archive")) >= KILLS / 4


def test_nothing_that_was_archived_is_lost(killed: Killed) -> None:
    assert unarchived(killed.log, killed.archived) <= last_of_runs(killed.log), "but the one answer on its way"


def test_the_next_run_fetches_all_that_is_left_and_nothing_twice(killed: Killed) -> None:
    wanted = {url for site in killed.sites for url in site.wanted}
    held = Counter(each.url for each in killed.archived if each.status == 200 and each.url in wanted)
    assert held == Counter(wanted)


def test_the_lake_counts_what_the_archive_holds(killed: Killed) -> None:
    lake = extract(killed.data, killed.sites)
    captures = lake.scan(schema.CAPTURES).collect()
    assert Counter(captures["url"]) == Counter(each.url for each in killed.archived)
    assert captures["capture_id"].is_unique().all()
    stories = {url for site in killed.sites for url in site.wanted if url[-1].isdigit()}
    articles = lake.scan(schema.ARTICLES).join(captures.lazy(), on="capture_id").collect()
    assert Counter(articles["url"]).keys() >= stories
    assert articles.filter(pl.col("url").is_in(stories)).height == len(stories)


def test_no_segment_is_left_unfinished_and_what_was_not_begun_is_swept(killed: Killed) -> None:
    archive = killed.data / "archive"
    left = [path for path in archive.rglob(".*") if path.name != ".crawl.lock"]
    assert {path.suffix for path in left} <= {".tmp"}
    for path in left:
        os.utime(path, (0, 0))  # so old that no living process writes to it
    recover(archive)
    assert not [path for path in left if path.exists()]


def test_the_stories_that_blocks_lead_to_are_fetched_once_they_are_known(killed: Killed) -> None:
    extract(killed.data, killed.sites)
    crawl(killed.data, killed.sites)
    hidden = {url for site in killed.sites for url in site.forbidden}
    assert Counter(each.url for each in exchanges(killed.data) if each.url in hidden) == Counter(hidden)


def slow(bind: Bind) -> list[Site]:
    """A site that takes its time for every answer."""
    [site] = one(bind)
    paper = site.answers["paper"]

    def answer(asked: Asked) -> Reply:
        found = paper(asked)
        return replace(found, wait=0.3) if asked.path[-1].isdigit() else found

    return [replace(site, answers={"paper": answer})]


def test_a_crawl_that_is_told_to_end_ends_between_two_requests(tmp_path: Path) -> None:
    with serving(slow) as (sites, log):
        victim = start(job(tmp_path, sites), tmp_path)
        while len([asked for asked in log if asked.path[-1].isdigit()]) < 3:
            time.sleep(0.01)
            assert victim.poll() is None, (tmp_path / "log").read_text()
        time.sleep(0.1)
        victim.terminate()
        assert victim.wait(timeout=10) == 0
        last = log[-1]
        assert last.whole, "an answer that was on its way is waited for"
    assert unarchived(log, exchanges(tmp_path)) == Counter()
    assert segments(tmp_path / "archive")


def test_a_crawl_that_waits_for_a_site_ends_at_once_when_told(tmp_path: Path) -> None:
    def refusing(bind: Bind) -> list[Site]:
        answers = {"paper": lambda _: reply(b"", 429, {"Retry-After": 300})}
        return [Site("paper", answers, start=(f"{bind('paper')}/",), delay=0.05)]

    with serving(refusing) as (sites, log):
        victim = start(job(tmp_path, sites), tmp_path)
        while not log:
            time.sleep(0.01)
            assert victim.poll() is None, (tmp_path / "log").read_text()
        time.sleep(0.2)
        victim.terminate()
        assert victim.wait(timeout=5) == 0
    assert len(log) == 1


@contextmanager
def small_disk(path: Path, options: str) -> Iterator[None]:
    """A file system of its own at `path`. Skips where this user may mount none."""
    path.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True).returncode:
        pytest.skip("only root may mount a disk of a given size")
    try:
        yield
    finally:
        subprocess.run(["umount", path], check=True)


def fails(data: Path, sites: Sequence[Site], command: Sequence[str] = COMMAND) -> str:
    """What a run says that cannot go on."""
    assert start(job(data, sites), data, command).wait(timeout=120) == 2
    said = (data / "log").read_text()
    assert "Traceback" not in said
    return said


def goes_on(data: Path, sites: Sequence[Site], log: Sequence[Asked], earlier: Sequence[Asked] = ()) -> None:
    """Another run fetches what is missing; all is archived once, but for the answer that found no room."""
    crawl(data, sites)
    held = exchanges(data)
    assert unarchived([*earlier, *log], held) <= last_of_runs([*earlier, *log])
    assert Counter(each.url for each in held if not each.url.endswith("robots.txt")) == Counter(sites[0].wanted)


def test_a_full_disk_ends_the_crawl_and_loses_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with serving(one) as (sites, log):
        with small_disk(archive, "size=150k"):
            assert "No space left on device" in fails(tmp_path, sites)
            [segment] = segments(archive)
            shutil.copytree(archive, tmp_path / "larger")
        assert 10 < len(log) < 80
        shutil.copytree(tmp_path / "larger", archive, dirs_exist_ok=True)
        assert len(exchanges(tmp_path)) >= len(log) - 1
        goes_on(tmp_path, sites, log)
    assert segment in segments(archive)


def test_a_file_that_may_not_grow_ends_the_crawl_and_loses_nothing(tmp_path: Path) -> None:
    limited = ["sh", "-c", 'ulimit -f 300; exec "$@"', "sh", *COMMAND]  # blocks of 512 bytes
    with serving(one) as (sites, log):
        assert "File too large" in fails(tmp_path, sites, limited)
        assert 10 < len(log) < 80
        goes_on(tmp_path, sites, log)


def test_an_archive_that_is_read_only_is_named_before_anything_is_asked(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    with serving(one) as (sites, log):
        with small_disk(archive, "size=1m,ro"):
            said = fails(tmp_path, sites)
        assert str(archive) in said
        assert len(log) <= 1
        goes_on(tmp_path, sites, log)


def test_a_network_that_vanishes_ends_the_run_and_the_next_one_goes_on(tmp_path: Path) -> None:
    with serving(one) as (sites, before):
        port = int(sites[0].start[0].split(":")[2].strip("/"))
        running = start(job(tmp_path, sites), tmp_path)
        while len(before) < 40:
            time.sleep(0.005)
            assert running.poll() is None, (tmp_path / "log").read_text()
    assert running.wait(timeout=120) == 0
    assert "connection" in (tmp_path / "log").read_text()
    with serving(one, ports={"paper": port}) as (sites, after):
        goes_on(tmp_path, sites, after, earlier=before)
