"""What an address looks like: a story's or a list's, the page's own or another site's.

What belongs here is read from the address and from the other addresses of the page, for any site: no host names of
publishers, only the few of platforms that never hold a publisher's stories.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from tldextract import TLDExtract

# The score of an address runs from LIST (a section, a service) to STORY; NEVER is no page of a publisher at all.
NEVER, LIST, STORY = -3.0, -2.0, 3.0

_PARTS = re.compile(r"(https?)://([^/?#\\\s]+)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_PLATFORM = re.compile(
    r"(?:^|\.)(?:facebook|twitter|instagram|whatsapp|linkedin|pinterest|tiktok|telegram|reddit|tumblr|flipboard|threads"
    r"|bsky|mastodon|snapchat|xing|youtube|addtoany)\.(?:com|net|org|app|social)$"
    r"|^(?:x\.com|t\.me|wa\.me|t\.co|fb\.com|fb\.me|bit\.ly|amzn\.to|a\.co|youtu\.be|m\.me|(?:www\.)?amazon\.[a-z.]+"
    r"|play\.google\.com|apps\.apple\.com|itunes\.apple\.com|open\.spotify\.com|news\.google\.com|maps\.google\.com)$",
    re.IGNORECASE,
)
_FILES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".webp",
    ".avif",
    ".svg",
    ".pdf",
    ".mp3",
    ".mp4",
    ".zip",
    ".apk",
    ".ics",
    ".xml",
    ".rss",
)
_DOCUMENTS = (".html", ".htm", ".php", ".asp", ".aspx", ".shtml", ".ece", ".cms", ".jsp", ".story", ".stm")
_LONG_NUMBER = re.compile(r"\d{5}")
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d{3}")
_YEAR_OR_MORE = re.compile(r"\d{4}")
_DATE = re.compile(r"/(?:19|20)\d\d[/_-]?\d{0,2}[/_-]|/(?:19|20)\d{6}")
_ID = re.compile(r"(?=[\w.-]*\d)(?=[\w.-]*[a-z])[a-z0-9]{8,}$", re.IGNORECASE)
_ID_PARAMETER = re.compile(
    r"(?:^|&)(?:p|id|article|artid|articleid|storyid|newsid|aid|nid|sid|idx|no|seq|cid|docid|news_id|story_id"
    r"|article_id|post)=\d+",
    re.IGNORECASE,
)


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Folders of lists: what stands below them is a list as well.
_LIST_FOLDERS = _words(
    "tag tags tagg taglist topic topics category categories categoria categorias categorie kategorie kategorien"
    " kategori author authors autor autoren autores autora auteur auteurs search suche buscar hashtag people person"
    " persons profile profil user users member members thema themen tema temas etiqueta etiquetas etiket etiketler"
    " konu konular yazar yazarlar label labels contributor contributors writer writers staff by columnist columnists"
    " journalist journalists redaktion verfasser byline reporter"
)
# Names of lists and services: what stands below them may well be a story.
_LIST_NAMES = _words(
    "news nachrichten section about about-us contact kontakt kontakte impressum datenschutz privacy terms agb rss"
    " feed feeds help hilfe faq podcast podcasts video videos foto fotos photo photos gallery galleries galerie"
    " latest newest live archive archiv home index page login signin register account newsletter newsletters shop"
    " jobs episodes show shows"
)
# Words of addresses that serve something other than stories.
_SERVICES = _words(
    "descuento descuentos gutschein gutscheine coupon coupons cupones voucher vouchers vouchercodes promocode"
    " promocodes download downloads login signin register subscribe abo newsletter newsletters impressum datenschutz"
    " privacy terms kleinanzeigen job jobs shop store checkout widget cdn print printmail drucken viewtopic account"
    " donate spenden preferences slideshow banner ad ads adclick click"
)
_SEPARATORS = str.maketrans("._-", "///")
_TRACKING = re.compile(r"(?:utm_|fbclid|gclid|ref=|src=|icid|at_|xtor|wt)", re.IGNORECASE)
_COMMENT_FRAGMENT = re.compile(r"(?:comment|respond|disqus|kommentar|yorum|comentario)", re.IGNORECASE)
# With the list of public suffixes that comes with the library: no network, no cache on disk.
_SUFFIXES = TLDExtract(suffix_list_urls=(), cache_dir=None)


class Address(NamedTuple):
    """An absolute http(s) address, without its fragment.

    key    the same for two addresses of one page: host without www, decoded path and parameters other than tracking
    page   the key without parameters
    """

    url: str
    host: str
    path: str
    query: str
    key: str
    page: str
    to_comments: bool

    @property
    def names_id(self) -> bool:
        """Whether the parameters, not the path, say which story it is."""
        return bool(_ID_PARAMETER.search(self.query))


@lru_cache(maxsize=8192)
def site_of(host: str) -> str:
    """The registered domain of a host name (`example.co.uk`), or the host itself where there is none."""
    return _SUFFIXES(host).top_domain_under_public_suffix or host


def parse_address(url: str, page: str | None = None) -> Address | None:
    """An absolute http(s) `url` in its parts; None for anything else. `page` is its `Address.page`, if known."""
    found = _PARTS.match(url)
    if found is None:
        return None
    scheme, netloc, path, query, fragment = found.groups()
    page = page or _page_of(url)
    host = page.partition("/")[0]
    if not host:
        return None
    key = page
    if query:
        kept = "&".join(part for part in query.split("&") if part and not _TRACKING.match(part))
        key = f"{page}?{kept}" if kept else page
    url = f"{scheme.lower()}://{netloc}{path}" + (f"?{query}" if query else "")
    return Address(url, host, path, query or "", key, page, bool(fragment and _COMMENT_FRAGMENT.match(fragment)))


@lru_cache(maxsize=8192)
def _host(netloc: str) -> str:
    """The host of an address with its port, without what does not tell sites apart."""
    return netloc.rpartition("@")[2].lower().removeprefix("www.").removesuffix(":80").removesuffix(":443")


def _page_of(url: str) -> str:
    """`Address.page` of an address without taking it apart: a page has hundreds, and few are asked for more."""
    netloc, slash, path = url[url.find("://") + 3 :].partition("/")
    if "?" in path:
        path = path[: path.index("?")]
    if "#" in path:
        path = path[: path.index("#")]
    if "%" in path:
        path = unquote(path)
    if not slash:
        netloc = netloc.partition("?")[0].partition("#")[0]
    return f"{_host(netloc)}/{path}".rstrip("/").casefold()


def _shared_folders(pages: Iterable[str]) -> set[str]:
    """The folders that two or more of `pages` lie in."""
    once: set[str] = set()
    shared: set[str] = set()
    for page in pages:
        at = page.rfind("/")
        while at > 0:
            folder = page[:at]
            if folder not in once:
                once.add(folder)
            elif folder not in shared:
                shared.add(folder)
            else:
                # So are all folders around it.
                break
            at = page.rfind("/", 0, at)
    return shared


class Addresses:
    """The addresses of one page, each judged against the page's own and against each other."""

    __slots__ = (
        "_below_own",
        "_folders",
        "_found",
        "_own",
        "_own_is_shaped",
        "_own_query",
        "_own_shape",
        "_pages",
        "_scores",
        "_site",
    )

    def __init__(self, url: str, own: Iterable[str], linked: Iterable[str]) -> None:
        """`url` is the page's address, `own` are others that it gives for itself, `linked` all that it links to."""
        page = parse_address(url)
        self._own = {page.page} if page else set()
        for other in own:
            stated = parse_address(other)
            if stated is not None and stated.path.strip("/"):
                self._own.add(stated.page)
        self._below_own = tuple(f"{own}/" for own in self._own)
        self._own_query = page.query if page and page.names_id else None
        self._own_shape = _shape(page.path) if page else ""
        # A path of mere words has no shape to recognise another story by.
        self._own_is_shaped = bool(self._own_shape.strip("w"))
        self._site = site_of(page.host) if page else ""
        self._found: dict[str, Address | None] = {}
        self._scores: dict[str, float] = {}
        self._pages = {link: _page_of(link) for link in linked}
        self._folders = _shared_folders(self._own.union(self._pages.values()))

    def __getitem__(self, url: str) -> Address | None:
        """The parts of a linked address."""
        if url not in self._found:
            self._found[url] = parse_address(url, self._pages.get(url))
        return self._found[url]

    def is_own(self, address: Address) -> bool:
        """Whether an address is the page's own."""
        if address.page not in self._own:
            return False
        return not (self._own_query and address.names_id and address.query != self._own_query)

    def is_external(self, address: Address) -> bool:
        """Whether an address belongs to another site; a subdomain is the same site."""
        return site_of(address.host) != self._site

    def score(self, address: Address) -> float:
        """How much an address looks like a story's: LIST to STORY, or NEVER.

        Long slugs, dates, ids and the shape of the page's own address speak for a story. Folders that other links of
        the page lie in, tags, authors and services speak for a list.
        """
        known = self._scores.get(address.url)
        if known is None:
            known = self._scores[address.url] = self._score(address)
        return known

    def _score(self, address: Address) -> float:
        path, query = address.path.lower(), address.query
        if _is_platform(address.host) or path.endswith(_FILES):
            return NEVER
        if self._own_is_shaped and address.page.startswith(self._below_own):
            # Below a story lie its pictures, its pages and its comments.
            return LIST
        segments = [segment for segment in path.split("/") if segment]
        if not segments:
            return 1.0 if query and _ID_PARAMETER.search(query) else NEVER
        last = segments[-1]
        slug = max(segments, key=len) if len(last) < 5 or last.isdigit() else last
        joints = slug.count("-") + slug.count("_") + slug.count("+") + slug.count("%20")
        score = (0.0, 0.25, 1.0, 1.5, 1.5, 2.0)[min(joints, 5)]
        if path.endswith(_DOCUMENTS) or _LONG_NUMBER.search(path) or (_DIGIT.search(last) and _ID.match(last)):
            score += 1
        elif _DIGITS.search(last):
            score += 0.5
        if "/20" in path or "/19" in path:
            score += _DATE.search(path) is not None
        if query and _ID_PARAMETER.search(query):
            score += 1
        if 0.5 <= score < STORY and self._own_is_shaped and _shape(path) == self._own_shape:
            score += 0.75
        folders = segments[:-1]
        if not _LIST_FOLDERS.isdisjoint(folders):
            score -= 2.5
        elif last.partition(".")[0] in _LIST_NAMES:
            score -= 1.5
        if len(segments) == 1 and joints < 2 and score < 1:
            score -= 1
        if address.page in self._folders:
            score -= 2
        # A long slug holds any word; a folder, a short name or a subdomain is called after what it serves.
        named = [address.host.partition(".")[0], *folders, "" if joints >= 3 else last]
        if not _SERVICES.isdisjoint("/".join(named).translate(_SEPARATORS).split("/")):
            score -= 2.5
        return max(LIST, min(STORY, score))


@lru_cache(maxsize=8192)
def _is_platform(host: str) -> bool:
    return bool(_PLATFORM.search(host))


def _shape(path: str) -> str:
    """One letter a path segment: a number, a slug, an id, a word."""
    shape = ""
    for segment in path.split("/"):
        if not segment:
            continue
        if segment.isdigit():
            shape += "9"
        elif segment.count("-") + segment.count("_") >= 2:
            shape += "s"
        elif _DIGIT.search(segment) and (_YEAR_OR_MORE.search(segment) or _ID.match(segment)):
            shape += "i"
        else:
            shape += "w"
    return shape
