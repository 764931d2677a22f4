"""The shape of a reader's comment and who its writer is, wherever it was read: in a page's HTML or from a platform.

Only what both readings share belongs here.
"""

from typing import Literal, NamedTuple, TypedDict

from pipelines.lake.text import clean

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
