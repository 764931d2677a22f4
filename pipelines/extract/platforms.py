"""The comment platforms that news sites use, and how a page's HTML shows which one it has.

A table to read and to extend: one row a piece of evidence. Hints that nothing follows from (preconnect, style sheets,
counter scripts on list pages) are no evidence and have no row. Publishers have no row either.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Literal

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
    ("openweb", "attribute", "data-spotim-module=conversation data-spotim-module=default"),
    ("openweb", "attribute", "data-spotim-module=spotim-launcher data-spotim-app=conversation"),
    ("openweb", "id", "*openweb-conversation spotim-specific"),
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
    ("facebook", "tag", "fb:comments"),
    ("facebook", "class", "fb-comments"),
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
    files: list[tuple[str, Element]] = []
    inline: list[tuple[str, Element]] = []
    for element in page.by_name.get("script", ()):
        if source := element.attrs.get("src"):
            files.append((source, element))
        elif len(source := script_source(element)) <= _MAX_INLINE and "json" not in element.attrs.get("type", ""):
            inline.append((source, element))
    yield from _stating("script", files)
    yield from _stating("inline", inline)
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


def find_thread(page: Page, platform: str, places: Iterable[Element]) -> str | None:
    """The identifier under which the platform knows the page's thread, from `places`, metadata or a set-up script."""
    own_tags = [tag for tag, owner in _NAMES["tag"].items() if owner == platform and tag in page.by_name]
    for element in (*places, *(page.by_name[tag][0] for tag in own_tags)):
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
