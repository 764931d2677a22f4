"""A real Isso is filled over its own interface; what is read back is what was put in."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from pipelines.comments.isso import Isso
from pipelines.comments.reading import Reading
from tests.comments.driving import answer, collect, key, over_http, page, read_back
from tests.peers.isso import APPROVED, UNKNOWN
from tests.peers.isso import Isso as Server
from tests.peers.isso import isso as running

URI = "/news/story-1/?page=ä&x"
AT_ONCE = 4  # instead of a hundred, for each comment written costs the disk a while
OPENING, ANSWERS = AT_ONCE + 3, AT_ONCE + 2  # each more than a page


class Written:
    """What was put in."""

    def __init__(self, server: Server) -> None:
        self.first = server.write(URI, "First *words* of **Ada**\n\n> quoted", author="Ada Marker")
        server.approve(self.first)
        later = [server.write(URI, f"Opening {n}", author="Ada Marker") for n in range(1, OPENING)]
        self.opening = [self.first, *later]
        self.answered = self.opening[1]
        self.answers = [
            server.write(URI, f"Answer {n}", author="Grace Marker", parent=self.answered) for n in range(ANSWERS)
        ]
        self.nested = server.write(URI, "@Grace Marker no", author=None, parent=self.answers[0])
        self.held = server.write(URI, "Not yet", author="Held Marker", email=UNKNOWN)
        self.edited = self.opening[2]
        server.edit(self.edited, "Changed my mind", author="Ada Marker")
        self.tombstone = self.opening[3]
        self.under = server.write(URI, "Stays", author="Grace Marker", parent=self.tombstone)
        server.delete(self.tombstone)
        self.removed = self.opening.pop()
        server.delete(self.removed)
        for network in range(1, 4):
            server.vote(self.first, like=network != 3, network=network)
        self.elsewhere = server.write("/other/", "Another story", author="Ada Marker")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("isso")) as started, pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.comments.isso._AT_ONCE", AT_ONCE)
        yield started


@pytest.fixture(scope="module")
def written(server: Server) -> Written:
    return Written(server)


@pytest.fixture(scope="module")
def read(server: Server, written: Written) -> Reading:
    adapter = Isso()
    [thread] = adapter.threads_of(page(server.endpoint, URI))
    return read_back(adapter, thread, over_http)


def test_every_comment_and_every_answer_comes_back(read: Reading, written: Written) -> None:
    expected = {*written.opening, *written.answers, written.nested, written.under}
    assert {int(comment["id"] or 0) for comment in read.comments} == expected
    assert len(read.comments) == len(expected)
    assert read.complete, read.gaps
    assert read.platform_count == len(expected)


def test_answers_stand_behind_what_they_answer(read: Reading, written: Written) -> None:
    at = {comment["id"]: n for n, comment in enumerate(read.comments)}
    for comment in read.comments:
        parent = comment["parent_id"]
        assert comment["depth"] == (0 if parent is None else 1)
        assert parent is None or at[parent] < at[comment["id"]]
    parents = {comment["id"]: comment["parent_id"] for comment in read.comments}
    # Isso itself keeps an answer to an answer as one to the opening comment.
    for answered in (*written.answers, written.nested):
        assert parents[str(answered)] == str(written.answered)


def test_texts_votes_and_states_are_those_put_in(read: Reading, written: Written) -> None:
    by_id = {int(comment["id"] or 0): comment for comment in read.comments}
    first = by_id[written.first]
    assert first["text"] == "First words of Ada quoted"
    assert (first["likes"], first["dislikes"]) == (2, 1)
    assert by_id[written.opening[4]]["text"] == "Opening 4"
    assert by_id[written.edited]["text"] == "Changed my mind"
    assert by_id[written.nested]["text"] == "[mention] no"
    assert (by_id[written.tombstone]["state"], by_id[written.tombstone]["text"]) == ("deleted", "")
    assert {comment["state"] for comment in read.comments if comment["id"] != str(written.tombstone)} == {"visible"}
    age = datetime.now(UTC) - datetime.fromisoformat(first["created_at"] or "")
    assert 0 <= age.total_seconds() < 600


def test_a_writer_is_known_by_the_name_only(read: Reading, written: Written) -> None:
    """Isso's own hash is the same here for all three: they gave one e-mail."""
    by_id = {int(comment["id"] or 0): comment for comment in read.comments}
    ada, grace, nobody = by_id[written.first], by_id[written.answers[0]], by_id[written.nested]
    assert ada["author_key"] == key("isso\x1fname:Ada Marker")
    assert ada["author_key"] != grace["author_key"]
    assert (nobody["author_key"], nobody["author_key_from"]) == (None, None)
    kept = json.dumps(read.comments)
    assert "Marker" not in kept
    assert APPROVED not in kept


def test_each_response_can_be_read_again_alone(server: Server, written: Written) -> None:
    adapter = Isso()
    [thread] = adapter.threads_of(page(server.endpoint, URI))
    responses = collect(adapter, thread, over_http)
    assert len(responses) == 3  # the opening comments, what is left of them, what is left of the answers to one
    again = [draft.id for response in responses for draft in adapter.parse(thread, response).drafts]
    assert len(again) == len(set(again)) == len(written.opening) + ANSWERS + 2


def test_a_thread_that_nobody_wrote_in_is_complete_and_empty(server: Server) -> None:
    adapter = Isso()
    [thread] = adapter.threads_of(page(server.endpoint, "/nobody/"))
    empty = read_back(adapter, thread, over_http)
    assert (empty.comments, empty.platform_count, empty.complete) == ([], 0, True)


def test_an_old_server_that_gives_the_same_page_again_is_not_asked_for_ever() -> None:
    """Written in the shape of Isso before `offset` was known: the parameter changes nothing."""
    adapter = Isso()
    [thread] = adapter.threads_of(page("https://isso.example/", "/a/"))
    comment = {"id": 1, "parent": None, "text": "<p>a</p>", "created": 1464818460.7, "mode": 1, "replies": []}
    fetched = {"id": None, "total_replies": 9, "hidden_replies": 8, "replies": [comment | {"total_replies": 0}]}
    asked = []
    read = read_back(adapter, thread, lambda request: asked.append(request.url) or answer(request, fetched))
    assert len(asked) == 2
    assert [comment["text"] for comment in read.comments] == ["a"]
    assert not read.complete
