"""`yanyana inspect` as people use it."""

import os
import subprocess
import sys
from pathlib import Path

from pipelines.settings import ROOT
from tests.crawl.web import Answer, Web
from tests.inspecting.page import page


def inspect(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "YANYANA_DATA": str(folder)}
    command = [sys.executable, "-m", "pipelines.cli", "inspect", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_an_address_is_shown_and_drawn_and_nothing_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "data"
    out = tmp_path / "out.html"
    with Web(lambda _: {"/story": Answer(page())}).serving() as web:
        done = inspect(kept, f"{web.url}/story", "--html", str(out))
    assert done.returncode == 0, done.stderr
    assert "2 blocks, 6 items" in done.stdout
    assert f'<base href="{web.url}/story">' in out.read_text(encoding="utf-8")
    assert str(out) in done.stderr
    assert not kept.exists()


def test_what_cannot_be_looked_at_is_said_without_a_traceback(tmp_path: Path) -> None:
    done = inspect(tmp_path, str(tmp_path / "none.html"))
    assert done.returncode == 1
    assert "none.html: cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
