"""Where the archive and the lake lie: a folder, or a prefix in a bucket of S3-compatible object storage.

The one module that knows object storage. An `ObjectPath` answers to the part of `pathlib.Path` that the archive and the
lake use, so that whoever reads does not ask which of the two it has; how either is written, whole or not at all, stands
in `pipelines.lake.files`. Endpoint, region and keys are those of the environment, under the names that every S3 client
reads: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. No value here holds
them, so none can show up in a log or travel to another process.
"""

import io
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, Literal, NamedTuple, Self, TypeVar

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from pipelines.errors import YanyanaError

MAX_RETRIES: Final = 8  # of a request that failed for the moment, with waits that double from 0.1 s to 10 s
_PATIENCE: Final = timedelta(minutes=3)  # after which a request is not tried again, however seldom it was
_SILENCE: Final = timedelta(seconds=30)  # of a server, after which a request counts as failed
_DOWNLOADS: Final = 8  # at a time
_URL: Final = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[\w.=@+-]+)*)/?", re.ASCII)


class StorageError(YanyanaError):
    """Object storage cannot be reached or refuses; the message names the object and the remedy."""


class Stat(NamedTuple):
    """Size in bytes, time of writing in seconds since 1970, and the version's tag."""

    st_size: int
    st_mtime: float
    tag: str | None


@dataclass(frozen=True, order=True, slots=True)
class ObjectPath:
    """An object, or a prefix that stands for a folder, in a bucket; its methods mean what those of `Path` do.

    Raises StorageError where a `Path` raises OSError, except FileNotFoundError for an object that is not there.
    `listed` is what a listing said of the object, which spares asking again.
    """

    bucket: str
    key: str
    listed: Stat | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}".rstrip("/")

    def __truediv__(self, name: str) -> Self:
        return type(self)(self.bucket, f"{self.key}/{name}".lstrip("/"))

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The name without its last ending."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def parent(self) -> Self:
        """The folder that it lies in."""
        return type(self)(self.bucket, self.key.rpartition("/")[0])

    def open(self, mode: Literal["rb"] = "rb") -> BinaryIO:
        """The object's bytes, with random access; fetched as they are read."""
        with _telling(self):
            return io.BufferedReader(_Reading(self, obstore.open_reader(_client(self.bucket), self.key)))

    def stat(self) -> Stat:
        """Size and time of writing, as a listing or the storage says."""
        if self.listed:
            return self.listed
        with _telling(self):
            return _stat(obstore.head(_client(self.bucket), self.key))

    def exists(self) -> bool:
        """Whether there is such an object now; a prefix is none."""
        try:
            replace(self, listed=None).stat()
        except FileNotFoundError:
            return False
        return True

    def put(self, file: Path) -> None:
        """Make the object a copy of a file: readers see all of it or what was there before."""
        with _telling(self):
            obstore.put(_client(self.bucket), self.key, file)

    def unlink(self, missing_ok: bool = False) -> None:
        """Remove the object. Whether it was there, storage does not tell, so that none is ever missed."""
        with _telling(self):
            obstore.delete(_client(self.bucket), self.key)

    def glob(self, pattern: str) -> Iterator[Self]:
        """What lies below and fits the pattern, in which `*` stands for any characters but a slash.

        A pattern of one name finds folders too, one of several finds objects only.
        """
        fixed = pattern[: pattern.index("*")].rpartition("/")[0] if "*" in pattern else pattern.rpartition("/")[0]
        within = self / fixed if fixed else self
        wanted = re.compile(re.escape(f"{self.key}/{pattern}".lstrip("/")).replace(r"\*", "[^/]*"))
        with _telling(self):
            if "/" in pattern.removeprefix(fixed).lstrip("/"):
                found = within._below()
            else:
                level = obstore.list_with_delimiter(_client(self.bucket), within.key or None)
                folders = (type(self)(self.bucket, key) for key in level["common_prefixes"])
                found = [*folders, *map(within._listed, level["objects"])]
        return (path for path in found if wanted.fullmatch(path.key))

    def rglob(self, pattern: str) -> Iterator[Self]:
        """Every object below whose name fits the pattern."""
        wanted = re.compile(re.escape(pattern).replace(r"\*", "[^/]*"))
        with _telling(self):
            found = self._below()
        return (path for path in found if wanted.fullmatch(path.name))

    def _below(self) -> list[Self]:
        pages = obstore.list(_client(self.bucket), self.key or None)
        return [self._listed(each) for page in pages for each in page]

    def _listed(self, meta: Any) -> Self:
        return type(self)(self.bucket, meta["path"], _stat(meta))


Place = Path | ObjectPath
AnyPlace = TypeVar("AnyPlace", bound=Place)


def place(url: str | Place) -> Place:
    """The place at a URL: `s3://bucket/prefix`, or else the path of a folder or file.

    Raises ValueError, saying what to write, for any other URL.
    """
    if isinstance(url, ObjectPath) or "://" not in str(url):
        return url if isinstance(url, ObjectPath) else Path(url)
    written = _URL.fullmatch(str(url))
    if not written:
        raise ValueError(
            f"{str(url)!r} is neither a folder nor s3://bucket/prefix with a prefix of letters, digits and . _ - = @ +"
        )
    return ObjectPath(written[1], written[2].lstrip("/"))


def environment_lacks() -> str | None:
    """What is missing or wrong among the variables that say how object storage is reached; None where nothing is."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint and not re.match(r"https?://[^/\s]+", endpoint):
        return f"AWS_ENDPOINT_URL is {endpoint!r}; write the storage's address, such as https://storage.example:9000"
    if not (endpoint or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")):
        return (
            "set AWS_REGION to the bucket's region, or AWS_ENDPOINT_URL to the address of other storage than Amazon's"
        )
    if bool(os.environ.get("AWS_ACCESS_KEY_ID")) != bool(os.environ.get("AWS_SECRET_ACCESS_KEY")):
        return "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither where the machine itself has a role"
    return None


def polars_options(paths: Sequence[Place]) -> dict[str, Any]:
    """What Polars' scanning and reading functions need besides the paths' names to open them."""
    if not paths or isinstance(paths[0], Path):
        return {}
    return {
        # Polars finds keys as our own client does; left to itself it asks another library for them.
        "credential_provider": None,
        "storage_options": {
            **_options(),
            "max_retries": MAX_RETRIES,
            "retry_timeout_ms": _PATIENCE // timedelta(milliseconds=1),
        },
    }


@contextmanager
def on_disk(paths: Sequence[Place], folder: Path) -> Iterator[list[Path]]:
    """Files for programs that read nothing but files: the same ones, or copies of objects while the context lasts.

    Copies lie in a directory of their own in `folder`, and keep the order and the endings of their names.
    """
    local = [path for path in paths if isinstance(path, Path)]
    if len(local) == len(paths):
        yield local
        return
    with TemporaryDirectory(prefix=".fetched.", dir=folder) as fetched, ThreadPoolExecutor(_DOWNLOADS) as pool:
        copies = [Path(fetched) / f"{number}-{path.name}" for number, path in enumerate(paths)]
        list(pool.map(fetch, paths, copies))
        yield copies


def fetch(source: Place, target: Path) -> None:
    """Copy an object, or a file, to a file on this machine."""
    with source.open("rb") as reading, target.open("wb") as writing:
        copyfileobj(reading, writing, 2**20)


class _Reading(io.RawIOBase):
    """An object's bytes as Python's own readers want them."""

    def __init__(self, path: ObjectPath, reader: "obstore.ReadableFile") -> None:
        self._path, self._reader = path, reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        with _telling(self._path):
            return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: Any, /) -> int:
        with _telling(self._path):
            found = self._reader.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _stat(meta: Any) -> Stat:
    return Stat(meta["size"], meta["last_modified"].timestamp(), meta["e_tag"])


def _options() -> dict[str, str]:
    """What the environment does not say in words that the client library knows."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    # Whoever names an endpoint without TLS, on loopback most often, means it.
    return {"aws_allow_http": "true"} if endpoint.startswith("http://") else {}


@lru_cache(maxsize=16)
def _client(bucket: str) -> S3Store:
    return S3Store(
        bucket,
        client_options={
            "allow_http": "aws_allow_http" in _options(),
            "connect_timeout": timedelta(seconds=10),
            "read_timeout": _SILENCE,
            "timeout": timedelta(minutes=5),
        },
        retry_config={
            "max_retries": MAX_RETRIES,
            "retry_timeout": _PATIENCE,
            "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": timedelta(seconds=10), "base": 2},
        },
    )


@contextmanager
def _telling(path: ObjectPath) -> Iterator[None]:
    """Say of a failed request what it was about and what to do."""
    try:
        yield
    except (BaseError, OSError) as error:
        said = str(error).partition("\n\nDebug source")[0]
        code = re.search("<Code>(.*?)</Code>", said)
        said = said.partition("<?xml")[0].removesuffix(": ") + (f": {code[1]}" if code else "")
        if code and code[1] == "NoSuchBucket":
            remedy = f"there is no bucket {path.bucket}; create it, or correct YANYANA_ARCHIVE and YANYANA_LAKE"
        elif isinstance(error, FileNotFoundError):
            raise FileNotFoundError(f"{path}: there is no such object") from error
        # A listing that is refused comes as an error of no kind.
        elif isinstance(error, (PermissionDeniedError, UnauthenticatedError)) or re.search("code: 40[13]", said):
            remedy = (
                "access is denied; give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of an account that may list "
                f"the bucket {path.bucket} and get, put and delete its objects"
            )
        else:
            remedy = (
                "the storage does not answer as it should; see that it runs and that AWS_ENDPOINT_URL and AWS_REGION "
                "are right, and run again: what was written stays"
            )
        raise StorageError(f"{path}: {remedy} ({said})") from error
