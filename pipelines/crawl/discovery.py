"""Where stories are found: bytes of a feed, a sitemap or a front page in, addresses out.

Pure functions that fetch nothing. Documents come from strangers: entities are never expanded, what is broken is read
as far as it goes, what is none of these documents gives nothing, and of what is endless only so much is taken. Which
addresses are asked for, and when, is decided in `pipelines.crawl.frontier`; what a page means, in `pipelines.extract`.
"""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from heapq import nlargest
from itertools import islice
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree, html  # pyright: ignore[reportAttributeAccessIssue]
from w3lib.encoding import html_to_unicode

from pipelines.crawl.archive import MAX_BODY

_NO_PAGE: Final = re.compile(
    r"\.(avif|bmp|css|csv|docx?|eot|epub|exe|gif|gz|ico|jpe?g|js|json|m3u8|m4a|mov|mp3|mp4|ogg|pdf|png|pptx?|rar|rss|"
    r"svg|tar|tiff?|ttf|txt|wav|webm|webp|woff2?|xlsx?|xml|zip)$",
    re.IGNORECASE,
)
# Path segments of pages that are no stories and list none: accounts, searches, legal pages, lists by tag or author.
_NO_NEWS: Final = re.compile(
    r"/(abone|about|account|admin|advertis\w+|agb|ajax|api|arama|author|autor|auth|basket|bize-ulasin|cart|cdn-cgi|"
    r"cerez[\w-]*|contact|cookies?|datenschutz|etiket(ler)?|faq|feeds?|giris|gizlilik[\w-]*|hakkimizda|help|iletisim|"
    r"impressum|kontakt|kullanim[\w-]*|k[uü]nye|kvkk|legal|log(in|out)|media-kit|newsletter|page|privacy[\w-]*|"
    r"profile?|reklam|register|rss|search|share|sign(in|up)|sitemap|subscribe|suche|tags?|terms[\w-]*|uye(lik)?|"
    r"wp-(admin|content|includes|json|login)|yazarlar)(/|$)",
    re.IGNORECASE,
)
_COMMENTS: Final = re.compile(
    r"([-/]yorumlar[iı]?|/comments?|/kommentare)/?$", re.IGNORECASE
)  # a story's comments alone
_EXTENSION: Final = re.compile(r"\.(html?|php|aspx?|jsp|cms|ece)$", re.IGNORECASE)
_DATED: Final = re.compile(r"/(19|20)\d\d[/-](0?[1-9]|1[0-2])([/-]|$)")
_NUMBERED: Final = re.compile(r"(^|&)\w*(id|no|haber|story|article|news)\w*=\d{3,}", re.IGNORECASE)
_STORIES: Final = re.compile(r"/(articles?|stor(y|ies))/[^/]+/?$", re.IGNORECASE)
_LEAST_WORDS: Final = 4  # of a slug that names a story; section names are shorter
_SECTION_CHARACTERS: Final = 30

# What is taken of one document: the latest, since what is older is no news.
_ENTRIES: Final = 1000
_SITEMAPS_OF_AN_INDEX: Final = 10
_SECTIONS: Final = 20
_ELEMENTS: Final = 50_000  # read of one document; the sitemap protocol allows no more

_LONGEST: Final = 2000  # characters of an address
_DEEPEST: Final = 12  # segments of its path
_REPEATED: Final = 3  # times that a segment may stand in a path, less one
_MOST_PARAMETERS: Final = 10
_SESSION: Final = re.compile(
    r"(^|[?&;/])(jsessionid|phpsessid|aspsessionid\w*|session_?id|sess|sid|s)=[\w.-]{16,}"
    r"|[?&;](jsessionid|phpsessid|aspsessionid\w*|session_?id|cftoken)=",
    re.IGNORECASE,
)
_CALENDAR: Final = re.compile(
    r"/(19|20|21)\d\d([/-](0?[1-9]|1[0-2])){1,2}([/-]\d{1,2})?(/(index\.\w+)?)?$"
    r"|[?&](date|day|month|tarih|ay)=(19|20|21)\d\d",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_CODE: Final = re.compile(r"(?=.*\d)[a-z0-9]{8,}", re.IGNORECASE)


class Purpose(StrEnum):
    """Why an address is asked for, in the order in which they are."""

    START = "start"
    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"
    STORY = "story"
    COMMENTS = "comments"  # the thread of a story, where a platform keeps it

    @property
    def rank(self) -> int:
        """Its place in that order, from 0."""
        return tuple(Purpose).index(self)


LISTS: Final = frozenset(Purpose) - {Purpose.STORY, Purpose.COMMENTS}


@dataclass(frozen=True, slots=True)
class Address:
    """An address and when its story was published or last changed (UTC), where the document says so."""

    url: str
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap's pages, and the sitemaps that it names when it is an index."""

    pages: tuple[Address, ...] = ()
    sitemaps: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """An address that a document leads to: why it is worth asking for, or why it had better not be followed."""

    url: str
    purpose: Purpose
    published: datetime | None = None
    trap: str | None = None


def leads(purpose: Purpose, body: bytes, url: str, content_type: str | None = None) -> list[Lead]:
    """What a document that was asked for as `purpose` leads to, in its order.

    Stories come from all lists, sitemaps from sitemaps, sections from start pages; a story leads to nothing here, since
    the teasers that stand in it, and its thread of comments, are found by the extraction.
    """
    found: Iterable[Lead] = ()
    match purpose:
        case Purpose.FEED:
            found = _leads(Purpose.STORY, _latest(feed_entries(body, url), _ENTRIES))
        case Purpose.SITEMAP:
            listed = sitemap_entries(body, url)
            found = _leads(Purpose.SITEMAP, _latest(listed.sitemaps, _SITEMAPS_OF_AN_INDEX))
            found += _leads(Purpose.STORY, _latest(listed.pages, _ENTRIES))
        case Purpose.START | Purpose.SECTION:
            links = page_links(body, url, content_type)
            traps = [Lead(link, Purpose.STORY, trap=reason) for link in links if (reason := trap(link))]
            stories = _leads(Purpose.STORY, map(Address, filter(looks_like_story, links)))
            fronts = map(Address, filter(looks_like_section, links)) if purpose == Purpose.START else ()
            sections = _leads(Purpose.SECTION, islice(fronts, _SECTIONS))
            return [each for each in sections + stories if not each.trap] + traps
    return list(found)


def _leads(purpose: Purpose, addresses: Iterable[Address]) -> list[Lead]:
    return [Lead(each.url, purpose, each.published, trap(each.url)) for each in addresses]


def _latest(addresses: Iterable[Address], most: int) -> list[Address]:
    """The latest addresses, those without a time last; all of them, as they stand, where they are few."""
    held = list(addresses)
    if len(held) <= most:
        return held
    return nlargest(most, held, key=lambda each: each.published.timestamp() if each.published else float("-inf"))


def trap(url: str) -> str | None:
    """Why an address looks like one of an endless family that a machine makes up; None when it does not."""
    if len(url) > _LONGEST:
        return "overlong address"
    if _SESSION.search(url):
        return "session id"
    address = urlsplit(url)
    names = Counter(segment for segment in address.path.split("/") if segment)
    if names.total() > _DEEPEST or (names and max(names.values()) >= _REPEATED):
        return "growing path"
    if _CALENDAR.search(address.path + (f"?{address.query}" if address.query else "")):
        return "calendar"
    if address.query.count("&") >= _MOST_PARAMETERS:
        return "many parameters"
    return None


def shape(url: str) -> str:
    """What the addresses of one family share: numbers and codes masked, and of a query only the names.

    A path segment with three or more words is a story's own and stays as it is.
    """
    address = urlsplit(url)
    masked = [
        "*" if _CODE.fullmatch(segment) else segment if len(_WORD.findall(segment)) > 2 else _DIGITS.sub("0", segment)
        for segment in address.path.split("/")
    ]
    names = sorted({part.partition("=")[0] for part in address.query.split("&") if part})
    return "/".join(masked) + ("?" + "&".join(names) if names else "")


def feed_entries(body: bytes, url: str) -> list[Address]:
    """The entries of an RSS (0.9x, 1.0, 2.0) or Atom feed, in its order."""
    found = []
    for element in _elements(body, {"item", "entry"}):
        link = published = None
        for child in element:
            name, text = _name(child), (child.text or "").strip()
            if name == "link" and child.get("rel", "alternate") == "alternate":
                link = link or child.get("href") or text
            elif name == "guid" and child.get("isPermaLink") != "false" and text.startswith("http"):
                link = link or text
            elif name in {"pubdate", "date", "published"} or (name == "updated" and not published):
                published = _time(text) or published
        if link and (address := joined(url, link)):
            found.append(Address(address, published))
    return found


def sitemap_entries(body: bytes, url: str) -> Sitemap:
    """What a sitemap or a sitemap index lists, gzipped or not, news sitemaps included."""
    pages, sitemaps = [], []
    for element in _elements(_gunzipped(body), {"url", "sitemap"}):
        location = published = None
        for child in element.iter():
            name, text = _name(child), (child.text or "").strip()
            if name == "loc" and _name(child.getparent()) == _name(element):
                location = location or text
            elif name == "publication_date" or (name == "lastmod" and not published):
                published = _time(text) or published
        if location and (address := joined(url, location)):
            (pages if _name(element) == "url" else sitemaps).append(Address(address, published))
    return Sitemap(tuple(pages), tuple(sitemaps))


def page_links(body: bytes, url: str, content_type: str | None = None) -> list[str]:
    """The addresses that a page links to, in its order, once each, without those marked nofollow or sponsored."""
    text = html_to_unicode(content_type, body)[1]
    parser = html.HTMLParser(recover=True, no_network=True, encoding="utf-8")
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    base = url
    for element in tree.iter("base"):
        base = joined(url, element.get("href") or "") or url
        break
    links: dict[str, None] = {}
    for element in tree.iter("a", "area"):
        link = joined(base, element.get("href") or "")
        if link and {"nofollow", "sponsored"}.isdisjoint((element.get("rel") or "").lower().split()):
            links[link] = None
    return list(links)


def joined(base: str, link: str) -> str | None:
    """A link's absolute address without its fragment; None for what is not HTTP or no address at all."""
    link = link.strip()
    if not link or link.startswith("#"):
        return None
    try:
        address = urljoin(base, link).partition("#")[0]
        return address if urlsplit(address).scheme in ("http", "https") and urlsplit(address).hostname else None
    except ValueError:
        return None


def looks_like_story(url: str) -> bool:
    """Whether an address has the shape of a story's: a slug of several words, a long number or a date.

    A guess that costs a request when it is wrong; the extraction decides what the page is.
    """
    address, segments = urlsplit(url), _segments(url)
    if is_no_story(url):
        return False
    if _NUMBERED.search(address.query):
        return True
    if not segments:
        return False
    *_, slug = names = [_EXTENSION.sub("", segment) for segment in segments[-2:]]
    words = max(len([word for word in re.split(r"[-_+]|%20", name) if word]) for name in names)
    numbered = words + len(segments) > 2 and bool(re.search(r"\d{5,}", "/".join(names)))
    dated = bool(_DATED.search(address.path)) and not slug.isdigit()
    return words >= _LEAST_WORDS or numbered or dated or bool(_STORIES.search(address.path))


def is_no_story(url: str) -> bool:
    """Whether an address names another thing than a story: a file, a service of the site, comments by themselves."""
    path = urlsplit(url).path
    return any(pattern.search(path) for pattern in (_NO_PAGE, _NO_NEWS, _COMMENTS))


def looks_like_section(url: str) -> bool:
    """Whether an address has the shape of a section front's: one or two short names."""
    address, segments = urlsplit(url), _segments(url)
    return (
        1 <= len(segments) <= 2
        and not address.query
        and not is_no_story(url)
        and not looks_like_story(url)
        and all(len(name) <= _SECTION_CHARACTERS and not re.search(r"\d{3,}", name) for name in segments)
    )


def _segments(url: str) -> list[str]:
    return [segment for segment in urlsplit(url).path.lower().split("/") if segment]


def _elements(body: bytes, names: set[str]) -> Iterator[etree._Element]:
    """The elements of an XML document that have one of the names, in any name space."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is not None:
        yield from islice((element for element in root.iter() if _name(element) in names), _ELEMENTS)


def _name(element: etree._Element | None) -> str:
    """An element's local name in lower case; empty for comments and processing instructions."""
    tag = element.tag if element is not None else None
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _gunzipped(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, MAX_BODY)
    except zlib.error:
        return b""


def _time(text: str) -> datetime | None:
    """A time in the form of RFC 3339 or RFC 822 as UTC; one that names no offset is taken as UTC."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            time = read(text)
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            continue
    return None
