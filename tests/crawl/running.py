"""Crawls run as processes, as an operator's machine runs them, for tests that judge them from outside."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.crawl.archive import Exchange, read_segment, segments
from pipelines.newsroom.anchor import Site

COMMAND = [sys.executable, "-m", "pipelines.crawl.process"]


@dataclass(frozen=True)
class Run:
    """What a run reported, and what its process took: bytes of memory at its largest."""

    reports: dict[str, dict[str, Any]]
    largest: int


def job(data: Path, sites: Sequence[Site], *, contact: str = "", ages: Sequence[str] = ("0",)) -> str:
    """The job of one run over sites, whose archive and lake lie in `data`; stories are read at `ages`."""
    return json.dumps(
        {
            "run_id": "run",
            "day": "2026-03-01",
            "archive": str(data / "archive"),
            "lake": str(data / "lake"),
            "contact": contact,
            "sites": [site.configured() | {"ages": list(ages)} for site in sites],
        }
    )


def start(given: str, data: Path, command: Sequence[str] = COMMAND) -> subprocess.Popen[bytes]:
    """Start a run; what it says comes into the files `said` and `log` of `data`."""
    (data / "job").write_text(given)
    with (data / "job").open() as stdin, (data / "said").open("w") as stdout, (data / "log").open("w") as stderr:
        return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=stderr)


def crawl(data: Path, sites: Sequence[Site], *, contact: str = "", ages: Sequence[str] = ("0",)) -> Run:
    """One run to its end."""
    process = start(job(data, sites, contact=contact, ages=ages), data)
    largest = 0
    while process.poll() is None:
        largest = max(largest, _largest(process.pid))
        time.sleep(0.05)
    assert process.returncode == 0, (data / "log").read_text()
    assert "Traceback" not in (data / "log").read_text()
    reports = json.loads((data / "said").read_text())["reports"]
    return Run({report["site"]: report for report in reports}, largest)


def _largest(process: int) -> int:
    """The most memory that a process has held, in bytes; `wait4` would count that of the one it was forked from."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def exchanges(data: Path) -> list[Exchange]:
    """Everything that the archive in `data` holds, in the order in which it was written."""
    found = (each for path in segments(data / "archive") for each in read_segment(path))
    return [each for each in found if isinstance(each, Exchange)]
