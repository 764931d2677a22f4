"""Typed settings: `data/sites.toml` (what to crawl) and `YANYANA_*` variables (where and how), validated at start.

Only the edges read this module: assets, the command line and the crawl process. The rooms get plain values.
"""

import os
import re
import tomllib
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import tldextract
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as NotReadable

from pipelines.comments.rules import OwnThreads
from pipelines.errors import YanyanaError
from pipelines.lake.engine import Engine, spark_lacks, spark_session
from pipelines.lake.schema import TOPICS
from pipelines.lake.store import ObjectPath, Place, environment_lacks, place

ROOT = Path(__file__).resolve().parent.parent
LEAST_DELAY = 1.0  # seconds between two requests to one site that is not ours
_LOOPBACK = re.compile(r"^(localhost|127(\.\d+){3}|\[?::1\]?)$")
# The list of public suffixes that ships with the library: never fetched.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class SettingsError(YanyanaError):
    """A setting is missing or wrong; the message names file, line and key."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone; write one such as Europe/Istanbul") from error
    return name


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def _span(text: object) -> timedelta:
    written = re.fullmatch(r"(\d{1,6})([smhdw])|0", text) if isinstance(text, str) else None
    if not written:
        raise ValueError(f'{text!r} is no span of time; write "0", or a number with s, m, h, d or w, such as "6h"')
    return timedelta(seconds=int(written[1] or 0) * _SECONDS[written[2] or "s"])


def _rising(ages: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    if not ages or ages[0] or any(before >= after for before, after in pairwise(ages)):
        raise ValueError('the ages of a story begin with "0" and rise')
    return ages


def reachable(url: str | Place) -> Place:
    """The place at a URL. Raises ValueError where it is none, or the environment does not say how to reach it."""
    found = place(url)
    if isinstance(found, ObjectPath) and (lack := environment_lacks()):
        raise ValueError(lack)
    return found


Span = Annotated[
    timedelta, BeforeValidator(_span), PlainSerializer(lambda span: f"{span.total_seconds():.0f}s", return_type=str)
]
Where = Annotated[Place, NoDecode, PlainValidator(reachable)]
Ages = Annotated[tuple[Span, ...], AfterValidator(_rising)]
_AGES = tuple(timedelta(hours=hours) for hours in (0, 1, 6, 24, 7 * 24))
_LISTS_EVERY = timedelta(minutes=30)


def is_loopback(url: str) -> bool:
    """Whether an address points at this machine."""
    return bool(_LOOPBACK.match(urlsplit(url).hostname or ""))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(_Strict):
    """One `[[site]]`: a publisher, where its stories are found and what is known about it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$")]
    enabled: bool = True
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    start: tuple[HttpUrl, ...] = ()
    feeds: tuple[HttpUrl, ...] = ()
    sitemaps: tuple[HttpUrl, ...] = ()
    delay: Annotated[float, Field(ge=0)] = 5.0
    max_pages: Annotated[int, Field(ge=1)] = 200
    ages: Ages = _AGES
    lists_every: Span = _LISTS_EVERY
    sections: dict[str, Literal[TOPICS]] = {}  # type: ignore[valid-type]
    comments: OwnThreads | None = None

    @property
    def seeds(self) -> tuple[str, ...]:
        """All addresses that a crawl begins with."""
        return tuple(str(url) for url in (*self.start, *self.feeds, *self.sitemaps))

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts (with the port where one is given) that belong to the site, without `www.`."""
        return frozenset(_host(url) for url in self.seeds)


class Crawl(_Strict):
    """The `[crawl]` table: who we are to the sites, and what holds of each that says nothing else.

    `ages` is when a story is captured, counted from its publication or else its discovery; `lists_every` is how often
    start pages, feeds, sitemaps and sections are read. Answers that ask not to be archived are left out unless
    `keep_noarchive`.
    """

    contact: str = ""
    ages: Ages = _AGES
    lists_every: Span = _LISTS_EVERY
    keep_noarchive: bool = True


class KeepDays(_Strict):
    """How many days the archive keeps the responses of comment platforms, and all others; without a number for good."""

    comments: Annotated[int, Field(ge=1)] = 30
    pages: Annotated[int, Field(ge=1)] | None = None


class Archive(_Strict):
    """The `[archive]` table: how long what came in is kept as it came. What was read of it stays."""

    keep_days: KeepDays = KeepDays()


class Demo(_Strict):
    """The `[newsroom]` table: the demo sites, served on loopback while a crawl runs."""

    enabled: bool = False
    seed: int = 7


class Sites(_Strict):
    """The whole of sites.toml."""

    crawl: Crawl = Crawl()
    archive: Archive = Archive()
    newsroom: Demo = Demo()
    site: tuple[Site, ...] = ()

    @property
    def enabled(self) -> tuple[Site, ...]:
        """The sites that are crawled."""
        return tuple(site for site in self.site if site.enabled)

    def chosen(self, names: Collection[str]) -> tuple[Site, ...]:
        """The enabled sites of these names, or all of them without a name. Raises SettingsError for any other name."""
        enabled = {site.name: site for site in self.enabled}
        if unknown := sorted(set(names) - set(enabled)):
            raise SettingsError(
                f"no enabled site is named {unknown[0]!r}; sites.toml enables {', '.join(enabled) or 'none'}"
            )
        return tuple(site for site in self.enabled if not names or site.name in names)


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower().rpartition("@")[2].removeprefix("www.")


def _line_of(text: str, location: tuple[int | str, ...]) -> int | None:
    """The line (from 1) of sites.toml that sets the value at a validation error's location, or opens its table."""
    keys = [part for part in location if isinstance(part, str)]
    wanted = location[1] if len(location) > 1 and isinstance(location[1], int) else 0
    table: list[str] = []
    sites, found = -1, None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line):
            table = here = header[1].replace('"', "").split(".")
            sites += line.lstrip().startswith("[[")
        elif assigned := re.match(r"""\s*["']?([^\s"'=#]+)["']?\s*=""", line):
            here = [*table, assigned[1]]
        else:
            continue
        if keys[: len(here)] == here and (here[0] != "site" or sites == wanted):
            found = number
    return found


def _mistakes(sites: Sites) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """What is wrong between settings that are each valid: where it stands, and what to do."""
    names = [site.name for site in sites.site]
    for at, site in enumerate(sites.site):
        strange = not all(map(is_loopback, site.seeds))
        if site.name in names[:at]:
            yield ("site", at, "name"), f"two sites are named {site.name!r}; a name identifies one site"
        if site.name == "all":
            yield ("site", at, "name"), "'all' stands for every site together in the results; name the site otherwise"
        if not site.seeds:
            yield ("site", at), "give at least one address in start, feeds or sitemaps"
        if strange and site.delay < LEAST_DELAY:
            too_short = f"{site.delay} s is too short for a site on the internet; {LEAST_DELAY} s is the least"
            yield ("site", at, "delay"), too_short
        if strange and site.enabled and not sites.crawl.contact:
            yield (
                ("crawl", "contact"),
                f"site {site.name!r} is on the internet: give an address or page where its publisher can reach you (it "
                "goes into the User-Agent), or switch the site off with enabled = false",
            )


def read_sites(path: Path) -> Sites:
    """sites.toml, validated. Raises SettingsError with one line per mistake: file, line, key, what is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: there is no such file; name another with YANYANA_SITES") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    try:
        sites = Sites.model_validate(values)
        mistakes = list(_mistakes(sites))
    except ValidationError as error:
        mistakes = [(mistake["loc"], mistake["msg"]) for mistake in error.errors()]
    else:
        if not mistakes:
            return sites.model_copy(update={"site": tuple(_with_defaults(site, sites.crawl) for site in sites.site)})
    lines = []
    for location, message in mistakes:
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
        lines.append(f"{path}:{_line_of(text, location) or 1}: {key}: {message.removeprefix('Value error, ')}")
    raise SettingsError("\n".join(lines))


def _with_defaults(site: Site, crawl: Crawl) -> Site:
    defaults = {"ages": crawl.ages, "lists_every": crawl.lists_every}
    return site.model_copy(update={key: value for key, value in defaults.items() if key not in site.model_fields_set})


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """Where things lie and what works on them; each field is a `YANYANA_…` variable.

    `archive` and `lake`, of WARC segments and of Parquet parts, are folders in `data` unless they are given; each may
    be a prefix in S3-compatible storage, `s3://bucket/prefix`, reached as the AWS_* variables say.
    `workers` is how many processes read pages, one a core by itself. `engine` counts: `polars` here, or `spark` at the
    address `spark`, a master or a Connect server, with further settings of Spark in `spark_conf` (a JSON object).
    """

    model_config = SettingsConfigDict(env_prefix="YANYANA_", extra="ignore", frozen=True)

    data: Path = ROOT / "data"
    archive: Where = Field(default_factory=lambda others: others["data"] / "archive")
    lake: Where = Field(default_factory=lambda others: others["data"] / "lake")
    sites: Path = ROOT / "data" / "sites.toml"
    workers: Annotated[int, Field(ge=1)] = Field(default_factory=_cores)
    spark: Annotated[str, Field(pattern=r"^(local(\[.+\])?$|local-cluster\[|yarn$|(spark|k8s|sc)://.)")] = "local[*]"
    spark_conf: dict[str, str] = {}
    engine: Literal["polars", "spark"] = "polars"
    author_secret: str | None = None
    disqus_api_key: str | None = None

    @field_validator("engine")
    @classmethod
    def _can_count(cls, engine: str, others: ValidationInfo) -> str:
        if engine == "spark" and (lack := spark_lacks(others.data.get("spark", ""))):
            raise ValueError(lack)
        return engine

    @property
    def staging(self) -> Path:
        """The folder in which a crawl writes its segments: the archive itself, where that is a folder."""
        return self.archive if isinstance(self.archive, Path) else self.data / "staging"

    @property
    def erased(self) -> Path:
        """The list of what was erased, as keyed marks. It has to outlive the lake, which can be made again."""
        return self.data / "erased"

    @property
    def database(self) -> Path:
        """The published DuckDB file."""
        return self.data / "yanyana.duckdb"

    @property
    def report(self) -> Path:
        """The published HTML report."""
        return self.data / "report" / "index.html"

    @cached_property
    def configured(self) -> Sites:
        """sites.toml, validated."""
        return read_sites(self.sites)

    def session(self) -> AbstractContextManager[Engine]:
        """The engine that counts, while the context lasts (`pipelines.lake.engine`)."""
        return spark_session(self.spark, self.spark_conf) if self.engine == "spark" else nullcontext()

    def secret(self) -> bytes | None:
        """The secret for commenters' keyed hashes, of the environment or else `secret.key`; None when there is none.

        Raises SettingsError when the key file is open to others than its owner.
        """
        if self.author_secret:
            return self.author_secret.encode()
        path = self.data / "secret.key"
        if not path.exists():
            return None
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path} can be read by others than its owner: chmod 600 {path}")
        return path.read_bytes().strip()


def load() -> Settings:
    """Settings from the environment. Raises SettingsError naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong: list[Any] = error.errors()
        raise SettingsError(
            "\n".join(f"YANYANA_{e['loc'][0]}".upper() + f": {e['msg'].removeprefix('Value error, ')}" for e in wrong)
        ) from error
    except NotReadable as error:
        raise SettingsError(f"YANYANA_SPARK_CONF: no JSON object: {error.__cause__}") from error


class SiteIndex:
    """Which site an address belongs to."""

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self._by_host = {host: site for site in sites for host in site.hosts}

    def configured(self, url: str) -> Site | None:
        """The configured site of an address, subdomains included; None for a stranger."""
        host = _host(url)
        while host:
            if host in self._by_host:
                return self._by_host[host]
            host = host.partition(".")[2]
        return None

    def name(self, url: str) -> str:
        """The site's name: the configured one, else the registrable domain, else the host."""
        site = self.configured(url)
        if site:
            return site.name
        host = _host(url)
        return _SUFFIXES(host).top_domain_under_public_suffix or host or "unknown"
