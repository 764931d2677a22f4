"""The comment platforms that news sites use, and how a page's HTML shows which one it has.

A table to read and to extend: one row a piece of evidence. Hints that nothing follows from (preconnect, style sheets,
counter scripts on list pages) are no evidence and have no row. Publishers have no row either.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from pipelines.extract.document import Element
from pipelines.extract.names import names_holding
from pipelines.extract.page import Page, script_source
from pipelines.lake.ids import canonical_url

Where = Literal["tag", "id", "class", "attribute", "field", "script", "iframe", "inline", "link"]

# What a page shows, in this order of trust where it shows several. Names (of a tag, an id, a class, an attribute, an
# input's field) are whole names divided by blanks: "*" stands for anything, an attribute may state its value.
# For the address of a script, an iframe or a link and for the source of an inline script it is text that stands in it.
_EVIDENCE: tuple[tuple[str, Where, str], ...] = (
    ("disqus", "id", "disqus_thread dsq-content dsq-comments"),
    ("disqus", "class", "disqus-comments disqus-comment disqus-thread disqus_thread"),
    ("disqus", "script", ".disqus.com/embed.js"),
    ("disqus", "script", "/disqus-comment-system/public/js/comment_embed"),
    ("disqus", "iframe", "//disqus.com/embed/comments"),
    ("disqus", "inline", ".disqus.com/embed.js"),
    ("disqus", "link", "#disqus_thread"),
    ("coral", "id", "coral_talk_stream coral_talk coral_thread coral-thread coral_stream coral-stream"),
    ("coral", "id", "coral-comments coral_comments coral-container coral_container coralContainer"),
    ("coral", "class", "coral-comments coral-stream coral-thread coral-talk coral-talk-stream"),
    ("coral", "script", "//coral."),
    ("coral", "script", ".coral.coralproject.net"),
    ("coral", "inline", "Coral.createStreamEmbed"),
    ("coral", "inline", "Coral.Talk.render"),
    ("coral", "inline", "coral_talk_"),
    ("openweb", "attribute", "data-spotim-module=conversation data-spotim-module=default"),
    ("openweb", "attribute", "data-spotim-module=spotim-launcher data-spotim-app=conversation"),
    ("openweb", "id", "*openweb-conversation spotim-specific"),
    ("openweb", "class", "spot-im-comments"),
    ("viafoura", "tag", "vf-conversations vf-comments vf-conversation-starter"),
    ("viafoura", "class", "*viafoura* vf-comments vf3-comments"),
    ("hyvor", "tag", "hyvor-talk-comments"),
    ("hyvor", "id", "hyvor-talk-view"),
    ("hyvor", "script", "//talk.hyvor.com/"),
    ("isso", "id", "isso-thread"),
    ("isso", "attribute", "data-isso data-isso-id"),
    ("remark42", "id", "remark42"),
    ("remark42", "inline", "remark_config"),
    ("ghost", "attribute", "data-ghost-comments data-ghost-comment"),
    ("ghost", "id", "ghost-comments ghost-comments-root"),
    ("guardian", "attribute", "data-discussion-key name=DiscussionWeb name=DiscussionLayout name=DiscussionContainer"),
    ("guardian", "attribute", "name=Discussion name=DiscussionApps"),
    ("vuukle", "id", "vuukle-comments vuukle-comment vuukle_div"),
    ("vuukle", "class", "vuukle-comments vuukle-comment"),
    ("insticator", "id", "insticator-comment*"),
    ("insticator", "class", "insticator-comment*"),
    # Systems that the record has no word for: a section, but none of the above and not the site's own either.
    ("", "id", "HCB_comment_box cackle-* mc-container hypercomments_widget graphcomment commento cusdis_thread"),
    ("", "id", "fastcomments-widget livefyre-comment livefyre-comments lf_comment_stream vk_comments ulCommentWidget"),
    ("", "class", "fyre ulCommentWidget giscus utterances muut gig-comments-container"),
    ("", "script", "//giscus.app/client"),
    ("", "script", "//utteranc.es/client"),
    ("", "script", "//cdn.commento.io"),
    ("", "script", "//cdn.livefyre.com"),
    ("", "tag", "comentario-comments"),
    ("wordpress", "class", "comment-respond comment-reply-title commentlist bypostauthor thread-even thread-odd"),
    ("wordpress", "class", "wpdiscuz-* wpdiscuz_* wpd-thread-list jetpack-comments tcm-comments-list"),
    ("wordpress", "id", "respond li-comment-* div-comment-* wpd-threads jetpack_remote_comment"),
    ("wordpress", "field", "comment_post_ID wp-comment-cookies-consent"),
    ("drupal", "class", "comment-by-anonymous field--type-comment ajax-comments-* js-comment"),
    ("drupal", "class", "field-name-comment-body field--name-comment-body"),
    ("drupal", "link", "/comment/reply/"),
    ("facebook", "tag", "fb:comments amp-facebook-comments"),
    ("facebook", "class", "fb-comments"),
)
OTHER = ""  # the platform of those rows that name none


class Thread(NamedTuple):
    """Where the comments of a page are kept, as `record.CommentSection` says per platform; None for what it hides."""

    endpoint: str | None = None
    id: str | None = None


# Where a platform's markup or set-up says which thread belongs on the page, the more exact first: attributes of the
# elements that show the platform, metadata, then what an inline script assigns to a name.
_QUOTED = r"""['"]?\s*[:=]\s*['"]([^'"<>]{1,300})['"]"""
_ADDRESS = r"""['"]?\s*(?:[:=]|\|\|)\s*['"]((?:https?:)?(?://|\\/\\/)[^'"\s<>]{1,300})['"]"""
_THREAD_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "disqus": ("data-disqus-identifier", "data-identifier", "data-disqus-url"),
    "coral": ("data-story-id", "data-coral-id", "data-asset-id", "data-story-url"),
    "openweb": ("data-post-id",),
    "viafoura": ("vf-container-id", "data-vf-container-id", "data-container-id"),
    "hyvor": ("page-id", "data-page-id"),
    "isso": ("data-isso-id",),
    "ghost": ("data-post-id",),
    "guardian": ("data-discussion-key",),
    "facebook": ("data-href", "href"),
    "vuukle": ("data-article-id",),
    "insticator": ("data-page-id",),
}
_THREAD_META: dict[str, tuple[str, ...]] = {"viafoura": ("vf:container_id", "vf:unique_id")}
_THREAD_SCRIPTS: dict[str, tuple[str, ...]] = {
    "disqus": (
        rf"(?:\bdisqus_?identifier|page\.identifier){_QUOTED}",
        rf"(?:\bdisqus_?url|page\.url){_ADDRESS}",
    ),
    "coral": (rf"(?:\bstory_?ID|\basset_id|\btalkAssetId){_QUOTED}", rf"(?:\bstory_?url|\basset_url){_ADDRESS}"),
    "openweb": (rf"\bpost_?id{_QUOTED}",),
    "hyvor": (rf"\bHYVOR_TALK_CONFIG\b[^}}]{{0,2000}}\bid{_QUOTED}",),
    "remark42": (rf"\bremark_config\b[^}}]{{0,2000}}\burl{_ADDRESS}",),
    "guardian": (rf"\bshortUrlId{_QUOTED}",),
    "vuukle": (rf"\barticleId{_QUOTED}",),
}
# What stands in any script that sets the platform up; the others are not searched.
_SET_UP = {
    "disqus": "isqus",
    "coral": "oral",
    "openweb": "spot",
    "hyvor": "HYVOR_TALK_CONFIG",
    "remark42": "remark_config",
    "guardian": "iscussion",
    "vuukle": "VUUKLE",
}
_ENDPOINT_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "coral": ("data-root-url",),
    "isso": ("data-isso",),
    "ghost": ("data-ghost-comments",),
}
# In scripts written into the page and in the addresses of the others.
_ENDPOINT_SCRIPTS: dict[str, tuple[str, ...]] = {
    "disqus": (
        rf"\bdisqus_?shortname{_QUOTED}",
        r"(?://|\\/\\/)([\w-]{1,100})\.disqus\.com(?:/|\\/)(?:embed|count)\.js",
    ),
    "coral": (
        rf"\b(?:rootURL|\w{{0,30}}coral\w{{0,30}}url_*|talk){_ADDRESS}",
        r"^((?:https?:)?//[^/]+/)(?:assets|static)/(?:js/)?embed\.js",
    ),
    "remark42": (rf"\bremark_config\b[^}}]{{0,2000}}\bhost{_ADDRESS}",),
    "guardian": (rf"\bdiscussionApiUrl{_ADDRESS}",),
}
_REMARK_SITE = re.compile(rf"\bremark_config\b[^}}]{{0,2000}}\bsite_id{_QUOTED}")
_WORDPRESS_POST = re.compile(r"/wp/v2/(?:posts|pages)/(\d+)|[?&]p=(\d+)")
_WORDPRESS_BODY = re.compile(r"(?:postid|page-id)-(\d+)")
_DRUPAL_NODE = re.compile(r"/comment/reply/(?:node/)?(\d+)|/node/(\d+)$")
_REST = "https://api.w.org/"  # the kind of link that leads to WordPress's REST root
_WORDPRESS_PLACES = frozenset(["comments", "respond"])
_POST_FIELD = "comment_post_ID"
_SHORTNAME = re.compile(r"[\w-]+")
_REMARK_DEFAULT_SITE = "remark"  # remark42.com/docs/configuration/frontend
_MAX_INLINE = 50_000  # a set-up is short; longer scripts are programs or data


def _rows(where: Where) -> list[tuple[str, str]]:
    return [(platform, text) for platform, place, text in _EVIDENCE if place == where]


_NEEDLES = {where: _rows(where) for where in ("script", "iframe", "inline", "link")}
_NAMES = {
    where: {name: platform for platform, names in _rows(where) for name in names.split()}
    for where in ("tag", "id", "class", "attribute", "field")
}
_PATTERNS = {where: {name: _NAMES[where][name] for name in _NAMES[where] if "*" in name} for where in ("id", "class")}
_TRUST = {platform: n for n, platform in enumerate(dict.fromkeys(platform for platform, _, _ in _EVIDENCE))}
# Attributes that are evidence by themselves, for whoever goes over a page's elements.
ATTRIBUTES = frozenset(name.partition("=")[0] for name in _NAMES["attribute"])


def find_platform(page: Page, marked: list[Element], own: Collection[str]) -> tuple[str, Element] | None:
    """The comment platform that the page shows and the first element that shows it; None where nothing does.

    `marked` are the elements that have one of `ATTRIBUTES`; `own` are the page's addresses in canonical form.
    The platform is `OTHER` for a known system without a name of its own here.
    """
    return min(_evidence(page, marked, own), key=lambda found: (_TRUST[found[0]], found[1].order), default=None)


def _evidence(page: Page, marked: list[Element], own: Collection[str]) -> Iterator[tuple[str, Element]]:
    for platform, name in _named("class", page.by_class):
        yield platform, page.by_class[name][0]
    for platform, name in _named("id", page.by_id):
        yield platform, page.by_id[name]
    for name, platform in _NAMES["tag"].items():
        if name in page.by_name:
            yield platform, page.by_name[name][0]
    for element in marked:
        for name in element.attrs.keys() & ATTRIBUTES:
            for stated in (name, f"{name}={element.attrs[name]}"):
                if stated in _NAMES["attribute"]:
                    yield _NAMES["attribute"][stated], element
    for element in page.by_name.get("input", ()):
        if element.attrs.get("name") in _NAMES["field"]:
            yield _NAMES["field"][element.attrs["name"]], element
    frames = page.by_name.get("iframe", ())
    yield from _stating("iframe", [(e.attrs.get("src") or e.attrs.get("data-src", ""), e) for e in frames])
    files = [(source, e) for e in page.by_name.get("script", ()) if (source := e.attrs.get("src"))]
    yield from _stating("script", files)
    yield from _stating("inline", [(source, element) for element, source in _inline_scripts(page)])
    links = [(link.url, link.element) for link in page.links]
    for platform, element in _stating("link", links):
        url = page.resolve(element.attrs["href"]) or ""
        if "#" not in url or canonical_url(url) in own:
            yield platform, element


def _named(where: Where, names: Collection[str]) -> Iterator[tuple[str, str]]:
    for name, platform in _NAMES[where].items():
        if name in names:
            yield platform, name
    patterns = _PATTERNS[where]
    for name in names_holding(names, (pattern.strip("*").lower() for pattern in patterns)):
        for pattern, platform in patterns.items():
            if fnmatchcase(name, pattern):
                yield platform, name


def _stating(where: Where, texts: list[tuple[str, Element]]) -> Iterator[tuple[str, Element]]:
    """The platforms that the texts of elements speak of."""
    # Most pages speak of none: one search in all texts tells.
    joined = "\n".join(text for text, _ in texts)
    for platform, needle in _NEEDLES[where]:
        if needle in joined:
            for text, element in texts:
                if needle in text:
                    yield platform, element


def find_thread(page: Page, platform: str, places: Iterable[Element]) -> Thread:
    """Where the platform keeps the page's thread, read from `places`, metadata or set-up scripts."""
    if platform == "wordpress":
        return _wordpress(page)
    if platform == "drupal":
        return Thread(None, _drupal_node(page))
    own_tags = [tag for tag, owner in _NAMES["tag"].items() if owner == platform and tag in page.by_name]
    elements = [*places, *(page.by_name[tag][0] for tag in own_tags)]
    word = _SET_UP.get(platform)
    sources = [source for _, source in _inline_scripts(page) if word in source] if word is not None else []
    # The Guardian hands its parts their set-up in an attribute.
    sources += [props for element in elements if (props := element.attrs.get("props"))]
    thread = (
        _attribute(elements, _THREAD_ATTRIBUTES.get(platform, ()))
        or page.meta_content(*_THREAD_META.get(platform, ()))
        or _assigned(sources, _THREAD_SCRIPTS.get(platform, ()))
    )
    return Thread(_endpoint(page, platform, elements, sources), thread)


def _endpoint(page: Page, platform: str, elements: list[Element], sources: list[str]) -> str | None:
    """The root address of the platform's interface, in the form that `record.CommentSection` gives it."""
    files = [source for element in page.by_name.get("script", ()) if (source := element.attrs.get("src"))]
    stated = _attribute(elements, _ENDPOINT_ATTRIBUTES.get(platform, ())) or _assigned(
        [*sources, *files], _ENDPOINT_SCRIPTS.get(platform, ())
    )
    if platform == "disqus":
        return f"https://{stated}.disqus.com/" if stated and _SHORTNAME.fullmatch(stated) else None
    root = _root(page, stated)
    if platform == "remark42" and root is not None:
        site = next((match[1] for match in map(_REMARK_SITE.search, sources) if match), _REMARK_DEFAULT_SITE)
        return f"{root}?{urlencode({'site': site})}"
    return root


def _inline_scripts(page: Page) -> Iterator[tuple[Element, str]]:
    """The scripts written into the page that can be a set-up."""
    for element in page.by_name.get("script", ()):
        if "src" not in element.attrs and "json" not in element.attrs.get("type", ""):
            source = script_source(element)
            if source and len(source) <= _MAX_INLINE:
                yield element, source


def _attribute(elements: Iterable[Element], names: Collection[str]) -> str | None:
    values = (element.attrs.get(name, "").strip() for element in elements for name in names)
    return next(filter(None, values), None)


def _assigned(sources: Iterable[str], patterns: Iterable[str]) -> str | None:
    """What the first of `patterns` that stands in a source has in its group."""
    for pattern in patterns:
        for source in sources:
            if (match := re.search(pattern, source, re.IGNORECASE)) and (value := match[1].replace("\\/", "/").strip()):
                return value
    return None


def _root(page: Page, address: str | None) -> str | None:
    """An address as an absolute one that paths can be added to."""
    root = page.resolve(address) if address else None
    return root if root is None or root.endswith("/") else f"{root}/"


def is_wordpress(page: Page) -> bool:
    """Whether WordPress serves the page and its comments: in any theme they stand where its links to them lead."""
    return not page.by_id.keys().isdisjoint(_WORDPRESS_PLACES) and any(
        _REST in link.attrs.get("rel", ()) for link in page.by_name.get("link", ())
    )


def _wordpress(page: Page) -> Thread:
    """The REST root from the head, and the number of the post: from the form, the head or the class of the body."""
    links = [(link.attrs.get("rel", ()), link.attrs.get("href", "")) for link in page.by_name.get("link", ())]
    root = next((href for rel, href in links if _REST in rel), None)
    numbers = [e.attrs.get("value", "") for e in page.by_name.get("input", ()) if e.attrs.get("name") == _POST_FIELD]
    for rel, href in links:
        if ("alternate" in rel or "shortlink" in rel) and (match := _WORDPRESS_POST.search(href)):
            numbers.append(match[1] or match[2])
    for body in page.by_name.get("body", ()):
        numbers += [match[1] for match in map(_WORDPRESS_BODY.fullmatch, body.attrs.get("class", ())) if match]
    return Thread(_root(page, root), next((number for number in numbers if number.isdecimal()), None))


def _drupal_node(page: Page) -> str | None:
    """The number of the node, from a link to answer it or its short address."""
    links = [link.url for link in page.links if "/comment/reply/" in link.url]
    links += [e.attrs.get("href", "") for e in page.by_name.get("link", ()) if "shortlink" in e.attrs.get("rel", ())]
    return next((match[1] or match[2] for match in map(_DRUPAL_NODE.search, links) if match), None)
