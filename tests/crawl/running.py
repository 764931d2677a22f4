"""Crawls run as an operator runs them, for tests that judge them from outside."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.newsroom.anchor import Site


@dataclass(frozen=True)
class Run:
    """What a process that has ended took: seconds of CPU, bytes of memory at its largest."""

    cpu: float
    largest: int


def crawl(data: Path, sites: Sequence[Site], contact: str = "") -> Run:
    """One run of the crawl over sites, to its end."""
    job = {
        "run_id": "run",
        "day": "2026-03-01",
        "archive": str(data / "archive"),
        "lake": str(data / "lake"),
        "contact": contact,
        "sites": [site.configured() for site in sites],
    }
    (data / "job").write_text(json.dumps(job))
    with (data / "job").open() as given, (data / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.crawl.process"], stdin=given, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (data / "said").read_text()
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
