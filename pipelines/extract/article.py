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
- paywall, tags: "json-ld", "meta", "microdata" or "rel"
- canonical_url: "canonical", "og"

Per-site parsers (`extract.sites`) may replace fields afterwards. Teaser blocks and comments are other modules' affair.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from pipelines.extract.credits import find_agency, find_dateline
from pipelines.extract.dates import stated_time, written_time
from pipelines.extract.document import INLINE, Element
from pipelines.extract.landmarks import CHROME, COMMENTS, FOOTER, MENU, NAV, SIDE, Landmarks, own_zones, words_of
from pipelines.extract.language import story_language
from pipelines.extract.page import HEADINGS, Page, loads_tolerant
from pipelines.extract.record import Article
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
_KICKER_WORDS: Final = re.compile(
    r"(?:^|[\s_-])(?:kicker|overline|over-?title|supertitle|sur-?title|eyebrow|dachzeile|spitzmarke|topline|pre-?title"
    r"|antetitulo|volanta|cintillo|roofline|strap-?line)(?=$|[\s_-])",
    re.IGNORECASE,
)
_SEPARATOR: Final = re.compile(r"\s+[|»·•–—-]\s+|\s*[|：｜]\s*|\s+::\s+")
_WITHOUT_BLANKS: Final = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_URL_DAY: Final = re.compile(r"/((?:19|20)\d\d)[/-](\d\d?)[/-](\d\d?)(?=[/-])|[/_-](20\d\d)(\d\d)(\d\d)(?=[/_.-]|$)")
_SLUG: Final = re.compile(r"[^/]*(?:[^/]+-){3,}[^/]*|[^/]*\d{4,}[^/]*")


@lru_cache(maxsize=16384)
def _names_a_lead(words: str) -> bool:
    return _LEAD_WORDS.search(words) is not None


@lru_cache(maxsize=16384)
def _names_a_kicker(words: str) -> bool:
    return _KICKER_WORDS.search(words) is not None


MIN_BODY: Final = 250
MIN_BODY_ALONE: Final = 600


def read_article(page: Page, landmarks: Landmarks, timezone: str | None = None) -> Article | None:
    """The story that `page` is about, or None for a page that is none (a front, a section, a search, a service page).

    `timezone` (an IANA name) places times for which the page states no offset.
    """
    title, heading, title_source, kicker = _title(page)
    story = _story_object(page, title)
    prose = _body(page, landmarks)
    text = "\n\n".join(prose)
    if title is None or not _is_story(page, story, text):
        return None
    sources: dict[str, str] = {"title": title_source}

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
    breadcrumb = _breadcrumb(page, title)
    head = _head_of_story(page, landmarks, heading)
    authors = noted("authors", _authors(page, story), [])
    agency, agency_section = find_agency([*prose, *_credit_lines(page, landmarks)], authors)
    section = _section(page, story, breadcrumb)
    if section is None and agency_section:
        section = agency_section, "agency-line"
    if text:
        sources["body_text"] = body_source
    if language_source:
        sources["language"] = language_source
    if kicker or (kicker := _kicker(page, heading)):
        sources["kicker"] = title_source
    return {
        "title": title,
        "kicker": kicker,
        "lead": noted("lead", _lead(page, story, head)),
        "section": noted("section", section),
        "breadcrumb": breadcrumb,
        "language": language,
        "published_at": noted("published_at", _published(page, story, head, language, timezone)),
        "modified_at": noted("modified_at", _modified(page, story, head, language, timezone)),
        "authors": authors,
        "agency": agency,
        "dateline": find_dateline(prose[0]) if prose else None,
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


def _is_story(page: Page, story: Object, text: str) -> bool:
    path = urlsplit(page.url).path.strip("/")
    if path.lower() in ("", "index.html", "index.php", "home"):
        return False
    if any(_types(thing) & _LIST_TYPES for thing in page.json_ld) and not (story and _SLUG.search(path)):
        return False
    stated = bool(story) or page.meta_content(*_META_PUBLISHED) is not None
    kind = (page.meta_content("og:type") or "").lower()
    stated = stated or kind.startswith(("article", "news", "video", "blog", "post"))
    if stated and (_SLUG.search(path) or len(text) >= MIN_BODY):
        return True
    return len(text) >= (MIN_BODY if stated else MIN_BODY_ALONE)


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
        headline = headline_key(_string(thing.get("headline")) or _string(thing.get("name")) or "")
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


def _string(value: Any) -> str | None:
    """A JSON-LD value as text on one line: the string, or the `name` of the object, or the first of a list."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    return _text(value) if isinstance(value, str) else None


def _text(value: str) -> str | None:
    return clean(unescape(value)) or None if "&" in value else clean(value) or None


# ---- title


def _title(page: Page) -> tuple[str | None, Element | None, str, str | None]:
    """Title, its heading element, its source, and a kicker that stands inside the heading."""
    stated = list(_stated_titles(page))
    keys = {headline_key(text): text for text, _ in stated}
    words = [(set(key.split()), key) for key in keys]
    best: tuple[float, Element | None] = (0.0, None)
    for name in HEADINGS[:4]:
        for element in page.by_name.get(name, ()):
            if element.concealed or not 3 < element.text_end - element.text_start < 600 or _in_trail(page, element):
                continue
            score = _agreement(headline_key(page.text_of(element)), words) - 0.1 * (int(name[1]) - 1)
            if score > best[0]:
                best = score, element
        # Below h1 the headings are those of teasers: only one that says the same counts.
        if best[0] >= (0.4 if name == "h1" else 0.6):
            break
    heading = best[1] if best[0] >= 0.4 else _only_h1(page)
    if heading is None:
        text, source = stated[0] if stated else (None, "")
        return text, None, source, None
    text, kicker = _without_kicker(page, heading, keys)
    return text, heading, "h1" if heading.name == "h1" else "heading", kicker


def _in_trail(page: Page, heading: Element) -> bool:
    """Whether a heading ends a breadcrumb trail: sites put a title worded for search engines there."""
    for element in (heading, *islice(page.ancestors(heading), 4)):
        if element.name == "nav" or _is_trail(element):
            return True
    return False


def _stated_titles(page: Page) -> Iterator[tuple[str, str]]:
    """The titles that the page's metadata states, most trusted first, each as stated and without the site's name."""
    names = {headline_key(name) for name in _site_names(page)}
    found = [
        *((_string(thing.get("headline")), "json-ld") for thing in page.json_ld if "headline" in thing),
        (page.meta_content("og:title"), "og"),
        (page.meta_content("twitter:title"), "twitter"),
        *((page.text_of(element), "document") for element in page.by_name.get("title", ())[:1]),
    ]
    for text, source in found[:6]:
        text = _text(text) if text else None
        if text:
            yield _without_site(text, names, cut=source == "document"), source


def _site_names(page: Page) -> Iterator[str]:
    for key in ("og:site_name", "application-name", "twitter:site", "apple-mobile-web-app-title"):
        if name := page.meta_content(key):
            yield name
    for thing in page.json_ld:
        if name := _string(thing.get("publisher")):
            yield name
    host = urlsplit(page.url).netloc.removeprefix("www.")
    yield host
    yield host.partition(".")[0]


def _without_site(text: str, names: set[str], *, cut: bool) -> str:
    """The text without a site's name behind (or before) a separator; `cut` drops the last part whatever it says."""
    parts = _SEPARATOR.split(text)
    if len(parts) == 1:
        return text
    keys = [headline_key(part) for part in parts]
    squeezed = {name.replace(" ", "") for name in names}
    is_site = [key in names or (len(key) > 3 and key.replace(" ", "") in squeezed) for key in keys]
    if is_site[0] and not is_site[-1]:
        return text[text.index(parts[1], len(parts[0])) :]
    if is_site[-1] or (cut and len(keys[-1].split()) <= 4 and len(keys[0]) > len(keys[-1])):
        end = text.rindex(parts[-1])
        return _without_site(re.sub(r"\s*(?:[|»·•–—：｜-]|::)\s*$", "", text[:end]), names, cut=False)
    return text


def _agreement(key: str, stated: list[tuple[set[str], str]]) -> float:
    """How well a heading agrees with the best stated title: 1 for the same, else the shared part of the words."""
    if not key:
        return 0.0
    own = set(key.split())
    best = 0.0
    for words, other in stated:
        if key == other:
            return 1.0
        if len(key) >= 12 and len(other) >= 12 and (key in other or other in key):
            best = max(best, 0.6 + 0.4 * min(len(key), len(other)) / max(len(key), len(other)))
        elif own and words:
            best = max(best, len(own & words) / len(own | words))
    return best


def _only_h1(page: Page) -> Element | None:
    """The h1 of a page with only one that reads as a headline, for titles that the metadata words otherwise."""
    found = [
        h1
        for h1 in page.by_name.get("h1", ())
        if not h1.concealed and not _in_trail(page, h1) and len(headline_key(page.text_of(h1))) >= 15
    ]
    return found[0] if len(found) == 1 else None


def _without_kicker(page: Page, heading: Element, keys: dict[str, str]) -> tuple[str, str | None]:
    """The heading's text, and apart from it a kicker: what stands before the part that the metadata calls the title."""
    text = clean(page.text_of(heading))
    key = headline_key(text)
    if key in keys:
        # The same words; where only blanks differ (between the heading's parts), the metadata's are the better ones.
        other = keys[key]
        return (other if "".join(other.split()) == "".join(text.split()) else text), None
    parts = page.elements[heading.order + 1 : heading.end]
    if parts and parts[0].name not in INLINE and parts[0].name != "br" and parts[0].text_start == heading.text_start:
        above = clean(page.text_of(parts[0]))
        if 0 < len(above) < len(text) / 2:
            return text[len(above) :].strip(), above
    for part in parts:
        inner = clean(page.text_of(part))
        if inner and part.text_start > heading.text_start and text.endswith(inner) and headline_key(inner) in keys:
            return inner, text[: -len(inner)].strip(" :|–—-/") or None
        if _names_a_kicker(words_of(part)) and text.startswith(inner) and len(inner) < len(text) - 10:
            return text[len(inner) :].strip(" :|–—-/"), inner or None
    return text, None


def _kicker(page: Page, heading: Element | None) -> str | None:
    """The short line above the title whose class names say that it is a kicker."""
    if heading is None:
        return None
    for element in reversed(page.elements[max(0, heading.order - 8) : heading.order]):
        if not element.concealed and _names_a_kicker(words_of(element)):
            text = clean(page.text_of(element))
            return text if 0 < len(text) <= 60 else None
    return None


# ---- the body and what stands around it

_PARAGRAPHS: Final = frozenset(("p", "pre", "h2", "h3", "h4", "h5", "h6", "dt", "dd"))
_NOT_PROSE: Final = frozenset(
    (
        "aside",
        "nav",
        "figure",
        "figcaption",
        "footer",
        "form",
        "button",
        "select",
        "textarea",
        "h1",
        "iframe",
        "table",
        "picture",
        "video",
        "audio",
        "time",
        "address",
    )
)
_OTHER_MATTER: Final = SIDE | NAV | MENU | FOOTER | CHROME | COMMENTS
MIN_LOOSE_LINE: Final = 40


def _body(page: Page, landmarks: Landmarks) -> list[str]:
    """The story's paragraphs, subheadings among them, without what stands between them: boxes, teasers, captions."""
    body = landmarks.body
    if body is None:
        return []
    elements, text = page.elements, page.text
    last = elements[landmarks.last] if landmarks.last else body
    paragraphs: list[str] = []

    def loose(start: int, end: int) -> None:
        if end - start < MIN_LOOSE_LINE:
            return
        lines = (clean(line) for line in text[start:end].split("\n") if len(line) >= MIN_LOOSE_LINE)
        paragraphs.extend(line for line in lines if len(line) >= MIN_LOOSE_LINE)

    position, at = body.text_start, body.order + 1
    end = max(last.end, landmarks.last + 1)
    while at < min(body.end, end):
        element = elements[at]
        name = element.name
        if element.concealed:
            at = element.end
            continue
        leaf = name in _PARAGRAPHS or (name == "li" and not _holds_paragraph(elements, element))
        if name in _NOT_PROSE or (
            "class" in element.attrs and element.order not in landmarks.layout and own_zones(element) & _OTHER_MATTER
        ):
            loose(position, element.text_start)
        elif leaf:
            loose(position, element.text_start)
            line = clean(text[element.text_start : element.text_end])
            if line and not _is_teaser(page, element, line):
                paragraphs.append(line)
        else:
            at += 1
            continue
        position, at = max(position, element.text_end), element.end
    loose(position, min(body.text_end, max(last.text_end, position)))
    while (
        paragraphs
        and len(paragraphs[-1]) < MIN_LOOSE_LINE
        and not paragraphs[-1].endswith((".", "!", "?", ")", "”", "。", "…", '"'))
    ):
        paragraphs.pop()  # the heading of a box behind the story
    return paragraphs


def _holds_paragraph(elements: list[Element], item: Element) -> bool:
    return any(element.name in ("p", "ul", "ol") for element in elements[item.order + 1 : item.end])


def _is_teaser(page: Page, paragraph: Element, line: str) -> bool:
    """Whether a paragraph is little but links: a teaser, a row of tags, a call to follow."""
    linked = 0
    for element in page.elements[paragraph.order + 1 : paragraph.end]:
        if element.name == "a" and "href" in element.attrs:
            linked += element.text_end - element.text_start
    return linked > 0.7 * len(line)


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


def _lead(page: Page, story: Object, head: list[Element]) -> tuple[str, str] | None:
    stated = [
        (_string(story.get("description")), "json-ld"),
        (_text(page.meta_content("og:description", "description", "twitter:description") or ""), "meta"),
    ]
    beginnings = {headline_key(text[:60])[:35] for text, _ in stated if text and len(text) >= 40}
    for element in head:
        if not 25 <= element.text_end - element.text_start <= 1200 or element.name == "h1":
            continue
        named = "class" in element.attrs and _names_a_lead(words_of(element))
        if named or (beginnings and element.name not in INLINE):
            text = clean(page.text_of(element))
            if len(text) >= 25 and (named or headline_key(text[:60])[:35] in beginnings):
                return text, "standfirst"
    return next(((text, source) for text, source in stated if text), None)


def _section(page: Page, story: Object, breadcrumb: list[str]) -> tuple[str, str] | None:
    stated = story.get("articleSection")
    if isinstance(stated, list):
        stated = next((part for part in reversed(stated) if isinstance(part, str) and part.strip()), None)
    if section := _string(stated):
        return section, "json-ld"
    if section := _text(page.meta_content(*_META_SECTION) or "") or _string(_parsely(page, "section")):
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


def _is_trail(element: Element) -> bool:
    return not element.concealed and any("readcrumb" in name for name in element.attrs.get("class", ()))


def _breadcrumb(page: Page, title: str) -> list[str]:
    """The section path to the story, outermost first, without the front page and the story itself."""
    names: list[str] = []
    for thing in page.json_ld:
        crumbs = thing if "BreadcrumbList" in _types(thing) else thing.get("breadcrumb")
        parts = crumbs.get("itemListElement") if isinstance(crumbs, dict) else None
        if isinstance(parts, list):
            parts = [part for part in parts if isinstance(part, dict)]
            names = [_string(part.get("name")) or _string(part.get("item")) or "" for part in parts]
            break
    else:
        trail = next(
            (e for name in ("nav", "ol", "ul", "div") for e in page.by_name.get(name, ()) if _is_trail(e)), None
        )
        if trail is not None:
            names = [page.text_of(e) for e in page.elements[trail.order + 1 : trail.end] if e.name == "a"]
    own = headline_key(title)
    kept = [clean(name) for name in names]
    kept = [name for name in kept if name and len(name) <= 60 and headline_key(name) != own]
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
    names = [name for person in people if (name := _string(person))]
    source = "json-ld"
    if not names:
        names = [name for key in _META_AUTHOR for name in page.meta.get(key, ())]
        source = "meta"
    if not names:
        names = [page.text_of(element) for element in page.by_itemprop.get("author", ())]
        source = "microdata"
    if not names:
        names = [link.text for link in page.links if "author" in link.element.attrs.get("rel", ())]
        source = "rel"
    kept = [clean(unescape(name)) for name in names if not name.startswith(("http", "@", "/"))]
    kept = [name for name in dict.fromkeys(kept) if 1 < len(name) <= 80]
    return (kept[:20], source) if kept else None


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
        else [_string(part) or "" for part in stated]
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
