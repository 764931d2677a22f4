import re
import time
from io import StringIO

import pytest
from rich.console import Console

from pipelines import progress as module
from pipelines.progress import Progress, shown


def test_without_a_terminal_a_line_is_said_at_times_and_nothing_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SAID_EVERY", 0.1)
    written, progress = StringIO(), Progress()
    with shown(progress, 10_000_000, 2, Console(file=written)):
        assert written.getvalue() == ""
        progress.add(records=1_200, pages=400, size=5_000_000)
        time.sleep(0.25)
    lines = written.getvalue().splitlines()
    assert 1 <= len(lines) <= 3
    assert re.fullmatch(r"5 of 10 MB: 400 pages of 1,200 records, [0-9.]+ pages a second a core", lines[-1])


def test_on_a_terminal_a_bar_is_shown_that_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHOWN_EVERY", 0.05)
    written, progress = StringIO(), Progress()
    with shown(progress, 10_000_000, 2, Console(file=written, force_terminal=True, width=120)):
        progress.add(records=1_200, pages=400, size=5_000_000)
        time.sleep(0.4)
    assert "400 pages of 1,200 records" in written.getvalue()
    assert "5.0/10.0 MB" in written.getvalue()
    assert written.getvalue().rstrip("\r\n").endswith("\x1b[2K"), "the line is cleared"
