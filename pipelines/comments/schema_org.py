"""Comments that a page holds as schema.org data: JSON-LD, else microdata.

For pages of comments that are asked for on their own; a story's own page is read by the extraction.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal

import turbohtml

from pipelines.comments.adapter import Draft
from pipelines.comments.parsing import plain_text

When = Callable[[str], tuple[datetime, Literal["stated", "relative"]] | None]

_TYPES = ("Comment", "UserComments")
_INSIDE = ("@graph", "mainEntity", "comment")
_MAX_DEPTH = 100


def drafts(html: str, when: When) -> list[Draft]:
    """The comments of a page in document order. `when` reads a time as the page writes it."""
    page = turbohtml.parse(html)
    try:
        microdata = [_as_json_ld(item) for item in page.microdata()]
    except RecursionError:  # nested beyond reason
        microdata = []
    return list(_comments(page.json_ld(), None, when, 0)) or list(_comments(microdata, None, when, 0))


def _as_json_ld(item: Any) -> Any:
    """A microdata item written as JSON-LD would be; a plain value as it is."""
    if not isinstance(item, turbohtml.MicrodataItem):
        return item
    properties = {name: [_as_json_ld(value) for value in values] for name, values in item.properties.items()}
    return {"@type": (item.type or "").rpartition("/")[2], "@id": item.id, **properties}


def _comments(data: Any, parent: str | None, when: When, depth: int) -> Iterator[Draft]:
    if isinstance(data, list):
        for value in data:
            yield from _comments(value, parent, when, depth)
    elif isinstance(data, dict) and depth < _MAX_DEPTH:
        if data.get("@type") in _TYPES:
            comment = _draft(data, parent, when)
            yield comment
            parent = comment.id
        for name in _INSIDE:
            yield from _comments(data.get(name), parent, when, depth + 1)


def _draft(data: dict[str, Any], parent: str | None, when: When) -> Draft:
    author = _first(data, "author", "creator")
    account = author if isinstance(author, dict) else {"name": author}
    time = _text(_first(data, "dateCreated", "datePublished", "commentTime"))
    written, source = (when(time) if time else None) or (None, "stated")
    return Draft(
        id=_text(_first(data, "identifier", "@id", "url")),
        parent_id=_text(_first(data, "parentItem")) or parent,
        text=plain_text(_text(_first(data, "text", "commentText", "description")) or ""),
        author_id=_text(_first(account, "identifier", "@id", "url")),
        author_name=plain_text(_text(_first(account, "name")) or "") or None,
        created_at=written,
        created_at_from=source,
        likes=_votes(_first(data, "upvoteCount")),
        dislikes=_votes(_first(data, "downvoteCount")),
    )


def _first(data: dict[str, Any], *names: str) -> Any:
    """The first value under one of `names`; None where there is none."""
    for name in names:
        value = data.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if value not in (None, "", []):
            return value
    return None


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _votes(value: Any) -> int | None:
    text = _text(value) or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
