"""One thread of comments as records: each comment once, in thread order, without names.

Belongs here: what copies, answers and depths follow from what was read, and how names become keys. Where comments are
read from is the affair of `comment_list` (markup) and `comment_data` (JSON).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.extract.times import Origin
from pipelines.lake.comment import Comment, identity
from pipelines.lake.ids import digest
from pipelines.lake.masking import masker

AuthorKey = Callable[[str], str]


@dataclass(slots=True)
class Found:
    """What one comment says, before names are hashed and texts masked; what its reader does not know is left out.

    id, answers     the platform's identifiers of it and of what it answers
    level           how deep the markup says it stands
    outer           the comment around it
    """

    id: str | None
    answers: str | None
    level: int | None
    text: str
    author_name: str | None
    author_id: str | None
    created_at: tuple[str, Origin] | None
    likes: int | None
    dislikes: int | None
    state: Literal["visible", "held", "deleted"]
    outer: "Found | None" = None


def records(found: list[Found], platform: str, author_key: AuthorKey | None) -> list[Comment]:
    """Each comment once, an answer behind what it answers, without names.

    `author_key` turns a commenter's identity on `platform` into a keyed hash; without it comments have no author.
    """
    if not found:
        return []
    mask = masker({comment.author_name for comment in found if comment.author_name})
    ids: dict[int, str] = {}
    alike: Counter[tuple[str | None, str]] = Counter()
    records: list[Comment] = []
    for comment, parent, depth in _threaded(found):
        text = mask(comment.text)
        parent_id = ids[id(parent)] if parent is not None else None
        alike[parent_id, text] += 1
        ids[id(comment)] = comment.id or digest("comment", parent_id, text, alike[parent_id, text])
        who = identity(platform, account=comment.author_id, name=comment.author_name) if author_key else None
        records.append(
            {
                "id": ids[id(comment)],
                "parent_id": parent_id,
                "author_key": author_key(who.text) if author_key and who else None,
                "author_key_from": who.source if who else None,
                "text": text,
                "created_at": comment.created_at[0] if comment.created_at else None,
                "created_at_from": comment.created_at[1] if comment.created_at else None,
                "likes": comment.likes,
                "dislikes": comment.dislikes,
                "depth": depth,
                "state": comment.state,
            }
        )
    return records


def _threaded(found: list[Found]) -> Iterator[tuple[Found, Found | None, int]]:
    """Each comment once with its parent and depth: in document order, but behind its parent."""
    kept = _without_copies(found)
    parents = _parents(kept)
    answers: dict[int, list[Found]] = {}
    for comment in kept:
        parent = parents.get(id(comment))
        if parent is not None:
            answers.setdefault(id(parent), []).append(comment)
    seen: set[int] = set()
    # Whatever stands in a ring of comments that state each other as parents is opened by its first one.
    for first in [c for c in kept if id(c) not in parents] + kept:
        pending: list[tuple[Found, Found | None, int]] = [(first, None, 0)]
        while pending:
            comment, parent, depth = pending.pop()
            if id(comment) in seen:
                continue
            seen.add(id(comment))
            yield comment, parent, depth
            pending.extend((answer, comment, depth + 1) for answer in reversed(answers.get(id(comment), ())))


def _without_copies(found: list[Found]) -> list[Found]:
    """Only the first of each comment, as where one thread stands in two tabs; what answered a copy answers it."""
    first: dict[object, Found] = {}
    for comment in found:
        if comment.outer is not None:
            comment.outer = first[_key(comment.outer)]
        first.setdefault(_key(comment), comment)
    return list(first.values())


def _key(comment: Found) -> object:
    if comment.id is not None:
        return comment.id
    if comment.author_name or comment.created_at:
        return comment.author_name, comment.created_at, comment.text
    return id(comment)


def _parents(kept: list[Found]) -> dict[int, Found]:
    """What each comment answers: the comment around it, the one it names, or the last one a level above it."""
    by_id = {comment.id: comment for comment in kept if comment.id is not None}
    parents: dict[int, Found] = {}
    above: list[tuple[int, Found]] = []
    for comment in kept:
        parent = comment.outer or (by_id.get(comment.answers) if comment.answers else None)
        if comment.level is not None:
            while above and above[-1][0] >= comment.level:
                above.pop()
            if parent is None and above:
                parent = above[-1][1]
            above.append((comment.level, comment))
        if parent is not None and parent is not comment:
            parents[id(comment)] = parent
    return parents
