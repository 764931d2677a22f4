"""docs/adding-a-site.md, followed: its shell and TOML blocks are read from the page and run, in order, in one shell.

Changed on the way are only the demo's port, which others may hold, the folder under /tmp, and where the programs lie.
"""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pytest

from pipelines import newsroom
from pipelines.lake.parts import Lake
from pipelines.lake.schema import ARTICLES
from pipelines.settings import ROOT, read_sites
from tests.end_to_end.guide import blocks, section

pytestmark = pytest.mark.slow

GUIDE = (ROOT / "docs" / "adding-a-site.md").read_text(encoding="utf-8")
SERVE, INSPECT = blocks(section(GUIDE, "1. Look at one story"), "sh")
DECLARE, DRY_RUN = blocks(section(GUIDE, "2. Declare it"), "sh")
[RUN] = blocks(section(GUIDE, "4. Run it"), "sh")
CHECKS, FIND, EXPLAIN = blocks(section(GUIDE, "5. Check what came in"), "sh")
STEPS = {
    "inspect": INSPECT,
    "declare": DECLARE,
    "dry run": DRY_RUN,
    "run": RUN,
    "again": ".venv/bin/yanyana crawl\n",  # “Run it again at once and nothing is asked”
    "check": CHECKS,
    "find": FIND,
    "explain": EXPLAIN,
}


@dataclass(frozen=True)
class Followed:
    """What each step printed, how often the site had been asked after it, and the folder in which all that stands."""

    said: dict[str, str]
    asked: dict[str, int]
    folder: Path


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    folder, ports = tmp_path_factory.mktemp("gazette"), newsroom.free_ports()
    changed = {
        ":8762/": f":{ports['demo-gazette']}/",
        "/tmp/": f"{folder}/",
        ".venv/bin/": f"{Path(sys.executable).parent}/",
    }
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("YANYANA_", "DAGSTER_"))}
    said, asked = {}, {}
    with newsroom.serve(newsroom.build(ports=ports)) as log:
        with subprocess.Popen(
            ["bash", "-eu"],
            cwd=ROOT,
            env={**theirs, "COLUMNS": "200"},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as shell:
            assert shell.stdin
            assert shell.stdout
            for step, script in STEPS.items():
                for what, instead in changed.items():
                    script = script.replace(what, instead)
                shell.stdin.write(f"{script}echo END OF STEP\n")
                shell.stdin.flush()
                said[step] = "".join(takewhile(lambda line: line != "END OF STEP\n", shell.stdout))
                asked[step] = len(log["demo-gazette"])
                assert shell.poll() is None, said
            shell.stdin.close()
            assert shell.wait(timeout=10) == 0, said
        yield Followed(said, asked, folder)


def test_the_demo_is_served_by_the_command_that_is_told() -> None:
    """On free ports here, by what the command itself calls."""
    assert SERVE == ".venv/bin/python -m pipelines.newsroom\n"


def test_a_story_is_looked_at_and_not_archived(followed: Followed) -> None:
    assert "Health ministry to build 650-bed hospital in Port Ellery" in followed.said["inspect"]
    assert followed.asked["inspect"] == 2, "robots.txt and the story"
    drawn = (followed.folder / "drawn.html").read_text(encoding="utf-8")
    assert "related" in followed.said["inspect"]
    assert "Related posts" in drawn


def test_nobody_is_asked_by_a_dry_run(followed: Followed) -> None:
    assert f"{followed.folder}" not in followed.said["dry run"]
    assert "/feed/" in followed.said["dry run"]
    assert followed.asked["dry run"] == followed.asked["inspect"]
    assert followed.asked["run"] > followed.asked["dry run"]


def test_the_run_answers_for_the_site_and_asks_nothing_again_at_once(followed: Followed) -> None:
    assert "gazette" in followed.said["run"]
    assert "yanyana.duckdb" in followed.said["run"]
    assert followed.asked["again"] == followed.asked["run"]


def test_the_lists_are_those_that_the_guide_shows(followed: Followed) -> None:
    shown = re.findall(r"^│.*│$", GUIDE, re.MULTILINE)
    assert len(shown) == 3
    found = [re.sub(r" +", " ", line) for line in followed.said["check"].splitlines()]
    assert [line for line in shown if re.sub(r" +", " ", line) not in found] == [], followed.said["check"]


def test_one_address_is_explained(followed: Followed) -> None:
    assert "robots.txt" in followed.said["explain"]
    assert "due on" in followed.said["explain"]


def test_what_was_run_lies_in_the_folder_that_may_be_deleted(followed: Followed) -> None:
    data = followed.folder / "gazette" / "data"
    assert {"archive", "lake", "yanyana.duckdb", "report"} <= {path.name for path in data.iterdir()}
    assert Lake(data / "lake").scan(ARTICLES).collect()["site"].unique().to_list() == ["gazette"]


def test_the_comments_of_haberler_are_declared_as_the_guide_says(tmp_path: Path) -> None:
    [told] = blocks(section(GUIDE, "2. Declare it"), "toml")
    [haberler] = [site for site in read_sites(ROOT / "data" / "sites.toml").site if site.name == "haberler"]
    assert haberler.comments
    told_comments = tomllib.loads(told.replace("[site.comments]", "[comments]"))["comments"]
    assert told_comments == haberler.comments.model_dump(mode="json", include=set(told_comments))
