"""The reading of one thread: which requests to send, and what all the responses together say.

The two are apart. `read` drives any transport and keeps nothing; `reading` turns archived responses into comments, at
once or years later.
"""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from pipelines.comments.adapter import Adapter, Answer, Draft, Request, Response, Thread
from pipelines.comments.parsing import Unreadable, sendable
from pipelines.lake.comment import Comment, identity
from pipelines.lake.ids import digest
from pipelines.lake.masking import masker

AuthorKey = Callable[[str], str]

_MAX_REQUESTS = 1000  # for one thread: 100,000 comments where a platform gives a hundred at a time


@dataclass(frozen=True, slots=True)
class Reading:
    """What a platform said about a thread at one time.

    comments        each once, in thread order, authors keyed and texts masked
    platform_count  how many there are as the platform itself counts; None where it does not tell
    complete        whether every part of the thread was read, so that a comment that is missing here is gone
    gaps            what was not read, and why
    """

    comments: list[Comment]
    platform_count: int | None
    complete: bool
    gaps: tuple[str, ...]


def read(adapter: Adapter, thread: Thread, since: datetime | None = None) -> Generator[Request, Response | None, None]:
    """Yields each request of a reading and is sent its response, or None where there is none (refused or failed)."""
    first = adapter.first(thread, since)
    pending = deque([first] if first else [])
    asked: set[str] = set()
    seen: set[str | Draft] = set()
    while pending and len(asked) < _MAX_REQUESTS:
        request = pending.popleft()
        if request.url in asked:
            continue
        asked.add(request.url)
        response = yield request
        if response is None:
            continue
        answer = _answer(adapter, thread, response)
        given = {draft.id or draft for draft in answer.drafts}
        if given and given <= seen:
            continue  # a server that gives the same page for every number
        seen |= given
        pending.extend(answer.rest)


def reading(adapter: Adapter, thread: Thread, responses: Iterable[Response], author_key: AuthorKey | None) -> Reading:
    """What the responses of one reading, in the order of their capture, say together.

    `author_key` turns an author's identity within the site into a keyed hash. Without it no comment is kept.
    """
    responses = list(responses)
    answers = {response.url: _answer(adapter, thread, response) for response in responses}
    gaps = [answer.gap for answer in answers.values() if answer.gap]
    asked = {request.url for answer in answers.values() for request in answer.rest}
    gaps += [f"{url}: not read" for url in sorted(asked - answers.keys())]
    if not any(answer.begins for answer in answers.values()) and not any(
        _answer(adapter, thread, response).begins for response in _as_asked_first(responses)
    ):
        gaps.append(f"{thread.url}: the beginning of the thread was not read")
    counts: dict[str, int] = {}
    for answer in answers.values():
        for part, count in answer.counts.items():
            if counts.setdefault(part, count) != count:
                gaps.append(f"{thread.url}: the thread changed while it was read")
    drafts = [draft for answer in answers.values() for draft in answer.drafts]
    if drafts and author_key is None:
        gaps.append(f"{thread.url}: comments are not kept without a secret for their authors")
    return Reading(
        list(_records(drafts, thread, author_key)) if author_key else [],
        sum(counts.values()) if counts else None,
        not gaps,
        tuple(dict.fromkeys(gaps)),
    )


def _answer(adapter: Adapter, thread: Thread, response: Response) -> Answer:
    if target := _redirect(response):
        return Answer(rest=(Request(target),))
    try:
        return adapter.parse(thread, response)
    except Unreadable as error:
        return Answer(gap=str(error))


def _redirect(response: Response) -> str | None:
    """Where a response sends the one who asked."""
    if response.status in (301, 302, 303, 307, 308) and "location" in response.headers:
        return sendable(urljoin(response.url, response.headers["location"]))
    return None


def _as_asked_first(responses: list[Response]) -> Iterator[Response]:
    """The responses under the addresses that were asked for before any redirect."""
    sources: dict[str, str] = {}
    for response in responses:
        source = sources.get(response.url, response.url)
        if target := _redirect(response):
            sources[target] = source
        yield replace(response, url=source)


def _records(drafts: list[Draft], thread: Thread, author_key: AuthorKey) -> Iterator[Comment]:
    mask = masker({draft.author_name for draft in drafts if draft.author_name})
    alike: Counter[tuple[str | None, str]] = Counter()
    for draft, depth in _threaded(drafts):
        text = mask(draft.text)
        alike[draft.parent_id, text] += 1
        who = identity(thread.platform, account=draft.author_id, name=draft.author_name)
        yield {
            "id": draft.id or digest("comment", draft.parent_id, text, alike[draft.parent_id, text]),
            "parent_id": draft.parent_id,
            "author_key": author_key(who.text) if who else None,
            "author_key_from": who.source if who else None,
            "text": text,
            "created_at": draft.created_at.isoformat(timespec="seconds") if draft.created_at else None,
            "created_at_from": draft.created_at_from if draft.created_at else None,
            "likes": draft.likes,
            "dislikes": draft.dislikes,
            "depth": depth,
            "state": draft.state,
        }


def _threaded(drafts: list[Draft]) -> Iterator[tuple[Draft, int]]:
    """Each comment once with its depth, in the order read but an answer behind what it answers.

    What answers a comment that was not given (it is held, perhaps) is one deep at least.
    """
    kept: dict[str | int, Draft] = {}
    answers: dict[str | None, list[Draft]] = {}
    for draft in drafts:
        if kept.setdefault(draft.id or id(draft), draft) is draft:
            answers.setdefault(draft.parent_id, []).append(draft)
    opening = [draft for draft in kept.values() if draft.parent_id is None or draft.parent_id not in kept]
    seen: set[int] = set()
    # Comments that state each other as parents are opened by the first of them.
    for first in (*opening, *kept.values()):
        pending = [(first, 0 if first.parent_id is None else 1)]
        while pending:
            draft, depth = pending.pop()
            if id(draft) in seen:
                continue
            seen.add(id(draft))
            yield draft, depth
            if draft.id is not None:
                pending.extend((answer, depth + 1) for answer in reversed(answers.get(draft.id, ())))
