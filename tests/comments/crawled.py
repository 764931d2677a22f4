"""A small site on loopback whose stories have threads, and runs of the crawl and the extraction over it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from pipelines.crawl.archive import segments
from pipelines.lake import schema
from pipelines.lake.erasure import read_erased
from pipelines.lake.parts import Lake
from pipelines.segments import extract_segment
from pipelines.settings import Site, SiteIndex
from tests.crawl.web import Answer

DAY = date(2026, 3, 1)
SECRET = b"a secret that only tests know"
# Often enough for one run to follow upon another.
_AGES = ["0", *(f"{seconds}s" for seconds in range(1, 120))]
_PROSE = "".join(f"<p>Paragraph {n} says what the council decided that day.</p>" for n in range(15))


def story(title: str, thread: str) -> Answer:
    """A story's page with the markup by which a platform's script finds the thread."""
    return Answer(
        f'<!doctype html><html lang="en"><head><meta property="og:type" content="article"><title>{title}</title></head>'
        f'<body><article><h1>{title}</h1>{_PROSE}</article>{thread}<a href="/">Home</a></body></html>'.encode()
    )


def front(*paths: str) -> Answer:
    """A front page that leads to stories."""
    links = "".join(f'<li><a href="{path}">A story of four words</a></li>' for path in paths)
    return Answer(f"<!doctype html><title>The paper</title><ul>{links}</ul>".encode())


class Proxied(dict[str, Answer]):
    """Answers of a site that hands on what lies below a path to a server behind it."""

    def __init__(self, answers: Mapping[str, Answer], below: str, behind: str) -> None:
        super().__init__(answers)
        self._below, self._behind = below, behind

    def get(self, path: str, default: Any = None) -> Any:
        if not path.startswith(self._below):
            return super().get(path, default)
        given = httpx.get(self._behind + path.removeprefix(self._below), timeout=20)
        return Answer(given.content, given.status_code, {"Content-Type": given.headers["Content-Type"]})


class Workshop:
    """An archive and a lake, and one site after the other crawled into them."""

    def __init__(self, folder: Path, home: str, **site: Any) -> None:
        self.folder, self.archive, self.lake = folder, folder / "archive", Lake(folder / "lake")
        given = {"name": "paper", "language": "en", "start": [f"{home}/"], "delay": 0, "ages": _AGES}
        self.site = Site.model_validate(given | site)
        self.reported: dict[str, Any] = {}

    def crawl(self, *others: Site, comments: bool = True, **job: Any) -> dict[str, Any]:
        """One run as a process of its own; what it reports, also kept in `reported`. Its log lies in `log`."""
        sites = [site.model_dump(mode="json") for site in (self.site, *others)]
        paths = {"archive": str(self.archive), "lake": str(self.folder / "lake")}
        given = {"run_id": "run", "day": DAY.isoformat(), "comments": comments, "sites": sites, **paths, **job}
        command = [sys.executable, "-m", "pipelines.crawl.process"]
        done = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False
        )
        with (self.folder / "log").open("a") as log:
            log.write(done.stderr)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        self.reported = json.loads(done.stdout)
        return self.reported

    def read(self, lake: Lake | None = None, *, secret: bytes | None = SECRET) -> None:
        """Read what was not read yet, as `yanyana reparse` does into an empty lake."""
        for path in segments(self.archive):
            extract_segment(
                path,
                day=DAY,
                lake=lake or self.lake,
                sites=SiteIndex((self.site,)),
                secret=secret,
                workers=1,
                erased=read_erased(self.folder / "erased", SECRET),
            )

    def run(self) -> None:
        """Crawl and read."""
        self.crawl()
        self.read()

    def table(self, table: schema.Table, lake: Lake | None = None) -> pl.DataFrame:
        """Every row of a table, in the order of its key."""
        return (lake or self.lake).scan(table).collect().sort(table.key)
