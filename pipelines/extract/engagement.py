"""Numbers that a page states about its story, the recommendation vendors' slots on it, the networks it is shared to.

Each number is an observation with its source; where sources disagree all are kept. How a number is spelt is read in
`numbers`; the comments themselves are read in `comment_list`.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Literal

from pipelines.extract.document import Element
from pipelines.extract.names import elements_named
from pipelines.extract.numbers import find_count
from pipelines.extract.page import Page, script_source
from pipelines.extract.record import Engagement, Widget

Source = Literal["json-ld", "microdata", "meta", "script", "text"]

# --- numbers --------------------------------------------------------------------------------------------------------

# schema.org's kinds of interaction by the verb in their names: LikeAction, UserLikes, http://schema.org/ShareAction.
_VERBS = {
    "Comment": "comments",
    "Like": "likes",
    "Dislike": "dislikes",
    "Share": "shares",
    "View": "views",
    "Watch": "views",
    "Read": "views",
    "Page": "views",
    "Play": "plays",
    "React": "reactions",
    "Vote": "votes",
}
_VERB = re.compile(rf"(?:User)?({'|'.join(_VERBS)})")
_PROPERTIES = {"commentCount": "comments", "upvoteCount": "likes", "downvoteCount": "dislikes"}
_STORY_TYPE = re.compile(r"Article|Posting|WebPage|Report|Review|VideoObject|CreativeWork|LiveBlog")
_COMMENT_TYPE = re.compile(r"schema\.org/(?:Comment|UserComments|Answer|Review)\b")

# Names under which metadata and data layers state a count: "commentCount", "shares_count", "article_comments".
_KEYS = {
    "comments": (
        "commentCount",
        "commentsCount",
        "comment_count",
        "comments_count",
        "numberOfComments",
        "number_of_comments",
        "num_comments",
        "nbComments",
        "totalComments",
    ),
    "shares": ("shareCount", "sharesCount", "share_count", "shares_count"),
    "views": ("viewCount", "viewsCount", "view_count", "views_count", "readCount", "read_count"),
    "likes": ("likeCount", "likesCount", "like_count", "likes_count"),
    "reactions": ("reactionCount", "reactionsCount", "reaction_count", "reactions_count"),
}
_META_NAME = re.compile(
    r"(?:.*[:._-])?(comment|share|view|like|reaction)s?[:._-](?:count|total|number)|article[:._-](comment|share)s"
)
# One pattern an ending: a pattern that begins with fixed letters is searched for fast.
_IN_SCRIPT = [
    re.compile(rf"{ending}(?P<after>[\"']?\s*[:=]\s*[\"']?)(?P<value>\d+)\b") for ending in ("ount", "omments")
]
_METRIC_OF_KEY = {key: metric for metric, keys in _KEYS.items() for key in keys}
_KEY_END = re.compile(r"\w+\Z")
_MAX_KEY = 20
_MAX_MICRODATA = 50
_MAX_SCRIPT = 100_000

# A line of a page that states numbers and nothing else: "324 kez okundu", "Okunma: 1.234", "4 comments 29 shares".
_NOUNS: dict[str, str] = {
    "comments": r"(?:leser-?|reader )?(?:comments?|kommentare?)|leserbeiträge|yorum(?:lar)?|commentaires?|comentarios?"
    r"|comentários?|commenti|reacties",
    "shares": r"shares?|(?:mal |times |fois |kez |veces )?(?:geteilt|shared|partagée?s?|paylaşıldı|compartid[oa]s?)"
    r"|paylaşım|teilungen|partages?|compartidos?|condivisioni",
    "views": r"views?|reads?|(?:mal |times |fois |kez |veces |kişi )?(?:gelesen|angesehen|aufgerufen|viewed|read|lue?s?"
    r"|vues?|okundu|okudu|görüntülendi|leíd[oa]s?|vist[oa]s?)|okun?ma(?: sayısı)?|görüntülen?me(?: sayısı)?|izlenme"
    r"|gösterim|aufrufe|hits?|visitas|visualizaciones|lecturas|lectures",
    "likes": r"likes?|beğeni(?:ler)?|beğenme|kişi beğendi|gefällt(?: mir)?(?: angaben)?|j['’]aime|me gusta",
    "reactions": r"reactions?|reaktionen|tepki(?:ler)?|réactions|reacciones",
}
# Possessive: a long row of figures is given up at once, not figure by figure.
_NUMBER = (
    r"\d[\d.,'’\u00a0\u202f ]*+(?:\s?(?:[KMB](?!\w)|Mn|bin|mil(?!\w)|milyon|milyar|Tsd\.?|Mio\.?|million(?:en|s)?"
    r"|millones|milliards?)(?: de| d['’])?)?\+?"
)


def _alternatives(suffix: str) -> str:
    return "|".join(f"(?P<{metric}_{suffix}>{noun})" for metric, noun in _NOUNS.items())


_STATED = (
    rf"(?:(?P<before>{_NUMBER})\s*(?:{_alternatives('behind')})"
    rf"|(?:{_alternatives('ahead')})\s*[:(]?\s*(?P<after>{_NUMBER})\)?)(?!\w)[^\w\n]*"
)
_FIRST = re.compile(
    rf"[^\w\n]*(?:(?:show|view|see|read|all|total|ver|voir|lire|les|alle|tüm|toplam)\s+)*{_STATED}", re.IGNORECASE
)
_NEXT = re.compile(_STATED, re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_MAX_LINE = 60


def read_engagement(page: Page) -> list[Engagement]:
    """The numbers that the page states about its story, each with the kind of source that states it.

    `metric` is comments, likes, dislikes, reactions, shares, views, plays or votes. A visible or scripted number counts
    only where it is the page's one of its kind: among several, most are other stories'.
    """
    found = [
        *_tagged("json-ld", _in_json_ld(page)),
        *_tagged("microdata", _in_microdata(page)),
        *_tagged("meta", _in_meta(page)),
        *_tagged("script", _sole(_in_scripts(page))),
        *_tagged("text", _sole(_in_text(page))),
    ]
    return [{"metric": metric, "value": value, "source": source} for source, metric, value in dict.fromkeys(found)]


def _tagged(source: Source, numbers: Iterable[tuple[str, int]]) -> Iterator[tuple[Source, str, int]]:
    return ((source, metric, value) for metric, value in numbers)


def _sole(numbers: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """The numbers of those metrics that have one value."""
    values: dict[str, set[int]] = {}
    for metric, value in numbers:
        values.setdefault(metric, set()).add(value)
    return ((metric, next(iter(only))) for metric, only in values.items() if len(only) == 1)


def _in_json_ld(page: Page) -> Iterator[tuple[str, int]]:
    for entry in page.json_ld:
        if not _STORY_TYPE.search(str(entry.get("@type", ""))):
            continue
        for name, metric in _PROPERTIES.items():
            yield from _whole(metric, entry.get(name))
        statistics = entry.get("interactionStatistic")
        for statistic in statistics if isinstance(statistics, list) else [statistics]:
            if isinstance(statistic, dict):
                kind = statistic.get("interactionType")
                verb = _VERB.search(str(kind.get("@type", "")) if isinstance(kind, dict) else str(kind))
                if verb is not None:
                    yield from _whole(_VERBS[verb[1]], statistic.get("userInteractionCount"))
        # What schema.org said before it had InteractionCounter: "UserComments:5", "5 UserLikes".
        counted = entry.get("interactionCount")
        for stated in map(str, counted if isinstance(counted, list) else [counted]):
            if (verb := _VERB.search(stated)) and (value := find_count(stated.rpartition(":")[2])) is not None:
                yield _VERBS[verb[1]], value


def _whole(metric: str, value: Any) -> Iterator[tuple[str, int]]:
    """The number where `value` is one, written as a JSON number or as a string."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15 and value == int(value):
        yield metric, int(value)


def _in_microdata(page: Page) -> Iterator[tuple[str, int]]:
    for name in (*_PROPERTIES, "interactionCount", "userInteractionCount"):
        for element in page.by_itemprop.get(name, [])[:_MAX_MICRODATA]:
            scopes = [around for around in page.ancestors(element) if "itemscope" in around.attrs]
            if any(_COMMENT_TYPE.search(scope.attrs.get("itemtype", "")) for scope in scopes):
                continue
            stated = element.attrs.get("content") or page.text_of(element)
            if name in _PROPERTIES:
                metric = _PROPERTIES[name]
            else:
                verb = _VERB.search(stated) or (_VERB.search(_interaction_type(page, scopes[0])) if scopes else None)
                if verb is None:
                    continue
                metric = _VERBS[verb[1]]
            value = find_count(stated.rpartition(":")[2], page.language)
            if value is not None:
                yield metric, value


def _interaction_type(page: Page, scope: Element) -> str:
    for element in page.by_itemprop.get("interactionType", ()):
        if scope.order < element.order < scope.end:
            return element.attrs.get("content") or element.attrs.get("href") or element.attrs.get("itemtype", "")
    return ""


def _in_meta(page: Page) -> Iterator[tuple[str, int]]:
    for name, contents in page.meta.items():
        match = _META_NAME.fullmatch(name) if contents[0].isdecimal() else None
        if match is not None:
            yield f"{match[1] or match[2]}s", int(contents[0])


def _in_scripts(page: Page) -> Iterator[tuple[str, int]]:
    for script in page.by_name.get("script", ()):
        source = script_source(script)
        if len(source) <= _MAX_SCRIPT and "ld+json" not in script.attrs.get("type", ""):
            for match in chain.from_iterable(pattern.finditer(source) for pattern in _IN_SCRIPT):
                key = _KEY_END.search(source, max(0, match.start() - _MAX_KEY), match.start("after"))
                if key is not None and key[0] in _METRIC_OF_KEY:
                    yield _METRIC_OF_KEY[key[0]], int(match["value"])


def _in_text(page: Page) -> Iterator[tuple[str, int]]:
    for line in page.text.split("\n"):
        # Few lines hold a number at all.
        if 3 < len(line) < _MAX_LINE and _DIGIT.search(line) and (first := _FIRST.match(line)):
            for match in _statements(line, first):
                value = find_count(match["before"] or match["after"], page.language)
                if value is not None:
                    yield next(name for name in _NOUNS if match[f"{name}_behind"] or match[f"{name}_ahead"]), value


def _statements(line: str, first: re.Match[str]) -> list[re.Match[str]]:
    """What the line states of numbers, or nothing where it says anything else beside."""
    statements = [first]
    while (at := statements[-1].end()) < len(line):
        match = _NEXT.match(line, at)
        if match is None:
            return []
        statements.append(match)
    return statements


# --- recommendation widgets ---------------------------------------------------------------------------------------

# What vendors of recommendations call their containers: words that stand in no other name.
_VENDORS = {
    "taboola": "taboola",
    "trc_related_container": "taboola",
    "tbl-feed": "taboola",
    "outbrain": "outbrain",
    "ob-widget": "outbrain",
    "ob-smartfeed": "outbrain",
    "mgid": "mgid",
    "scriptrootc": "mgid",
    "revcontent": "revcontent",
    "plista": "plista",
    "dablewidget": "dable",
    "ligatus": "ligatus",
    "strossle": "strossle",
    "engageya": "engageya",
    "zergnet": "zergnet",
    "contentad": "content.ad",
    "adskeeper": "adskeeper",
    "_popin_recommend": "popin",
}
_CONTAINERS = frozenset(["article", "aside", "div", "li", "section", "ul"])


def read_widgets(page: Page) -> list[Widget]:
    """The slots of recommendation vendors in document order; `empty` where the HTML holds no link in it."""
    vendors: dict[int, str] = {}
    for name, element in elements_named(page, _VENDORS):
        if element.name in _CONTAINERS:
            folded = name.lower()
            vendors[element.order] = next(vendor for word, vendor in _VENDORS.items() if word in folded)
    widgets: list[Widget] = []
    end = 0
    for order in sorted(vendors):
        if order >= end:
            end = page.elements[order].end
            filled = any(order < link.element.order < end for link in page.links)
            widgets.append({"vendor": vendors[order], "empty": not filled})
    return widgets


# --- sharing --------------------------------------------------------------------------------------------------------

# By host, without "www." and "m.": the network and what stands in an address that shares to it (nothing: any does).
_SHARE_ADDRESSES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "facebook.com": (
        ("messenger", ("/dialog/send",)),
        ("facebook", ("/sharer", "/share.php", "/dialog/share", "/dialog/feed")),
    ),
    "twitter.com": (("x", ("/intent/", "/share", "/home?status")),),
    "x.com": (("x", ("/intent/", "/share")),),
    "wa.me": (("whatsapp", ("text=",)),),
    "api.whatsapp.com": (("whatsapp", ("/send",)),),
    "web.whatsapp.com": (("whatsapp", ("/send",)),),
    "t.me": (("telegram", ("/share",)),),
    "telegram.me": (("telegram", ("/share",)),),
    "linkedin.com": (("linkedin", ("/share", "/cws/share", "/feed/?shareActive")),),
    "pinterest.com": (("pinterest", ("/pin/create",)),),
    "reddit.com": (("reddit", ("/submit",)),),
    "tumblr.com": (("tumblr", ("/share", "/widgets/share")),),
    "share.flipboard.com": (("flipboard", ()),),
    "bsky.app": (("bluesky", ("/intent/",)),),
    "threads.net": (("threads", ("/intent/",)),),
    "vk.com": (("vk", ("/share",)),),
    "vkontakte.ru": (("vk", ("/share",)),),
    "connect.ok.ru": (("ok", ()),),
    "xing.com": (("xing", ("/spi/shares", "op=share", "/share")),),
    "getpocket.com": (("pocket", ("/save", "/edit")),),
    "line.me": (("line", ("/R/msg",)),),
    "social-plugins.line.me": (("line", ()),),
    "b.hatena.ne.jp": (("hatena", ()),),
    "plus.google.com": (("google-plus", ("/share",)),),
    "news.google.com": (("google-news", ("/publications/",)),),
}
_SHARE_SCHEMES = {
    "whatsapp:": "whatsapp",
    "fb-messenger:": "messenger",
    "viber:": "viber",
    "tg:": "telegram",
    "mailto:?": "email",
    "sms:?": "sms",
}
_NETWORKS = {
    "facebook": "facebook",
    "fb": "facebook",
    "twitter": "x",
    "x": "x",
    "whatsapp": "whatsapp",
    "telegram": "telegram",
    "linkedin": "linkedin",
    "pinterest": "pinterest",
    "reddit": "reddit",
    "email": "email",
    "mail": "email",
    "messenger": "messenger",
    "flipboard": "flipboard",
    "bluesky": "bluesky",
    "threads": "threads",
    "mastodon": "mastodon",
    "tumblr": "tumblr",
    "xing": "xing",
    "pocket": "pocket",
    "vk": "vk",
    "viber": "viber",
    "line": "line",
    "hatena": "hatena",
}
# In class names and ids, and in labels.
_SHARE_WORDS = ("share", "sharing", "paylas", "teilen", "partag", "compart", "condivid", "a2a_button")
_SHARE_LABEL = re.compile(r"share|post|tweet|send|paylaş|gönder|teilen|partager|compart|condivid|delen")
_SHARE_ATTRIBUTES = frozenset(["data-share", "data-network", "data-social", "data-share-network", "data-service"])
_LABELS = _SHARE_ATTRIBUTES | {"aria-label", "title"}
_MAX_LABEL = 60
_LABEL_WORD = re.compile(r"[A-Za-z]+")
_NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def read_shares(page: Page) -> list[str]:
    """The networks that the page offers to share its story to, in document order, each once.

    Links to a network's share address and buttons that say so count; links to the publisher's own profiles do not.
    """
    found: dict[int, str] = {}
    # Most links lead to the page's own site: they are passed over without a call.
    inner = ("/", "#", f"{page.origin[1]}/")
    for name in ("a", "button"):
        for element in page.by_name.get(name, ()):
            attributes = element.attrs
            href = attributes.get("href")
            network = _shared_to(href) if href and not href.startswith(inner) else None
            if network is None and not _LABELS.isdisjoint(attributes):
                network = _labelled(attributes)
            if network is not None:
                found[element.order] = network
    for name, element in elements_named(page, _SHARE_WORDS):
        network = _network_in(_NAME_WORD, name)
        if network is not None:
            found.setdefault(element.order, network)
    return list(dict.fromkeys(found[order] for order in sorted(found)))


def _shared_to(href: str) -> str | None:
    if not href.startswith("http"):
        return next((network for scheme, network in _SHARE_SCHEMES.items() if href.startswith(scheme)), None)
    host, _, path = href.partition("//")[2].partition("/")
    for network, parts in _SHARE_ADDRESSES.get(host.removeprefix("www.").removeprefix("m."), ()):
        if not parts or any(part in f"/{path}" for part in parts):
            return network
    return None


def _labelled(attributes: dict[str, Any]) -> str | None:
    """The network in the label or the share attribute of a button or link: "Facebook'ta paylaş", data-share="x"."""
    if not _SHARE_ATTRIBUTES.isdisjoint(attributes):
        stated = (_NETWORKS.get(attributes.get(name, "").lower()) for name in _SHARE_ATTRIBUTES)
        network = next(filter(None, stated), None)
        if network is not None:
            return network
    label = attributes.get("aria-label") or attributes.get("title")
    if not label or len(label) > _MAX_LABEL or not _SHARE_LABEL.search(label.casefold()):
        return None
    return _network_in(_LABEL_WORD, label)


def _network_in(word: re.Pattern[str], text: str) -> str | None:
    return next((_NETWORKS[w.lower()] for w in word.findall(text) if w.lower() in _NETWORKS), None)
