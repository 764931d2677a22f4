"""The story of a page: its fields, each from the most trusted place that has it, with that place's name.

Order of trust, best first (a field's source in `Article.sources` is the word in front):

- title: "h1" or another "heading" that the page's metadata agrees with, "json-ld", "og", "twitter", "document"
- lead: "standfirst" (a line between title and body that the description agrees with or whose class says so), "json-ld",
  "meta"
- section: "json-ld", "meta", "breadcrumb", "microdata", "agency-line"
- published_at, modified_at: "json-ld", "meta", "microdata", "time" (a `time` element at the head of the story), "text"
  (a line there), and for the day alone "url"
- authors: "json-ld", "meta", "microdata", "rel"
- body_text: "text", and where the page holds no text "json-ld"
- language: "text" where it is surely not the declared one, else "declared"
- agency, dateline: "text"
- paywall, tags: "json-ld", "meta", "microdata" or "rel"
- canonical_url: "canonical", "og"

Per-site parsers (`extract.sites`) may replace fields afterwards. Teaser blocks and comments are other modules' affair.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from pipelines.extract.body import MIN_BODY, read_body
from pipelines.extract.comment_words import Part, comment_part
from pipelines.extract.credits import find_agency, find_dateline
from pipelines.extract.dates import stated_time, written_time
from pipelines.extract.document import INLINE, Element
from pipelines.extract.landmarks import Landmarks, words_of
from pipelines.extract.language import story_language
from pipelines.extract.page import Page, loads_tolerant, unescaped, value_text
from pipelines.extract.record import Article
from pipelines.extract.title import Title, read_title
from pipelines.lake.text import clean, fold, headline_key

Object = dict[str, Any]

_ARTICLE_TYPES: Final = re.compile(
    r"(?:\w*Article|\w*BlogPosting|DiscussionForumPosting|SocialMediaPosting|Report|Review|Recipe|VideoObject|ImageGallery"
    r"|MediaGallery|PodcastEpisode|NewsVideo)"
)
_LIST_TYPES: Final = frozenset(("CollectionPage", "SearchResultsPage", "ItemList"))
_META_PUBLISHED: Final = (
    *("article:published_time", "og:article:published_time", "datepublished", "article.published", "parsely-pub-date"),
    *(
        "sailthru.date",
        "publish-date",
        "publishdate",
        "publish_date",
        "publication_date",
        "pubdate",
        "cxenseparse:recs:publishtime",
    ),
    *("citation_publication_date", "dc.date.issued", "dcterms.date", "dcterms.created", "dc.date", "date"),
)
_META_MODIFIED: Final = (
    *("article:modified_time", "og:article:modified_time", "og:updated_time", "article.updated", "datemodified"),
    *("dcterms.modified", "last-modified", "lastmod", "revised"),
)
_META_SECTION: Final = (
    "article:section",
    "og:article:section",
    "article.section",
    "parsely-section",
    "section",
    "category",
)
_META_AUTHOR: Final = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dc.creator",
    "og:article:author",
)
_COMMENT_TYPE: Final = re.compile(r"schema\.org/(?:Comment|UserComments)\b")
_OF_READERS: Final = (Part.COMMENT, Part.AUTHOR, Part.TEXT, Part.ELSEWHERE)
_META_TAGS: Final = ("article:tag", "og:article:tag", "news_keywords", "parsely-tags", "sailthru.tags", "keywords")
_MODIFIED_WORD: Final = re.compile(
    r"güncelle|updated?\b|modified|aktualisier|geändert|stand:|actuali[sz]|mis à jour|modifi|aggiorna|atualiza|更新"
    r"|обновлено|bijgewerkt|opdateret|uppdatera|oppdatert|aktualiz",
    re.IGNORECASE,
)
_LEAD_WORDS: Final = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|standfirst|spot|spotu|summary|intro|excerpt|dek|deck|subtitle|sub-?title|subline|sub-?headline"
    r"|sub-?heading|description|vorspann|chapo|bajada|entradilla|sommario|occhiello|abstract|ozet)(?=$|[\s_-])",
    re.IGNORECASE,
)
_WITHOUT_BLANKS: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_URL_DAY: Final = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/-])|[/_-](20\d\d)(\d\d)(\d\d)(?=[/_.-]|$)")
_FRONT: Final = re.compile(r"(?:[a-z]{2}(?:-[a-z]{2})?/?)?(?:index\.\w+|home|page/\d+)?", re.IGNORECASE)
_STORY_KINDS: Final = ("article", "news", "video", "blog", "post")
_SLUG: Final = re.compile(r"[^/]*(?:[^/]+-){3,}[^/]*|[^/]*\d{4,}[^/]*")


@lru_cache(maxsize=16384)
def _names_a_lead(words: str) -> bool:
    return _LEAD_WORDS.search(words) is not None


MIN_LEAD: Final = 25
MIN_BODY_ALONE: Final = 600
MIN_EXCERPTS: Final = 3


def read_article(page: Page, landmarks: Landmarks, timezone: str | None = None) -> Article | None:
    """The story that `page` is about, or None for a page that is none (a front, a section, a search, a service page).

    `timezone` (an IANA name) places times for which the page states no offset.
    """
    title = read_title(page)
    if title is None:
        return None
    story = _story_object(page, title.text)
    prose = read_body(page, landmarks, title.heading)
    text = "\n\n".join(prose)
    if not _is_story(page, title, story, text):
        return None
    sources: dict[str, str] = {"title": title.source}

    def noted(field: str, found: tuple[Any, str] | None, unknown: Any = None) -> Any:
        if found is None:
            return unknown
        sources[field] = found[1]
        return found[0]

    body_source = "text"
    if len(text) < MIN_BODY and isinstance(stated := story.get("articleBody"), str) and len(stated) > len(text):
        prose = [line for part in unescape(stated).split("\n") if (line := clean(part))]
        text, body_source = "\n\n".join(prose), "json-ld"
    language, language_source = story_language(page.language, text)
    breadcrumb = _breadcrumb(page, title.text)
    head = _head_of_story(page, landmarks, title.heading)
    authors = noted("authors", _authors(page, story), [])
    agency, agency_section = find_agency([*prose, *_credit_lines(page, landmarks)], authors)
    section = _section(page, story, breadcrumb)
    if section is None and agency_section:
        section = agency_section, "agency-line"
    dateline = find_dateline(prose[0]) if prose else None
    sources |= {field: "text" for field, known in (("agency", agency), ("dateline", dateline)) if known}
    if text:
        sources["body_text"] = body_source
    if language_source:
        sources["language"] = language_source
    return {
        "title": title.text,
        "kicker": title.kicker,
        "lead": noted("lead", _lead(page, story, head, title.text)),
        "section": noted("section", section),
        "breadcrumb": breadcrumb,
        "language": language,
        "published_at": noted("published_at", _published(page, story, head, language, timezone)),
        "modified_at": noted("modified_at", _modified(page, story, head, language, timezone)),
        "authors": authors,
        "agency": agency,
        "dateline": dateline,
        "body_text": text or None,
        "word_count": count_words(text) if text else None,
        "canonical_url": noted("canonical_url", _canonical(page)),
        "paywall": noted("paywall", _paywall(page, story)),
        "tags": noted("tags", _tags(page, story), []),
        "sources": sources,
    }


def count_words(text: str) -> int:
    """Words of `text` as blanks divide them; where words are written without blanks, two characters count as one."""
    if _WITHOUT_BLANKS.search(text) is None:
        return len(text.split())
    dense = len(_WITHOUT_BLANKS.findall(text))
    return len(_WITHOUT_BLANKS.sub(" ", text).split()) + (dense + 1) // 2


# ---- is it a story, and which object of the structured data is it


def _parsely(page: Page, name: str) -> Any:
    """A value of Parse.ly's metadata, which a page may give as one JSON object in a meta element."""
    stated = loads_tolerant(page.meta_content("parsely-page") or "")
    return stated.get(name) if isinstance(stated, dict) else None


def _is_story(page: Page, title: Title, story: Object, text: str) -> bool:
    parts = urlsplit(page.url)
    path = parts.path.strip("/")
    if _FRONT.fullmatch(path) and not parts.query:
        return False
    slug = _SLUG.search(path) is not None or re.search(r"=[^&]*\d{4}", parts.query) is not None
    kind = (page.meta_content("og:type") or "").lower()
    stated = bool(story) or page.meta_content(*_META_PUBLISHED) is not None or kind.startswith(_STORY_KINDS)
    if stated and slug:
        return True
    if any(_types(thing) & _LIST_TYPES for thing in page.json_ld) or (not stated and _is_archive(page, title)):
        return False
    return len(text) >= (MIN_BODY if stated or (slug and title.heading is not None) else MIN_BODY_ALONE)


def _is_archive(page: Page, title: Title) -> bool:
    """Several `article` elements, each under a headline that is a link, and the title in none: a list with excerpts."""

    def in_article(heading: Element) -> bool:
        return any(around.name == "article" for around in page.ancestors(heading))

    if title.heading is not None and in_article(title.heading):
        return False
    shown = (heading for heading in page.headings if not heading.concealed)
    linked = (h for h in shown if any(e.name == "a" for e in page.elements[h.order : h.end]))
    return sum(map(in_article, linked)) >= MIN_EXCERPTS


def _types(thing: Object) -> set[str]:
    kind = thing.get("@type")
    return (
        {kind}
        if isinstance(kind, str)
        else {k for k in kind if isinstance(k, str)}
        if isinstance(kind, list)
        else set()
    )


def _story_object(page: Page, title: str | None) -> Object:
    """The JSON-LD object that describes the page's own story; empty without one."""
    found = [thing for thing in page.json_ld if any(_ARTICLE_TYPES.fullmatch(kind) for kind in _types(thing))]
    found += [
        main for thing in page.json_ld if isinstance(main := thing.get("mainEntity"), dict) and main.get("headline")
    ]
    if not found:
        return {}
    path, key = urlsplit(page.url).path.rstrip("/"), headline_key(title or "")

    def trust(thing: Object) -> tuple[bool, bool, bool]:
        addresses = [_address(thing.get(name)) for name in ("mainEntityOfPage", "url", "@id")]
        own = any(address and urlsplit(address.partition("#")[0]).path.rstrip("/") == path for address in addresses)
        headline = headline_key(value_text(thing.get("headline")) or value_text(thing.get("name")) or "")
        return own or bool(key and headline == key), "headline" in thing, "datePublished" in thing

    best = max(found, key=trust)
    if len(found) > 1 and not trust(best)[0] and sum("headline" in thing for thing in found) > 1:
        return {}  # a list of other stories
    return best


def _address(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    if not isinstance(value, str):
        return None
    try:
        urlsplit(value)
    except ValueError:
        return None
    return value


def _head_of_story(page: Page, landmarks: Landmarks, heading: Element | None) -> list[Element]:
    """The elements between the title and the body's first paragraphs, where lead, author and time stand."""
    if heading is None:
        return []
    stop = landmarks.first if landmarks.first > heading.order else heading.end + 40
    start = max(0, heading.order - 12)
    return [element for element in page.elements[start : min(stop + 3, heading.end + 150)] if not element.concealed]


def _credit_lines(page: Page, landmarks: Landmarks) -> list[str]:
    """The short lines behind the story's last paragraph, where agencies are credited."""
    if landmarks.body is None:
        return []
    start = page.elements[landmarks.last].text_end
    return [line for part in page.text[start : start + 600].split("\n")[:12] if (line := clean(part))]


# ---- the other fields


def _lead(page: Page, story: Object, head: list[Element], title: str) -> tuple[str, str] | None:
    stated = [
        (value_text(story.get("description")), "json-ld"),
        (unescaped(page.meta_content("og:description", "description", "twitter:description") or ""), "meta"),
    ]
    beginnings = {headline_key(text)[:35].strip() for text, _ in stated if text and len(text) >= 40}
    own = headline_key(title)
    for element in head:
        if not MIN_LEAD <= element.text_end - element.text_start <= 1200 or element.name == "h1":
            continue
        named = "class" in element.attrs and _names_a_lead(words_of(element))
        if named or (beginnings and element.name not in INLINE):
            text = clean(page.text_of(element))
            key = headline_key(text)
            if len(text) >= MIN_LEAD and (named or key[:35].strip() in beginnings) and own not in key:
                return text, "standfirst"
    return next(((text, source) for text, source in stated if text and len(text) >= MIN_LEAD), None)


def _section(page: Page, story: Object, breadcrumb: list[str]) -> tuple[str, str] | None:
    stated = story.get("articleSection")
    if isinstance(stated, list):
        stated = next((part for part in reversed(stated) if isinstance(part, str) and part.strip()), None)
    if section := value_text(stated):
        return section, "json-ld"
    if section := unescaped(page.meta_content(*_META_SECTION) or "") or value_text(_parsely(page, "section")):
        return section, "meta"
    if breadcrumb:
        return breadcrumb[-1], "breadcrumb"
    for element in page.by_itemprop.get("articleSection", ()):
        if section := clean(element.attrs.get("content") or page.text_of(element)):
            return section, "microdata"
    return None


_HOME: Final = frozenset(
    (
        "home",
        "homepage",
        "startseite",
        "start",
        "anasayfa",
        "ana sayfa",
        "haberler",
        "inicio",
        "portada",
        "accueil",
        "início",
        "ホーム",
        "トップ",
        "главная",
        "news",
    )
)


_TRAILS: Final = frozenset(("nav", "ol", "ul", "div"))


def _is_title(key: str, title: set[str]) -> bool:
    """Whether a breadcrumb's last part is the story's title, in full or in other words."""
    words = set(key.split())
    return words == title or (len(words) >= 4 and len(words & title) >= 0.6 * len(words))


def _breadcrumb(page: Page, title: str) -> list[str]:
    """The section path to the story, outermost first, without the front page and the story itself."""
    names: list[str] = []
    for thing in page.json_ld:
        crumbs = thing if "BreadcrumbList" in _types(thing) else thing.get("breadcrumb")
        parts = crumbs.get("itemListElement") if isinstance(crumbs, dict) else None
        if isinstance(parts, list):
            parts = [part for part in parts if isinstance(part, dict)]
            names = [value_text(part.get("name")) or value_text(part.get("item")) or "" for part in parts]
            break
    else:
        named = [element for name in page.by_class if "readcrumb" in name for element in page.by_class[name]]
        trails = (element for element in named if element.name in _TRAILS and not element.concealed)
        trail = min(trails, key=lambda element: element.order, default=None)
        if trail is not None:
            names = [page.text_of(e) for e in page.elements[trail.order + 1 : trail.end] if e.name == "a"]
    own = set(headline_key(title).split())
    kept = [clean(name) for name in names]
    kept = [name for name in kept if name and len(name) <= 60 and not _is_title(headline_key(name), own)]
    return kept[1:] if kept and fold(kept[0]) in _HOME else kept


def _published(
    page: Page, story: Object, head: list[Element], language: str | None, timezone: str | None
) -> tuple[str, str] | None:
    def machine(value: Any) -> str | None:
        return stated_time(str(value), timezone, language) if isinstance(value, str | int) else None

    if (
        time := machine(story.get("datePublished"))
        or machine(story.get("uploadDate"))
        or machine(story.get("dateCreated"))
    ):
        return time, "json-ld"
    for key in _META_PUBLISHED:
        for content in page.meta.get(key, ())[:1]:
            if time := machine(content):
                return time, "meta"
    if time := machine(_parsely(page, "pub_date")):
        return time, "meta"
    for thing in page.json_ld:
        if _types(thing) & {"WebPage", "ItemPage"} and (time := machine(thing.get("datePublished"))):
            return time, "json-ld"
    for element in page.by_itemprop.get("datePublished", ()):
        attrs = element.attrs
        if time := machine(attrs.get("datetime") or attrs.get("content") or page.text_of(element)):
            return time, "microdata"
    return _seen_time(page, head, language, timezone, modified=False) or _url_day(page)


def _modified(
    page: Page, story: Object, head: list[Element], language: str | None, timezone: str | None
) -> tuple[str, str] | None:
    def machine(value: Any) -> str | None:
        return stated_time(str(value), timezone, language) if isinstance(value, str | int) else None

    if time := machine(story.get("dateModified")):
        return time, "json-ld"
    for key in _META_MODIFIED:
        for content in page.meta.get(key, ())[:1]:
            if time := machine(content):
                return time, "meta"
    for element in page.by_itemprop.get("dateModified", ()):
        attrs = element.attrs
        if time := machine(attrs.get("datetime") or attrs.get("content") or page.text_of(element)):
            return time, "microdata"
    return _seen_time(page, head, language, timezone, modified=True)


def _seen_time(
    page: Page, head: list[Element], language: str | None, timezone: str | None, *, modified: bool
) -> tuple[str, str] | None:
    """A time at the head of the story; whether it is that of a change is told by the word before it."""
    elements: Iterable[Element] = head or page.by_name.get("time", ())[:3]
    for element in elements:
        if element.name == "time":
            around = element.parent if isinstance(element.parent, Element) else element
            label = page.text[max(around.text_start, element.text_start - 40) : element.text_end]
            if bool(_MODIFIED_WORD.search(label)) == modified and (
                time := stated_time(element.attrs.get("datetime", ""), timezone, language)
                or written_time(page.text_of(element), language, timezone, page.captured_at)
            ):
                return time, "time"
    if not head:
        return None
    for line in page.text[head[0].text_start : head[-1].text_end].split("\n"):
        line = clean(line)
        if 6 <= len(line) <= 120 and any(character.isdigit() for character in line):
            for part in re.split(r"(?=" + _MODIFIED_WORD.pattern + ")", line, flags=re.IGNORECASE):
                if bool(_MODIFIED_WORD.search(part)) == modified and (
                    time := written_time(part[:100], language, timezone, page.captured_at)
                ):
                    return time, "text"
    return None


def _url_day(page: Page) -> tuple[str, str] | None:
    match = _URL_DAY.search(urlsplit(page.url).path)
    if match is None:
        return None
    year, month, day = (part for part in match.groups() if part)
    time = stated_time(f"{year}-{month.zfill(2)}-{day.zfill(2)}")
    return (time, "url") if time else None


def _authors(page: Page, story: Object) -> tuple[list[str], str] | None:
    stated = story.get("author")
    people = stated if isinstance(stated, list) else [stated]
    names = [name for person in people if (name := value_text(person))]
    source = "json-ld"
    if not names:
        marked = page.by_itemprop.get("author", ())
        readers = {element.order for element in marked if _wrote_a_comment(page, element)}
        not_these = {" ".join(e.attrs.get("content", "").split()) for e in marked if e.order in readers}
        names = [name for key in _META_AUTHOR for name in page.meta.get(key, ()) if name not in not_these]
        source = "meta"
        if not names:
            names = [page.text_of(element) for element in marked if element.order not in readers]
            source = "microdata"
    if not names:
        links = (link for link in page.links if "author" in link.element.attrs.get("rel", ()))
        names = [link.text for link in links if not _wrote_a_comment(page, link.element)]
        source = "rel"
    kept = [clean(unescape(name)) for name in names if not name.startswith(("http", "@", "/"))]
    kept = [name for name in dict.fromkeys(kept) if 1 < len(name) <= 80]
    return (kept[:20], source) if kept else None


def _wrote_a_comment(page: Page, element: Element) -> bool:
    """Whether an element that names an author stands in a reader's comment: readers are named nowhere."""
    for around in (element, *page.ancestors(element)):
        if around.name == "body":
            return False
        if _COMMENT_TYPE.search(around.attrs.get("itemtype", "")):
            return True
        names = [*around.attrs.get("class", ()), around.attrs.get("id") or ""]
        if any(comment_part(name) in _OF_READERS for name in names):
            return True
    return False


def _canonical(page: Page) -> tuple[str, str] | None:
    """The story's own address, if the page states a plausible one: not the front page for a story."""
    stated = [
        (e.attrs.get("href"), "canonical")
        for e in page.by_name.get("link", ())
        if "canonical" in e.attrs.get("rel", ())
    ]
    stated.append((page.meta_content("og:url"), "og"))
    for href, source in stated:
        url = page.resolve(href) if href else None
        if url and urlsplit(url).path.strip("/"):
            return url, source
    return None


def _paywall(page: Page, story: Object) -> tuple[bool, str] | None:
    free = story.get("isAccessibleForFree")
    if isinstance(free, bool):
        return not free, "json-ld"
    if isinstance(free, str) and free.lower() in ("true", "false"):
        return free.lower() == "false", "json-ld"
    tier = (page.meta_content("article:content_tier", "og:article:content_tier") or "").lower()
    if tier in ("free", "locked", "metered"):
        return tier != "free", "meta"
    for element in page.by_itemprop.get("isAccessibleForFree", ()):
        value = (element.attrs.get("content") or "").lower()
        if value in ("true", "false"):
            return value == "false", "microdata"
    return None


def _tags(page: Page, story: Object) -> tuple[list[str], str] | None:
    stated = story.get("keywords")
    names = (
        stated.split(",")
        if isinstance(stated, str)
        else [value_text(part) or "" for part in stated]
        if isinstance(stated, list)
        else []
    )
    source = "json-ld"
    if not any(names):
        names, source = [], "meta"
        for key in _META_TAGS:
            if contents := page.meta.get(key):
                names = [part for content in contents for part in re.split(r"[,،、;]", content)]
                break
    if not any(names):
        source = "rel"
        names = [link.text for link in page.links if "tag" in link.element.attrs.get("rel", ())]
    kept = [clean(unescape(name)) for name in names]
    kept = [name for name in dict.fromkeys(kept) if 1 < len(name) <= 60]
    return (kept[:50], source) if kept else None
