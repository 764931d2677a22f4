"""What is known of single publishers beyond what the generic readers find.

One module a publisher; the registry is here. A publisher's markup changes over the years, so a module holds its
generations, newest first, each with a mark by which a page shows that it is of it. Nothing generic belongs here, and
nothing here is used with `generic=True`.
"""

from urllib.parse import urlsplit

from pipelines.extract.page import Page
from pipelines.extract.record import Article
from pipelines.extract.sites import haberler
from pipelines.extract.sites.generation import Generation

SITES: dict[str, tuple[Generation, ...]] = {haberler.HOST: haberler.GENERATIONS}
"""The generations of each known publisher by its host, which stands for its subdomains too."""


def refine(page: Page, article: Article, timezone: str | None = None) -> Article:
    """The article with what its publisher's own markup says better; unchanged for a publisher that is not known."""
    host = urlsplit(page.url).hostname or ""
    for known, generations in SITES.items():
        if host == known or host.endswith(f".{known}"):
            for generation in generations:
                if generation.is_of(page):
                    return generation.refine(page, article, timezone)
    return article
