"""The title of a page's story as its reader sees it: which heading it is, and the kicker apart from it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pipelines.extract.document import INLINE, Element
from pipelines.extract.landmarks import words_of
from pipelines.extract.page import HEADINGS, Page, unescaped, value_text
from pipelines.lake.text import clean, headline_key

_KICKER_WORDS: Final = re.compile(
    r"(?:^|[\s_-])(?:kicker|overline|over-?title|supertitle|sur-?title|eyebrow|dachzeile|spitzmarke|topline|pre-?title"
    r"|antetitulo|volanta|cintillo|roofline|strap-?line)(?=$|[\s_-])",
    re.IGNORECASE,
)
_SEPARATOR: Final = re.compile(r"\s+[|»·•–—-]\s+|\s*[|：｜]\s*|\s+::\s+")


@lru_cache(maxsize=16384)
def _names_a_kicker(words: str) -> bool:
    return _KICKER_WORDS.search(words) is not None


class Title(NamedTuple):
    """A story's title; the heading it was read from, or None where only metadata has it; its source; its kicker."""

    text: str
    heading: Element | None
    source: str
    kicker: str | None


def read_title(page: Page) -> Title | None:
    """The title above the page's story, or None on a page that has none.

    The heading that agrees best with what the metadata states counts, h1 before the others; failing that the first h1
    that reads as a headline, failing that what is stated in JSON-LD, Open Graph, Twitter's card and the document's
    title, in this order and without the site's name.
    """
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
    heading = best[1] if best[0] >= 0.4 else _first_h1(page)
    if heading is None:
        return Title(stated[0][0], None, stated[0][1], None) if stated else None
    text, kicker = _without_kicker(page, heading, keys)
    return Title(text, heading, "h1" if heading.name == "h1" else "heading", kicker or _kicker_above(page, heading))


def _in_trail(page: Page, heading: Element) -> bool:
    """Whether a heading ends a breadcrumb trail: sites put a title worded for search engines there."""
    for element in (heading, *islice(page.ancestors(heading), 4)):
        # Names of whole pages speak of trails too ("has-breadcrumb"): a trail is short.
        if element.name == "nav" or (
            element.text_end - element.text_start < 600
            and any("readcrumb" in name for name in element.attrs.get("class", ()))
        ):
            return True
    return False


def _stated_titles(page: Page) -> Iterator[tuple[str, str]]:
    """The titles that the page's metadata states, most trusted first, each as stated and without the site's name."""
    names = {headline_key(name) for name in _site_names(page)}
    found = [
        *((value_text(thing.get("headline")), "json-ld") for thing in page.json_ld if "headline" in thing),
        (page.meta_content("og:title"), "og"),
        (page.meta_content("twitter:title"), "twitter"),
        *((page.text_of(element), "document") for element in page.by_name.get("title", ())[:1]),
    ]
    for text, source in found[:6]:
        text = unescaped(text) if text else None
        if text:
            yield _without_site(text, names, cut=source == "document"), source


def _site_names(page: Page) -> Iterator[str]:
    for key in ("og:site_name", "application-name", "twitter:site", "apple-mobile-web-app-title"):
        if name := page.meta_content(key):
            yield name
    for thing in page.json_ld:
        if name := value_text(thing.get("publisher")):
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


def _first_h1(page: Page) -> Element | None:
    """The first h1 that reads as a headline, for titles that the metadata words otherwise."""
    for h1 in page.by_name.get("h1", ()):
        if not h1.concealed and not _in_trail(page, h1):
            key = headline_key(page.text_of(h1))
            if len(key) >= 15 and (key.count(" ") >= 3 or not key.isascii()):
                return h1
    return None


def _without_kicker(page: Page, heading: Element, keys: dict[str, str]) -> tuple[str, str | None]:
    """The heading's text, and apart from it a kicker: what stands before the part that the metadata calls the title."""
    text = clean(page.text_of(heading))
    key = headline_key(text)
    if key in keys:
        # The same words; between the parts of a heading, where only layout divides them, metadata has the colon.
        return (keys[key] if page.elements[heading.order + 1 : heading.end] else text), None
    parts = page.elements[heading.order + 1 : heading.end]
    if parts and parts[0].name != "br" and parts[0].text_start == heading.text_start:
        above = clean(page.text_of(parts[0]))
        below = text[len(above) :].strip(" :|–—-/")
        # What stands on a line of its own divides them; within one line only the metadata tells.
        if 0 < len(above) < len(text) / 2 and (parts[0].name not in INLINE or headline_key(below) in keys):
            return below, above
    for part in parts:
        inner = clean(page.text_of(part))
        if inner and part.text_start > heading.text_start and text.endswith(inner) and headline_key(inner) in keys:
            return inner, text[: -len(inner)].strip(" :|–—-/") or None
        if _names_a_kicker(words_of(part)) and text.startswith(inner) and len(inner) < len(text) - 10:
            return text[len(inner) :].strip(" :|–—-/"), inner or None
    return text, None


def _kicker_above(page: Page, heading: Element) -> str | None:
    """The short line above the title whose class names say that it is a kicker."""
    for element in reversed(page.elements[max(0, heading.order - 8) : heading.order]):
        if not element.concealed and _names_a_kicker(words_of(element)):
            text = clean(page.text_of(element))
            return text if 0 < len(text) <= 60 else None
    return None
