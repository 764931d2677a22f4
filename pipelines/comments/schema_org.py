"""Comments that a page holds as schema.org data: JSON-LD, else microdata.

For pages of comments that are asked for on their own; a story's own page is read by the extraction.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal

from parsel import Selector

from pipelines.comments.adapter import Draft
from pipelines.comments.parsing import plain_text

When = Callable[[str], tuple[datetime, Literal["stated", "relative"]] | None]

_COMMENT = 'contains(@itemtype, "schema.org/Comment")'
_MAX_DEPTH = 100


def drafts(page: Selector, when: When) -> list[Draft]:
    """The comments of a page in document order. `when` reads a time as the page writes it."""
    found = []
    for script in page.css('script[type="application/ld+json"]::text').getall():
        try:
            found += list(_of_json(json.loads(script, strict=False), None, when, 0))
        except (ValueError, RecursionError):
            continue  # the page's mistake; other scripts and microdata may still say what it should have
    return found or [_of_microdata(item, when) for item in page.xpath(f"//*[{_COMMENT}]")]


def _of_json(data: Any, parent: str | None, when: When, depth: int) -> Iterator[Draft]:
    if isinstance(data, list):
        for value in data:
            yield from _of_json(value, parent, when, depth)
    elif isinstance(data, dict) and depth < _MAX_DEPTH:
        if data.get("@type") in ("Comment", "UserComments"):
            author = data.get("author") or data.get("creator")
            author = author[0] if isinstance(author, list) and author else author
            account = author if isinstance(author, dict) else {}
            draft = _draft(
                id=_text(data.get("identifier") or data.get("@id") or data.get("url")),
                parent=_text(data["parentItem"]) if isinstance(data.get("parentItem"), str) else parent,
                text=_text(data.get("text") or data.get("description") or data.get("commentText")),
                account=_text(account.get("identifier") or account.get("@id") or account.get("url")),
                name=_text(account.get("name") or author),
                time=_text(data.get("dateCreated") or data.get("datePublished") or data.get("commentTime")),
                votes=(_text(data.get("upvoteCount")), _text(data.get("downvoteCount"))),
                when=when,
            )
            yield draft
            parent = draft.id
        for key in ("@graph", "mainEntity", "comment"):
            yield from _of_json(data.get(key), parent, when, depth + 1)


def _of_microdata(item: Selector, when: When) -> Draft:
    outer = item.xpath(f"ancestor::*[{_COMMENT}][1]")
    return _draft(
        id=_identifier(item),
        parent=_identifier(outer[0]) if outer else None,
        text=_property(item, "text", "commentText", "description"),
        account=None,
        name=_property(item, "name") or _property(item, "author", "creator"),
        time=_property(item, "dateCreated", "datePublished", "commentTime"),
        votes=(_property(item, "upvoteCount"), _property(item, "downvoteCount")),
        when=when,
    )


def _identifier(item: Selector) -> str | None:
    return item.attrib.get("itemid") or item.attrib.get("id")


def _property(item: Selector, *names: str) -> str | None:
    """The first of the item's own properties by one of `names`, not of a comment inside it."""
    for name in names:
        for element in item.xpath(".//*[contains(concat(' ', @itemprop, ' '), $name)]", name=f" {name} "):
            owner = element.xpath(f"ancestor::*[{_COMMENT}][1]")
            if owner and owner[0].root is item.root:
                stated = element.attrib.get("content") or element.attrib.get("datetime")
                return stated or plain_text(str(element.get())) or None
    return None


def _draft(
    *,
    id: str | None,  # noqa: A002
    parent: str | None,
    text: str | None,
    account: str | None,
    name: str | None,
    time: str | None,
    votes: tuple[str | None, str | None],
    when: When,
) -> Draft:
    written, source = (when(time) if time else None) or (None, "stated")
    likes, dislikes = (int(vote) if vote and vote.isdecimal() and len(vote) < 10 else None for vote in votes)
    return Draft(
        id=id,
        parent_id=parent,
        text=plain_text(text or ""),
        author_id=account,
        author_name=plain_text(name or "") or None,
        created_at=written,
        created_at_from=source,
        likes=likes,
        dislikes=dislikes,
    )


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
