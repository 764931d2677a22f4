"""The newsroom as a whole: all sites built from one seed, and the truth planted in them. No socket is opened here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.newsroom.pages import Response, render
from pipelines.newsroom.plan import Article, plan
from pipelines.newsroom.sites import DESIGNS, Design

HOST = "127.0.0.1"
DEFAULT_PORTS: Mapping[str, int] = {design.name: design.port for design in DESIGNS}
DEFAULT_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """One site ready to be served: what it answers to each path (with its query), and to any other."""

    design: Design
    port: int
    pages: Mapping[str, Response]
    not_found: Response

    @property
    def name(self) -> str:
        """The site's name as in sites.toml, `demo-…`."""
        return self.design.name

    @property
    def url(self) -> str:
        """The address of the front page."""
        return f"{base_url(self.port)}/"


@dataclass(frozen=True, slots=True)
class Newsroom:
    """The demo sites and, beside them, the truth: every article with the blocks and comments planted on its page."""

    sites: tuple[Site, ...]
    articles: tuple[Article, ...]


def base_url(port: int) -> str:
    """Scheme and authority of the site on a port."""
    return f"http://{HOST}:{port}"


def truth(seed: int = 7, now: datetime = DEFAULT_NOW, ports: Mapping[str, int] = DEFAULT_PORTS) -> tuple[Article, ...]:
    """Every article of every site as planted; the pages that `build` makes of the same arguments show exactly this."""
    if now.tzinfo is None:
        raise ValueError(f"The newsroom's now, {now.isoformat()}, names no time zone; give an aware datetime.")
    return tuple(article for design in DESIGNS for article in plan(design, base_url(ports[design.name]), seed, now))


def build(seed: int = 7, now: datetime = DEFAULT_NOW, ports: Mapping[str, int] = DEFAULT_PORTS) -> Newsroom:
    """All sites, a pure function of its arguments: equal arguments give equal bytes on every machine.

    The news lies within the three days before `now` (an aware time), which by default is fixed, for equal bytes' sake.
    `ports` gives each site's port by name; a site is its host and port, so they stand in the pages.
    """
    articles = truth(seed, now, ports)
    sites = []
    for design in DESIGNS:
        port = ports[design.name]
        own = [article for article in articles if article.site == design.name]
        sites.append(Site(design, port, *render(design, own, base_url(port), now)))
    return Newsroom(tuple(sites), articles)
