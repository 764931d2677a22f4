"""A reader's comment, wherever it was read: its shape, who its writer is, and its row.

Only what comments in a page's HTML and comments of a platform share belongs here.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypedDict

from pipelines.lake.ids import digest
from pipelines.lake.text import clean
from pipelines.lake.times import utc

_ABSURD = 10**15  # votes that no site can mean and no column holds

State = Literal["visible", "held", "deleted"]


class Comment(TypedDict):
    """One reader's comment; its author only as a keyed hash.

    author_key_from     what was hashed: the author's identifier or, where the markup has none, the name
    created_at_from     "relative" where the time was reckoned from the capture ("3 hours ago")
    likes, dislikes     votes shown
    depth               0 for a comment that answers none, else its parent's and one
    state               "visible", "held" (awaits moderation), "deleted" (only a notice is left)
    """

    id: str | None
    parent_id: str | None
    author_key: str | None
    author_key_from: Literal["id", "name"] | None
    text: str
    created_at: str | None
    created_at_from: Literal["stated", "relative"] | None
    likes: int | None
    dislikes: int | None
    depth: int
    state: State


class Identity(NamedTuple):
    """What tells a commenter apart within a site, and whether that is an account or a mere name. Never stored."""

    text: str
    source: Literal["id", "name"]


def identity(platform: str, *, account: str | None, name: str | None) -> Identity | None:
    """A commenter's identity on a platform: the account, which outlives a change of name, else the name shown."""
    account, name = clean(account or ""), clean(name or "")
    if account:
        return Identity(f"{platform}\x1fid:{account}", "id")
    return Identity(f"{platform}\x1fname:{name}", "name") if name else None


def enumerated(comments: Sequence[Comment]) -> int:
    """How many comments were read, notices of deleted ones left out."""
    return sum(comment["state"] != "deleted" for comment in comments)


def comment_rows(
    comments: Sequence[Comment], *, site: str, article_id: str, capture_id: str, read_id: str
) -> list[dict[str, Any]]:
    """Rows of the table comments, each comment once.

    They are keyed by the platform's identifier, so that page and platform mean one comment by one key; by place and
    text where there is none.
    """
    found = {}
    for n, comment in enumerate(comments):
        created_at, created_offset = utc(comment["created_at"])
        comment_id = digest("comment", site, article_id, comment["id"] or f"{n}:{comment['text']}")
        parent = comment["parent_id"]
        found[comment_id] = {
            "comment_id": comment_id,
            "capture_id": capture_id,
            "read_id": read_id,
            "site": site,
            "article_id": article_id,
            "parent_id": digest("comment", site, article_id, parent) if parent else None,
            "created_at": created_at,
            "created_offset": created_offset,
            "likes": _votes(comment["likes"]),
            "dislikes": _votes(comment["dislikes"]),
            "author_key": comment["author_key"],
            "author_key_from": comment["author_key_from"],
            "text": comment["text"],
            "created_at_from": comment["created_at_from"],
            "depth": comment["depth"],
            "state": comment["state"],
        }
    return list(found.values())


def _votes(number: int | None) -> int | None:
    return number if number is not None and abs(number) < _ABSURD else None
