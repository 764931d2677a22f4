"""HTML in, records out. Pure functions: no network, no disk, no Dagster, no database.

`extract_page` is the room's door: it joins what the modules behind it read into one extraction record. `document` makes
the tree, `page` looks things up on it, `landmarks` says where the story stands; `article`, `blocks`, `comment_section`
and `engagement` read their part of the record from it, and `sites` knows single publishers better.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from pipelines.extract.article import read_article
from pipelines.extract.blocks import find_blocks
from pipelines.extract.comment_section import read_comment_section
from pipelines.extract.document import PageLimitError, parse
from pipelines.extract.engagement import read_engagement, read_shares, read_widgets
from pipelines.extract.landmarks import Landmarks
from pipelines.extract.page import Page
from pipelines.extract.record import ExtractionRecord
from pipelines.extract.sites import refine
from pipelines.lake.text import fold

EXTRACTOR_VERSION: Final = "3"
"""Changes whenever the same bytes give another record, so that parts made before are made again."""


def extract_page(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    timezone: str | None = None,
    generic: bool = False,
    author_key: Callable[[str], str] | None = None,
) -> ExtractionRecord:
    """Everything that one page says, as a record; the same arguments give the same record.

    body            the response's body as it came; `content_type` is its header of that name
    url             the address it was captured under
    captured_at     when, with its time zone; relative times ("2 saat önce") count from here
    timezone        IANA name of the site's time zone, for times that the page states without an offset
    generic         leave out what is known of single publishers
    author_key      turns a commenter's identity into a keyed hash; without it commenters stay unnamed

    Never raises: for a page over a limit, or one that a reader of it stumbles over, nothing is extracted and `reason`
    says why.
    """
    document = None
    try:
        document = parse(body, content_type)
        page = Page(document, url, captured_at)
        landmarks = Landmarks(page, fold(page.meta_content("og:title") or ""))
        article = read_article(page, landmarks, timezone)
        if article is not None and not generic:
            article = refine(page, article, timezone)
        return {
            "url": url,
            "language": article["language"] if article else page.language,
            "robots": page.meta_content("yanyana", "robots"),
            "article": article,
            "blocks": find_blocks(page, article, landmarks),
            "comment_section": read_comment_section(page, article, author_key),
            "engagement": read_engagement(page),
            "widgets": read_widgets(page),
            "shares": read_shares(page),
            "reason": None,
        }
    except PageLimitError as error:
        return _nothing(url, str(error))
    except Exception as error:  # the promise to lose no other page for this one
        return _nothing(url, _where(error))
    finally:
        if document is not None:
            document.release()


def _where(error: Exception) -> str:
    """An unforeseen error by type and place; its message is left out, since it may quote the page."""
    place = "pipelines.extract"
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("pipelines."):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"the extractor failed on this page: {type(error).__name__} at {place}; please report it with the page"


def _nothing(url: str, reason: str) -> ExtractionRecord:
    return {
        "url": url,
        "language": None,
        "robots": None,
        "article": None,
        "blocks": [],
        "comment_section": {
            "present": False,
            "platform": None,
            "endpoint": None,
            "thread_id": None,
            "claimed_count": None,
            "char_limit": None,
            "closed": None,
            "login_required": None,
            "policy": None,
            "comments": [],
        },
        "engagement": [],
        "widgets": [],
        "shares": [],
        "reason": reason,
    }
