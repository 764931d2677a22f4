"""Publishing files whole: readers see the old file or the new one, never half of one.

In a folder a file is written beside its place and renamed over it. In object storage the finished file is put, which
is as whole. What object storage is stands in `pipelines.lake.store`.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import BinaryIO

from pipelines.lake.store import ObjectPath, Place, StorageError, fetch

STALE_AFTER = 24 * 3600  # seconds; no writer works on one file for a day, and no reader on what it was told of


@contextmanager
def replacing(path: Place) -> Iterator[Path]:
    """A temporary path to write to; on leaving without an error what was written takes the place of `path`, whole.

    A process that dies inside leaves only a hidden temporary file, which `sweep` removes where `path` is in a folder,
    and the system where it is an object.
    """
    if isinstance(path, ObjectPath):
        with TemporaryDirectory(prefix="yanyana-") as folder:
            temporary = Path(folder) / path.name
            yield temporary
            path.put(temporary)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def rewriting(path: Place) -> Iterator[tuple[BinaryIO, Path]]:
    """A file, open to read, and a temporary path; what is written there takes the file's place, nothing does otherwise.

    Nobody else on this machine rewrites the file meanwhile. Raises StorageError, and replaces nothing, when an object
    was changed from elsewhere.
    """
    if isinstance(path, ObjectPath):
        with _alone(path), TemporaryDirectory(prefix="yanyana-") as folder:
            copy, temporary = Path(folder) / "old", Path(folder) / "new"
            path = replace(path, listed=None)  # whatever a listing said of it, it may have changed since
            before = path.stat()
            fetch(path, copy)
            with copy.open("rb") as file:
                yield file, temporary
            if temporary.exists():
                if path.stat() != before:
                    raise StorageError(f"{path}: was changed by another process while this one rewrote it; run again")
                path.put(temporary)
        return
    with _locked(path) as file:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            yield file, temporary
            if temporary.exists():
                with replacing(path) as whole:
                    temporary.replace(whole)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """The file, open, with nobody else rewriting it; opened anew if it was renamed over while waiting."""
    while True:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                yield file
                return


@contextmanager
def _alone(path: ObjectPath) -> Iterator[None]:
    """Nobody else on this machine works on the object meanwhile."""
    name = blake2b(str(path).encode(), digest_size=8).hexdigest()
    with Path(gettempdir(), f"yanyana-{os.getuid()}-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sweep(folder: Path) -> int:
    """Remove temporary files that dead writers left below `folder`; returns how many."""
    stale = [path for path in folder.rglob(".*.tmp") if path.stat().st_mtime < time.time() - STALE_AFTER]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
