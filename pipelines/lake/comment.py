"""The shape of a reader's comment, wherever it was read: in a page's HTML or from a comment platform.

Only what both readings share belongs here.
"""

from typing import Literal, TypedDict


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
    state: Literal["visible", "held", "deleted"]
