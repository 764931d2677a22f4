"""How the responses of one reading become comments: threads, masks, counts, gaps; with an adapter of lists."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.comments.adapter import Answer, Draft, Page, Request, Response, Thread
from pipelines.comments.parsing import Unreadable
from pipelines.comments.reading import read, reading
from pipelines.comments.remark42 import Remark42
from tests.comments.driving import CAPTURED, answer, collect, key, page, read_back

THREAD = Thread("news", "https://news.example/a/", "lists", "https://lists.example/", "a")


class Lists:
    """A platform whose answers are given; the address of each is its place."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = answers

    def threads_of(self, page: Page) -> list[Thread]:
        return [THREAD]

    def first(self, thread: Thread, since: datetime | None) -> Request | None:
        return ask(0) if self.answers else None

    def parse(self, thread: Thread, response: Response) -> Answer:
        if response.status != 200:
            raise Unreadable(f"{response.url}: HTTP status {response.status}")
        return self.answers[int(response.url.rpartition("/")[2])]


def ask(n: int) -> Request:
    return Request(f"https://lists.example/{n}")


def draft(number: str | None, parent: str | None = None, text: str = "Words", name: str | None = None) -> Draft:
    return Draft(number, parent, text, author_name=name)


def ok(request: Request) -> Response:
    return answer(request, "")


def whole(*drafts: Draft) -> Lists:
    return Lists(Answer(drafts, begins=True))


def test_a_reading_asks_for_what_each_answer_leads_to_and_for_nothing_twice() -> None:
    lists = Lists(
        Answer((draft("1"),), begins=True, rest=(ask(1), ask(2))),
        Answer((draft("2"),), rest=(ask(2), ask(0))),
        Answer((draft("3"),)),
    )
    responses = collect(lists, THREAD, ok)
    assert [response.url for response in responses] == [ask(n).url for n in range(3)]
    got = reading(lists, THREAD, responses, key)
    assert [comment["id"] for comment in got.comments] == ["1", "2", "3"]
    assert got.complete


def test_nothing_is_asked_where_the_platform_may_not_be() -> None:
    assert list(read(Lists(), THREAD)) == []


def test_a_request_that_is_refused_leaves_a_gap_and_the_rest_is_read() -> None:
    lists = Lists(
        Answer((draft("1"),), begins=True, rest=(ask(1), ask(2))), Answer((draft("2"),)), Answer((draft("3"),))
    )
    got = read_back(lists, THREAD, lambda request: None if request == ask(1) else ok(request))
    assert [comment["id"] for comment in got.comments] == ["1", "3"]
    assert (got.complete, got.gaps) == (False, ("https://lists.example/1: not read",))


def test_a_redirect_is_followed() -> None:
    lists = Lists(Answer((draft("1"),), begins=True), Answer())
    moved = answer(ask(1), "", 301, {"location": "/0"})
    got = reading(lists, THREAD, [moved, ok(ask(0))], key)
    assert ([comment["id"] for comment in got.comments], got.complete) == (["1"], True)
    assert not reading(lists, THREAD, [moved], key).complete


def test_an_unchanged_answer_counts_as_what_the_archive_holds() -> None:
    [thread] = Remark42().threads_of(page("https://remark.example/?site=a", "https://news.example/a/"))
    found = {"comments": [], "info": {"count": 0}}
    assert read_back(Remark42(), thread, lambda request: answer(request, found, 304)).complete


def test_an_answer_that_cannot_be_read_is_a_gap() -> None:
    got = read_back(whole(draft("1")), THREAD, lambda request: answer(request, "", 503))
    assert got.gaps[0] == "https://lists.example/0: HTTP status 503"
    assert (got.comments, got.complete) == ([], False)


def test_parts_that_do_not_begin_the_thread_prove_nothing_of_it() -> None:
    got = read_back(Lists(Answer((draft("9"),))), THREAD, ok)
    assert len(got.comments) == 1
    assert not got.complete


def test_the_platform_s_counts_add_up_over_the_parts_of_a_thread() -> None:
    lists = Lists(Answer(counts={"": 2, "1": 5}, begins=True, rest=(ask(1),)), Answer(counts={"1": 5, "2": 1}))
    assert read_back(lists, THREAD, ok).platform_count == 8


def test_without_a_secret_no_comment_is_kept() -> None:
    lists = whole(draft("1"))
    got = reading(lists, THREAD, collect(lists, THREAD, ok), None)
    assert (got.comments, got.complete) == ([], False)
    assert "secret" in got.gaps[0]


def test_names_of_the_thread_are_masked_whole_wherever_they_are_addressed() -> None:
    lists = Lists(
        Answer((draft("1", text="@Ada of the Hills I agree"),), begins=True, rest=(ask(1),)),
        Answer((draft("2", name="Ada of the Hills"),)),
    )
    assert read_back(lists, THREAD, ok).comments[0]["text"] == "[mention] I agree"


def test_comments_without_identifiers_get_one_that_stays() -> None:
    lists = whole(draft(None, text="a"), draft(None, text="a"), draft(None, text="b"))
    first, second = read_back(lists, THREAD, ok).comments, read_back(lists, THREAD, ok).comments
    assert len({comment["id"] for comment in first}) == 3
    assert first == second


@given(st.lists(st.tuples(st.integers(0, 8), st.none() | st.integers(0, 8)), max_size=20))
def test_each_comment_stands_once_behind_its_parent_and_one_deeper(edges: list[tuple[int, int | None]]) -> None:
    drafts = [draft(str(n), None if parent is None else str(parent)) for n, parent in edges]
    comments = read_back(whole(*drafts), THREAD, ok).comments
    ids = [comment["id"] for comment in comments]
    assert sorted(map(str, ids)) == sorted({str(n) for n, _ in edges})
    first = {}
    for n, parent in edges:
        first.setdefault(str(n), None if parent is None else str(parent))
    at = {comment["id"]: comment for comment in comments}
    for place, comment in enumerate(comments):
        parent = comment["parent_id"]
        assert parent == first[str(comment["id"])]
        if parent is None:
            assert comment["depth"] == 0
        elif parent in ids[:place]:
            assert comment["depth"] == at[parent]["depth"] + 1
        else:
            assert comment["depth"] == 1


def test_a_thread_of_ten_thousand_levels_is_read() -> None:
    drafts = [draft(str(n), str(n - 1) if n else None) for n in range(10_000)]
    comments = read_back(whole(*drafts), THREAD, ok).comments
    assert all(b["depth"] == a["depth"] + 1 for a, b in pairwise(comments))


@pytest.mark.parametrize("shown", [repr, str])
def test_no_record_shows_its_writer_where_it_is_printed(shown: type) -> None:
    planted = Draft("1", None, "what Ada wrote", author_id="Marker", author_name="Marker")
    response = Response("https://lists.example/0", 200, {}, b"Marker", CAPTURED)
    records: Sequence[object] = (planted, Answer((planted,)), response)
    assert not [record for record in records if "Marker" in shown(record) or "Ada" in shown(record)]
    assert "Marker" not in str(read_back(whole(planted), THREAD, ok))
