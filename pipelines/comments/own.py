"""A site's own comment system, read by expressions that the site's configuration gives.

Belongs here: comments on a page of their own, in HTML (CSS selectors with parsel's `::text` and `::attr(name)`) or in
JSON (JMESPath). Comments that stand in the story's page are the extraction's. Without a selector for comments the page
is read as schema.org data.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from dateparser.date import DateDataParser
from parsel import Selector
from w3lib.encoding import html_to_unicode

from pipelines.comments import schema_org
from pipelines.comments.adapter import Answer, Draft, Page, Request, Response, Thread
from pipelines.comments.parsing import Unreadable, ensure_ok, plain_text, sendable
from pipelines.comments.rules import OwnThreads

# A short word behind a number may shorten it ("12 bin", "3K"): how much that is depends on the language.
_COUNT = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:[.,\s]\d{3})+|\d+)(?![\d.,])(?!\s?[^\W\d_]{1,4}\b)")
_MAX_COUNT = 2**63


@dataclass(frozen=True, slots=True)
class Own:
    """A site's own pages of comments. `language` (BCP 47) and `timezone` (IANA) are the site's, for written times."""

    rules: OwnThreads
    language: str
    timezone: str

    def threads_of(self, page: Page) -> list[Thread]:
        """The comments that belong to a story's address; the page itself need not mention them."""
        match = re.fullmatch(self.rules.story, page.url)
        if match is None:
            return []
        return [Thread(page.site, page.url, "own", urljoin(page.url, "/"), sendable(match.expand(self.rules.thread)))]

    def first(self, thread: Thread, since: datetime | None) -> Request:
        """The first page of comments; such pages know no `since`."""
        return Request(thread.thread_id)

    def parse(self, thread: Thread, response: Response) -> Answer:
        """One page of comments."""
        ensure_ok(response)
        rules = self.rules
        text = html_to_unicode(response.headers.get("content-type"), response.body)[1]
        page = _selector(text, rules.format, response)
        if rules.comment is None:
            items = schema_org.drafts(text, lambda time: self._when(time, response))
        else:
            items = [self._draft(item, response) for item in _select(page, rules.comment)]
        following = _value(page, rules.next)
        count = _count(_value(page, rules.count))
        # Where a site has changed its markup, its comments must not count as gone.
        lost = None if items or count == 0 else "no comments found; does [site.comments] fit the page?"
        return Answer(
            drafts=tuple(items),
            counts={} if count is None else {"": count},
            rest=(Request(sendable(urljoin(response.url, following))),) if following else (),
            begins=response.url == thread.thread_id,
            gap=f"{response.url}: {lost}" if lost else None,
        )

    def _draft(self, item: Selector, response: Response) -> Draft:
        rules = self.rules
        written, source = self._when(_value(item, rules.time), response) or (None, "stated")
        return Draft(
            id=_value(item, rules.id),
            parent_id=_value(item, rules.parent),
            text=plain_text(str(item.get()) if rules.text is None else _value(item, rules.text) or ""),
            author_id=_value(item, rules.author_id),
            author_name=plain_text(_value(item, rules.author) or "") or None,
            created_at=written,
            created_at_from=source,
            likes=_count(_value(item, rules.likes)),
            dislikes=_count(_value(item, rules.dislikes)),
        )

    def _when(self, text: str | None, response: Response) -> tuple[datetime, Literal["stated", "relative"]] | None:
        return read_time(text, self.language, self.timezone, response.captured_at) if text else None


def read_time(
    text: str, language: str, timezone: str, captured_at: datetime
) -> tuple[datetime, Literal["stated", "relative"]] | None:
    """A time as a site writes it, in the site's zone where it states no offset; reckoned from the capture if relative.

    None for what is no time in that language, or no whole date.
    """
    text = plain_text(text)
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        stated = _parsed(text, language, None)
    if stated is not None:
        return stated if stated.tzinfo else stated.replace(tzinfo=ZoneInfo(timezone)), "stated"
    now = captured_at.astimezone(UTC).replace(tzinfo=None)
    reckoned = _parsed(text, language, now)
    return (reckoned.replace(tzinfo=UTC), "relative") if reckoned is not None and reckoned <= now else None


def _parsed(text: str, language: str, now: datetime | None) -> datetime | None:
    parser = _parser(language.partition("-")[0], now)
    return parser.get_date_data(text).date_obj if parser is not None and text else None


@lru_cache(maxsize=16)
def _parser(language: str, now: datetime | None) -> DateDataParser | None:
    """A parser for times relative to `now`, or else for written ones; None for a language that dateparser lacks."""
    settings: dict[str, Any] = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]}
    if now is not None:
        settings = {"PARSERS": ["relative-time"], "RELATIVE_BASE": now}
    try:
        return DateDataParser(languages=[language], settings=settings)
    except ValueError:
        return None


def _selector(text: str, kind: Literal["html", "json"], response: Response) -> Selector:
    try:
        page = Selector(text, type=kind)
    except RecursionError:
        page = None
    if page is None or page.root is None:
        raise Unreadable(f"{response.url}: no {kind.upper()} that can be read")
    return page


def _select(place: Selector, expression: str) -> list[Selector]:
    return place.jmespath(expression) if place.type == "json" else place.css(expression)


def _value(place: Selector, expression: str | None) -> str | None:
    """The first value that an expression selects, as text; None where there is none or it is blank."""
    found = _select(place, expression) if expression else []
    value = found[0].get() if found else None
    return str(value).strip() or None if value is not None and not isinstance(value, dict | list) else None


def _count(text: str | None) -> int | None:
    """The first whole number in a text, thousands grouped or not; shortened ones are none."""
    match = _COUNT.search(plain_text(text)) if text else None
    count = int(re.sub(r"\D", "", match[0])) if match else None
    return count if count is not None and count < _MAX_COUNT else None
