"""Publishing files whole: readers see the old file or the new one, never half of one."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STALE_AFTER = 24 * 3600  # seconds; no writer works on one file for a day


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; on leaving without an error it is synced and renamed over `path`.

    A process that dies inside leaves only a hidden temporary file, which `sweep` removes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Remove temporary files that dead writers left below `folder`; returns how many."""
    stale = [path for path in folder.rglob(".*.tmp") if path.stat().st_mtime < time.time() - _STALE_AFTER]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
