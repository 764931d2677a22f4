"""The comment platforms that news sites use, and how a page's HTML shows which one it has.

A table to read and to extend: one row a piece of evidence. Hints that nothing follows from (preconnect, style sheets,
counter scripts on list pages) are no evidence and have no row. Publishers have no row either.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal, get_args

from pipelines.extract.document import Element
from pipelines.extract.page import Page, script_source
from pipelines.lake.ids import canonical_url

Where = Literal["tag", "id", "class", "attribute", "field", "script", "iframe", "inline", "link"]

# What a page shows, in this order of trust where it shows several. For a tag, id, class, attribute or field (the name
# of an input) the pattern must match the whole name; an attribute may state its value: "name=value". For the address of
# a script, an iframe or a link and for the source of an inline script it is text that stands in it.
_EVIDENCE: tuple[tuple[str, Where, str], ...] = (
    ("disqus", "id", r"disqus_thread|dsq-content"),
    ("disqus", "class", r"disqus-comments?|disqus-thread"),
    ("disqus", "script", ".disqus.com/embed.js"),
    ("disqus", "script", "/disqus-comment-system/public/js/comment_embed"),
    ("disqus", "iframe", "//disqus.com/embed/comments"),
    ("disqus", "inline", ".disqus.com/embed.js"),
    ("disqus", "link", "#disqus_thread"),
    ("coral", "id", r"coral_talk_stream|coral[-_]?(?:talk|thread|stream|comments?|container)"),
    ("coral", "class", r"coral-(?:talk|thread|stream|comments?)(?:-.*)?"),
    ("coral", "script", "//coral."),
    ("coral", "script", ".coral.coralproject.net"),
    ("coral", "inline", "Coral.createStreamEmbed"),
    ("coral", "inline", "Coral.Talk.render"),
    ("openweb", "attribute", r"data-spotim-module=(?:conversation|default|spotim-launcher)"),
    ("openweb", "attribute", r"data-spotim-app=conversation"),
    ("openweb", "id", r".*openweb-conversation|spotim-specific"),
    ("openweb", "class", r"spot-im-frame-.*"),
    ("viafoura", "tag", r"vf-conversations|vf-comments|vf-conversation-starter"),
    ("viafoura", "class", r"(?:.*[-_])?viafoura(?:[-_].*)?|vf3?-comments"),
    ("hyvor", "tag", r"hyvor-talk-comments"),
    ("hyvor", "id", r"hyvor-talk-view"),
    ("hyvor", "script", "//talk.hyvor.com/"),
    ("isso", "id", r"isso-thread"),
    ("isso", "attribute", r"data-isso"),
    ("isso", "attribute", r"data-isso-id"),
    ("remark42", "id", r"remark42"),
    ("remark42", "inline", "remark_config"),
    ("ghost", "attribute", r"data-ghost-comments"),
    ("ghost", "attribute", r"data-ghost-comment"),
    ("ghost", "id", r"ghost-comments(?:-root)?"),
    ("vuukle", "id", r"vuukle-comments?|vuukle_div"),
    ("vuukle", "class", r"vuukle-comments?"),
    ("insticator", "id", r"insticator-comment(?:s|ing)?(?:-.*)?"),
    ("insticator", "class", r"insticator-comment(?:s|ing)?(?:-.*)?"),
    # Systems that the vocabulary has no word for: a section, but neither one of the above nor the site's own.
    ("", "id", r"HCB_comment_box|cackle-.*|mc-container|hypercomments_widget|graphcomment|commento|cusdis_thread"),
    ("", "id", r"fastcomments-widget|livefyre-comments?|lf_comment_stream|vk_comments|ulCommentWidget"),
    ("", "class", r"fyre|ulCommentWidget|giscus|utterances|muut|gig-comments-container"),
    ("", "script", "//giscus.app/client"),
    ("", "script", "//utteranc.es/client"),
    ("", "script", "//cdn.commento.io"),
    ("", "script", "//cdn.livefyre.com"),
    ("", "tag", r"comentario-comments"),
    ("wordpress", "class", r"comment-respond|comment-reply-title|commentlist|bypostauthor|thread-(?:even|odd|alt)"),
    ("wordpress", "class", r"wpdiscuz.*|wpd-thread-list|jetpack-comments?|tcm-comments-list"),
    ("wordpress", "id", r"respond|(?:li|div)-comment-\d+|wpd-threads|jetpack_remote_comment"),
    ("wordpress", "field", r"comment_post_ID|wp-comment-cookies-consent"),
    ("drupal", "class", r"comment-wrapper__drupal|comment-by-anonymous|field--type-comment|ajax-comments-.*"),
    ("drupal", "class", r"field-name-comment-body|field--name-comment-body|js-comment"),
    ("drupal", "link", "/comment/reply/"),
    ("facebook", "tag", r"fb:comments"),
    ("facebook", "class", r"fb-comments"),
)
OTHER = ""  # the platform of those rows that name none

# Where a platform's markup or set-up says which thread belongs on the page: attributes, inline scripts, metadata.
_THREAD_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "disqus": ("data-disqus-identifier", "data-identifier"),
    "coral": ("data-story-id", "data-coral-id", "data-asset-id"),
    "openweb": ("data-post-id",),
    "viafoura": ("vf-container-id", "data-vf-container-id", "data-container-id"),
    "hyvor": ("page-id", "data-page-id"),
    "isso": ("data-isso-id",),
    "ghost": ("data-post-id",),
    "facebook": ("data-href", "href"),
    "vuukle": ("data-article-id",),
    "insticator": ("data-page-id",),
}
_QUOTED = r"""\s*[:=]\s*['"]([^'"\s]{1,200})['"]"""
_THREAD_SCRIPTS: dict[str, re.Pattern[str]] = {
    "disqus": re.compile(rf"(?:\bdisqus_identifier|page\.identifier|\"disqusIdentifier\"){_QUOTED}"),
    "coral": re.compile(rf"(?:\bstoryID|\bstory_id|\basset_id|\btalkAssetId)['\"]?{_QUOTED}"),
    "openweb": re.compile(rf"\bpost_?id['\"]?{_QUOTED}", re.IGNORECASE),
    "hyvor": re.compile(rf"\bHYVOR_TALK_CONFIG\b[^}}]*['\"]?\bid['\"]?{_QUOTED}"),
    "remark42": re.compile(rf"\bremark_config\b[^}}]*\burl{_QUOTED}"),
    "vuukle": re.compile(rf"\barticleId['\"]?{_QUOTED}"),
}
_THREAD_META: dict[str, tuple[str, ...]] = {"viafoura": ("vf:container_id", "vf:unique_id")}
_WORDPRESS_POST = re.compile(r"postid-(\d+)")
_MAX_INLINE = 50_000  # a set-up is short; longer scripts are programs or data


_Named = Literal["tag", "id", "class", "attribute", "field"]


def _names(where: _Named) -> tuple[list[str], re.Pattern[str]]:
    """The platforms of a place's rows, and one pattern in which the group that matches tells the row."""
    rows = [(platform, pattern) for platform, place, pattern in _EVIDENCE if place == where]
    groups = "|".join(f"(?P<r{n}>{pattern})" for n, (_, pattern) in enumerate(rows))
    return [platform for platform, _ in rows], re.compile(groups, re.IGNORECASE)


_NAMES = {where: _names(where) for where in get_args(_Named)}
_NEEDLES: dict[Where, list[tuple[str, str]]] = {
    where: [(platform, needle) for platform, place, needle in _EVIDENCE if place == where]
    for where in ("script", "iframe", "inline", "link")
}
_TRUST = {platform: n for n, platform in enumerate(dict.fromkeys(platform for platform, _, _ in _EVIDENCE))}
# Attributes that are evidence by themselves, for whoever goes over a page's elements.
ATTRIBUTES = frozenset(pattern.partition("=")[0] for _, where, pattern in _EVIDENCE if where == "attribute")


def find_platform(page: Page, marked: list[Element], own: Collection[str]) -> tuple[str, Element] | None:
    """The comment platform that the page shows and the first element that shows it; None where nothing does.

    `marked` are the elements that have one of `ATTRIBUTES`; `own` are the page's addresses in canonical form.
    The platform is `OTHER` for a known system without a name of its own here.
    """
    return min(_evidence(page, marked, own), key=lambda found: (_TRUST[found[0]], found[1].order), default=None)


def _evidence(page: Page, marked: list[Element], own: Collection[str]) -> Iterator[tuple[str, Element]]:
    for name, elements in page.by_class.items():
        yield from _match("class", name, elements[0])
    for name, element in page.by_id.items():
        yield from _match("id", name, element)
    for name, elements in page.by_name.items():
        if "-" in name or ":" in name:
            yield from _match("tag", name, elements[0])
    for element in marked:
        for name in element.attrs.keys() & ATTRIBUTES:
            yield from _match("attribute", name, element)
            yield from _match("attribute", f"{name}={element.attrs[name]}", element)
    for element in page.by_name.get("input", ()):
        yield from _match("field", element.attrs.get("name", ""), element)
    for element in page.by_name.get("iframe", ()):
        yield from _search("iframe", element.attrs.get("src") or element.attrs.get("data-src", ""), element)
    for element in page.by_name.get("script", ()):
        if source := element.attrs.get("src"):
            yield from _search("script", source, element)
        elif len(source := script_source(element)) <= _MAX_INLINE and "json" not in element.attrs.get("type", ""):
            yield from _search("inline", source, element)
    for link in page.links:
        for platform, element in _search("link", link.url, link.element):
            if "#" not in link.url or canonical_url(link.url) in own:
                yield platform, element


def _match(where: _Named, name: str, element: Element) -> Iterator[tuple[str, Element]]:
    platforms, pattern = _NAMES[where]
    match = pattern.fullmatch(name)
    if match is not None:
        yield platforms[int((match.lastgroup or "r0")[1:])], element


def _search(where: Where, text: str, element: Element) -> Iterator[tuple[str, Element]]:
    for platform, needle in _NEEDLES[where]:
        if needle in text:
            yield platform, element


def find_thread(page: Page, platform: str, places: Iterable[Element]) -> str | None:
    """The identifier under which the platform knows the page's thread, from `places`, metadata or a set-up script."""
    for element in places:
        for name in _THREAD_ATTRIBUTES.get(platform, ()):
            if value := element.attrs.get(name, "").strip():
                return value
    for name in _THREAD_META.get(platform, ()):
        if value := page.meta_content(name):
            return value
    if platform == "wordpress":
        return _wordpress_post(page)
    pattern = _THREAD_SCRIPTS.get(platform)
    for script in page.by_name.get("script", ()) if pattern is not None else ():
        source = script_source(script)
        match = pattern.search(source) if pattern is not None and len(source) <= _MAX_INLINE else None
        if match is not None:
            return match[1]
    return None


def _wordpress_post(page: Page) -> str | None:
    """The number of the post, from the form's hidden field or the class of the body."""
    for element in page.by_name.get("input", ()):
        if element.attrs.get("name") == "comment_post_ID" and element.attrs.get("value", "").isdecimal():
            return element.attrs["value"]
    for body in page.by_name.get("body", ()):
        for name in body.attrs.get("class", ()):
            if match := _WORDPRESS_POST.fullmatch(name):
                return match[1]
    return None
