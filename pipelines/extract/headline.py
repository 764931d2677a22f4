"""The headline of a teaser: its cleanest full form, and the form that is shown when the two differ.

A card states its headline up to four times: in the text of its link, in the link's `title` or `aria-label`, and in the
`alt` of its picture. Sites shorten or sharpen the shown form and keep the full one in an attribute, and other sites
fill the same attributes with "Posts by …" or the caption of a photo. What belongs here is the choice between them.
Which links make a card is decided in `teasers`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

from pipelines.extract.document import Element, ScriptText
from pipelines.extract.kinds import caseless, kind_of_heading
from pipelines.extract.page import HEADINGS, Link
from pipelines.lake.text import clean, headline_key

Source = Literal["heading", "text", "title", "aria-label", "image_alt"]

# Longer than any headline: a `title` that holds the whole teaser, or a caption.
LONGEST = 250

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’.-][^\W_]+)*")

# What stands before a headline without belonging to it: a rank, a time, the kind of the medium.
_BEFORE = re.compile(
    r"(?:\d{1,3}\s*[.)]-?\s+(?=\D)|\d{1,2}[:.]\d{2}(?:\s*(?:uhr|h))?\s+(?=\D)|(?:video|videos|foto|fotos|photos?"
    r"|bilder|galeri|galería|galerie|gallery|podcast|live|canlı|watch|audio)\s*[:|•·–-]\s*|[»›>•·▶►→←]+\s*)+",
    re.IGNORECASE,
)
_LINK_PHRASE = re.compile(
    r"(?:(?:permanent link to|permalink to|permalink|link to|go to|read more about|continue reading|lire la suite de)"
    r"\s*[:\-–]?|zu[rm] \w+(?: \([^)]*\))?:)\s+",
    re.IGNORECASE,
)
# For `caseless` text.
_NO_HEADLINE = re.compile(
    r"posts? by|posts from|all posts|view all|see all|articles? by|author|by |autor|beiträge von|artikel von"
    r"|https?://|www\.|image|bild|foto|photo|picture|thumbnail|logo|avatar|\W*$"
)
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
# Who took the picture, after the words of a `title` or `alt`.
_CREDIT = re.compile(
    r"\s*[(\[]\s*(?:fotos?|photos?|pictures?|image|imagem|imagen|bild|credit|crédito|fotoğraf|fot\.?)\s*[:/][^)\]]*[)\]]\s*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^[\"“„«»‚'](.*)[\"”“»«'’]$", re.DOTALL)


# Elements that belong to the phrase they stand in; any other element within a link begins another text of the card.
_PHRASE = frozenset(
    ("b", "bdi", "br", "cite", "em", "font", "i", "mark", "nobr", "q", "s", "strong", "sub", "sup", "u", "wbr")
)
_BESIDE = frozenset(("time", "small", "figcaption", "button", "figure"))
_HEADLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:headline|title|titel|titulo|titre|titolo|baslik|ttl|heading)", re.IGNORECASE
)
_BESIDE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:time|date|datum|fecha|kicker|categor|rubri|section|label|tag|author|autor|byline|badge|eyebrow"
    r"|overline|overhead|topic|meta|count|counter|duration|icon|sr-only|visually-?hidden|screen-?reader|premium|plus"
    r"|abo|rank|number|comments?|credit|caption|button|btn|cta|spitzmarke|dachzeile|roofline|flag|live)",
    re.IGNORECASE,
)
_SUMMARY_CLASS = re.compile(
    r"(?:^|[\s_-])(?:summary|descr|excerpt|lead|intro|spot|abstract|subtitle|subline|standfirst|deck|dek|snippet|text)",
    re.IGNORECASE,
)


@dataclass(slots=True, frozen=True)
class Headline:
    """The chosen forms: `display` and its source are None where what is shown says the same as `headline`."""

    headline: str
    headline_source: Source
    display: str | None
    display_source: Source | None


def word_count(text: str) -> float:
    """How many words `text` has; scripts that put no blank between words count 2.6 characters as one.

    Numbers alone are no words: "12" or "83.0.4250" does not make a label a headline.
    """
    # Those scripts take three bytes a character in UTF-8: most texts are told apart from them by their length.
    if not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > 2 * len(text):
        unspaced = len(_UNSPACED.findall(text))
        if unspaced >= 4 and unspaced * 2 > len(text):
            return unspaced / 2.6
    if text.replace(" ", "").isalpha():
        return len(text.split())
    return len(_WORD.findall(text))


def _tidy(text: str) -> str:
    """`text` without a rank, a time or a medium's name before it."""
    found = _BEFORE.match(text)
    return text[found.end() :] or text if found else text


def _is_no_headline(text: str) -> bool:
    """Whether an attribute's text names an author, a picture or a file."""
    text = caseless(text)
    return _NO_HEADLINE.match(text) is not None or text.endswith(_PICTURES)


def choose(
    shown: str,
    shown_source: Source,
    *,
    title: str = "",
    label: str = "",
    alt: str = "",
    url: str = "",
) -> Headline | None:
    """The headline and its shown form from what a card states, each text clean; None where none of it can be read.

    `shown` is the visible text and `shown_source` where it stands; `title`, `label` and `alt` are the attributes of
    the card's links and picture, empty where missing. An attribute wins over the shown text only if it is fuller and
    speaks of the same story: it shares words with the shown text, or with the address, whose slug is made from the
    full headline.
    """
    shown = _tidy(shown)
    said: list[tuple[str, Source]] = [(title, "title"), (label, "aria-label"), (alt, "image_alt")]
    best: tuple[str, Source] | None = None
    for text, source in said:
        if not text or text == shown:
            continue
        phrase = _LINK_PHRASE.match(text)
        text = _tidy(text[phrase.end() :] if phrase else text)
        if text.endswith((")", "]")):
            text = _CREDIT.sub("", text)
        if not text or len(text) > LONGEST or _is_no_headline(text):
            continue
        if not shown or _is_fuller(text, shown, source, url):
            best = (text, source)
            break
    if best is None:
        return Headline(shown, shown_source, None, None) if shown else None
    headline, source = best
    if not shown or _same(headline, shown):
        return Headline(headline, source, None, None)
    return Headline(headline, source, shown, shown_source)


@dataclass(slots=True, frozen=True)
class Words:
    """What a card says: its headline, the `alt` of its picture, and whether it calls itself paid for."""

    headline: Headline | None
    image_alt: str | None
    sponsored: bool


def read(links: Sequence[Link], *, url: str) -> Words:
    """The words of a card, from its links."""
    shown, source = "", "text"
    best = -10.0
    title = label = alt = ""
    sponsored = False
    for link in links:
        if link.text:
            for text, weight, in_heading in _texts(link):
                if len(text) < 25 and kind_of_heading(text) == "sponsored":
                    sponsored = True
                elif weight > best:
                    best, shown, source = weight, text, "heading" if in_heading else "text"
        attrs = link.element.attrs
        if not title and "title" in attrs:
            title = clean(link.title)
        if not label and "aria-label" in attrs:
            label = clean(link.aria_label)
        if not alt and link.image is not None:
            alt = clean(link.image_alt)
    headline = choose(shown, source, title=title, label=label, alt=alt, url=url)
    return Words(headline, alt or None, sponsored)


def _texts(link: Link) -> list[tuple[str, float, bool]]:
    """The texts that a link shows, each with how much it looks like the headline and whether it is in a heading."""
    found: list[tuple[str, float, bool]] = []
    parts: list[str] = []
    outside = link.heading is not None

    def end_text(weight: float, in_heading: bool) -> None:
        if not parts:
            return
        text = clean("".join(parts))
        parts.clear()
        if text:
            count = word_count(text)
            # One word outside a heading is a section's name, whatever its class says.
            lone = 4 if count < 2 and not (in_heading or outside) else 0
            found.append((text, weight + min(count, 6) / 4 - lone, in_heading or outside))

    around = link.element.parent
    base = 3.0 if outside else 0.0
    if not outside and isinstance(around, Element):
        base = min(0.0, _weight("", " ".join(around.attrs.get("class", ()))))
    if link.element.end == link.element.order + 1:
        return [(clean(link.text), base + min(word_count(link.text), 6) / 4, outside)]
    # Each entry: a node, the weight and heading of the text that it belongs to, or None where that text ends.
    pending: list[tuple[object, float, bool]] = [(link.element, base, False)]
    while pending:
        node, weight, in_heading = pending.pop()
        if node is None:
            end_text(weight, in_heading)
        elif isinstance(node, Element):
            if node.name in ("script", "noscript", "template"):
                continue
            if node.name in _PHRASE:
                parts.append(" " if node.name == "br" else "")
                pending += [(child, weight, in_heading) for child in reversed(node.contents)]
                continue
            end_text(weight, in_heading)
            inner = (
                weight if node is link.element else weight + _weight(node.name, " ".join(node.attrs.get("class", ())))
            )
            heading = in_heading or node.name in HEADINGS
            pending.append((None, inner, heading))
            pending += [(child, inner, heading) for child in reversed(node.contents)]
        elif not isinstance(node, ScriptText):
            parts.append(str(node))
    return found


@lru_cache(maxsize=16384)
def stands_beside(names: str) -> bool:
    """Whether class names call their element something else than a headline: a kicker, a category, a time …"""
    return _BESIDE_CLASS.search(names) is not None and _HEADLINE_CLASS.search(names) is None


@lru_cache(maxsize=16384)
def _weight(name: str, names: str) -> float:
    """How much an element within a link speaks for its text being the headline."""
    weight = 0.0
    if name in HEADINGS:
        weight += 3
    elif name in _BESIDE:
        weight -= 3
    elif name == "p":
        weight -= 0.5
    if names:
        if _HEADLINE_CLASS.search(names):
            weight += 2
        elif _BESIDE_CLASS.search(names):
            weight -= 3
        elif _SUMMARY_CLASS.search(names):
            weight -= 1
    return weight


def _same(one: str, other: str) -> bool:
    return headline_key(one) == headline_key(other)


def _is_fuller(text: str, shown: str, source: Source, url: str) -> bool:
    """Whether an attribute's `text` is the fuller form of the headline that is `shown`."""
    full, short = headline_key(text), headline_key(shown)
    if full == short:
        # The same words: mixed case reads better than capitals.
        return shown.isupper() and not text.isupper()
    if word_count(text) < 3 or len(full) <= len(short):
        return False
    if full.endswith(short):
        # What stands before is a kicker, or says what the link does: "To the article: …".
        return False
    if len(short) >= 12 and full.startswith(short):
        # Cut off with an ellipsis, or by a style sheet. A label for screen readers adds dates and names instead.
        return shown.endswith(("…", "...")) or source == "title"
    if source == "aria-label":
        return False
    full_words, short_words = set(full.split()), set(short.split())
    shared = len(full_words & short_words) / max(1, len(short_words))
    if source == "image_alt":
        # Captions name what is in the picture, as the headline does; only the address tells a headline from them.
        return _in_slug(full_words, url) >= 0.7
    return shared >= 0.5 or _in_slug(full_words, url) >= 0.5


def _in_slug(words: set[str], url: str) -> float:
    """The share of the longer words of a headline that its address spells, after folding to ASCII letters."""
    slug = _ascii(headline_key(unquote(url.rpartition("//")[2])))
    long_words = [_ascii(word) for word in words if len(word) > 3]
    return sum(word in slug for word in long_words) / max(1, len(long_words))


_TO_ASCII = str.maketrans("çğıöşüâîûáàäãåéèêëíìïóòôõøúùñýæß", "cgiosuaiuaaaaaeeeeiiiooooouunyas")


def _ascii(text: str) -> str:
    return text.translate(_TO_ASCII)
