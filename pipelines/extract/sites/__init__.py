"""What is known of single publishers beyond what the generic readers find.

One module a publisher; the registry is here. A publisher's markup changes over the years, so a module holds its
generations, each with the time from which it was seen and a test by which a page shows that it is of it: an old capture
is read as what it was. Nothing generic belongs here, and nothing here is used with `generic=True`.
"""

from pipelines.extract.page import Page
from pipelines.extract.record import Article


def refine(page: Page, article: Article, timezone: str | None) -> Article:
    return article
