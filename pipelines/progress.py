"""How far the reading of WARC files has come: counted by all processes that read, shown by the one that waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Event, Thread
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

_SHOWN_EVERY = 0.25  # seconds, on a terminal
_SAID_EVERY = 30.0  # seconds, in a log


class Progress:
    """Counts that worker processes share; handed to them when they start, since only then it can be."""

    def __init__(self) -> None:
        self._counts = get_context("spawn").Array("q", 3)
        self._began = monotonic()

    def add(self, *, records: int = 0, pages: int = 0, size: int = 0) -> None:
        """Count WARC records, pages read to the end, and bytes of the files."""
        with self._counts.get_lock():
            for place, count in enumerate((records, pages, size)):
                self._counts[place] += count

    @property
    def size(self) -> int:
        """Bytes of the files so far."""
        return self._counts[2]

    def said(self, workers: int) -> str:
        """What was read so far, and how fast a core of `workers` reads."""
        records, pages, _ = self._counts[:]
        speed = pages / (monotonic() - self._began) / workers
        return f"{pages:,} pages of {records:,} records, {speed:.1f} pages a second a core"


@contextmanager
def shown(progress: Progress, total: int, workers: int, console: Console) -> Iterator[None]:
    """Show how much of `total` bytes is read while the context lasts: a bar, or without a terminal a line at times."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    bar = Bar(*columns, console=console, transient=True, disable=not console.is_terminal)
    ended = Event()

    def watch() -> None:
        while not ended.wait(_SHOWN_EVERY if console.is_terminal else _SAID_EVERY):
            if console.is_terminal:
                bar.update(task, completed=progress.size, description=progress.said(workers))
            else:
                console.print(
                    f"{progress.size / 1e6:,.0f} of {total / 1e6:,.0f} MB: {progress.said(workers)}", soft_wrap=True
                )

    with bar:
        task = bar.add_task(progress.said(workers), total=total)
        watching = Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield
        finally:
            ended.set()
            watching.join()
