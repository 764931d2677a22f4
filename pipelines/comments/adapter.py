"""What an adapter of a comment platform is, and the records that pass between it and whoever sends its requests.

Only the interface belongs here. How a platform is read is in its own module, what all adapters need to parse an answer
is in `parsing`, and the reading of a whole thread is in `reading`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from pipelines.lake.comment import State

JSON: Mapping[str, str] = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Page:
    """A captured page: its address, its site, and the `comment_section` of its extraction record."""

    url: str
    site: str
    section: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread on one platform, with all that is needed to ask for it and to read the answers again later.

    url         the page that the thread stands on
    endpoint    root address of the platform's interface for the site
    thread_id   under which the platform knows the thread
    """

    site: str
    url: str
    platform: str
    endpoint: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class Request:
    """A GET request; every platform is read with nothing else."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as the archive holds it: `url` as it was asked for, header names in lower case, the decoded body.

    With status 304 it is the body that the archive holds from before.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment as a platform gives it: its author not yet keyed, its text plain but not yet masked.

    It never leaves this room, and says nothing about its writer where it is printed.
    """

    id: str | None
    parent_id: str | None
    text: str = field(repr=False)
    author_id: str | None = field(default=None, repr=False)
    author_name: str | None = field(default=None, repr=False)
    created_at: datetime | None = None
    created_at_from: Literal["stated", "relative"] = "stated"
    likes: int | None = None
    dislikes: int | None = None
    state: State = "visible"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one response says.

    counts      how many comments the platform says there are, by part of the thread ("" where it counts the whole)
    rest        the requests that this answer leads to
    begins      whether this is the first part of the whole thread, not of what is newer than some time
    gap         why comments are missing that no request of `rest` would bring; None where nothing is known to be
    """

    drafts: tuple[Draft, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    rest: tuple[Request, ...] = ()
    begins: bool = False
    gap: str | None = None


class Adapter(Protocol):
    """How one platform is read. Pure: requests go out and responses come in through `pipelines.comments.reading`."""

    def threads_of(self, page: Page) -> list[Thread]:
        """The threads of a page; none where the page does not say all that is needed to ask for them."""
        ...

    def first(self, thread: Thread, since: datetime | None) -> Request | None:
        """The request that a reading begins with; None where the platform may not be asked.

        Where the platform can tell, only comments written after `since` are asked for.
        """
        ...

    def parse(self, thread: Thread, response: Response) -> Answer:
        """What a response says, from it alone. Raises `parsing.Unreadable` where it says nothing that can be read."""
        ...


def stated_thread(page: Page, platform: str, *, default: str | None = None) -> list[Thread]:
    """The one thread of a page that states the platform's root address and the thread's identifier, else `default`."""
    endpoint, thread_id = page.section["endpoint"], page.section["thread_id"] or default
    return [Thread(page.site, page.url, platform, endpoint, thread_id)] if endpoint and thread_id else []
