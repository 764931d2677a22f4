"""WordPress's REST interface: a server in the shape of its handbook, and (slow) a real WordPress with comments."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.comments.adapter import Page, Request, Response, Thread
from pipelines.comments.parsing import parameters
from pipelines.comments.reading import Reading
from pipelines.comments.wordpress import WordPress
from pipelines.extract import extract_page
from tests.comments.driving import answer, collect, key, over_http, page, read_back
from tests.peers.wordpress import WordPress as Server
from tests.peers.wordpress import wordpress as running

ROOT = "https://news.example/wp-json/"


def comment(number: int, **other: Any) -> dict[str, Any]:
    """A comment in the shape of the REST API Handbook, as far as `_fields` asks for it."""
    return {
        "id": number,
        "parent": 0,
        "author": 0,
        "author_name": f"Guest {number} Marker",
        "date": "2024-05-01T15:00:00",
        "date_gmt": "2024-05-01T12:00:00",
        "content": {"rendered": f"<p>Comment {number}</p>\n"},
        "status": "approved",
        "type": "comment",
    } | other


def server(comments: list[dict[str, Any]], asked: list[Request] | None = None) -> Any:
    """Answers as WordPress does: a page of the list, the totals in headers."""

    def send(request: Request) -> Response:
        if asked is not None:
            asked.append(request)
        query = parameters(request.url)
        size, number = int(query["per_page"]), int(query.get("page", 1))
        totals = {"x-wp-total": str(len(comments)), "x-wp-totalpages": str(-(-len(comments) // size))}
        return answer(request, comments[size * (number - 1) : size * number], headers=totals)

    return send


@pytest.fixture
def thread() -> Thread:
    [thread] = WordPress().threads_of(page(ROOT, "7"))
    return thread


def test_asks_for_the_post_by_pages_and_for_no_more_of_a_writer_than_the_name(thread: Thread) -> None:
    asked: list[Request] = []
    read = read_back(WordPress(), thread, server([comment(n) for n in range(1, 251)], asked))
    assert [parameters(request.url).get("page") for request in asked] == [None, "2", "3"]
    assert all(request.url.startswith(ROOT + "wp/v2/comments?") for request in asked)
    assert {parameters(request.url)["post"] for request in asked} == {"7"}
    fields = parameters(asked[0].url)["_fields"].split(",")
    assert not {"author_avatar_urls", "author_url", "author_email", "link"} & set(fields)
    assert [comment["id"] for comment in read.comments] == [str(n) for n in range(1, 251)]
    assert (read.platform_count, read.complete) == (250, True)


def test_a_root_without_pretty_addresses_keeps_its_query() -> None:
    [thread] = WordPress().threads_of(page("https://news.example/?rest_route=/", "7"))
    request = WordPress().first(thread, None)
    assert parameters(request.url)["rest_route"] == "/wp/v2/comments"
    assert parameters(request.url)["post"] == "7"


def test_an_account_outlives_its_name_and_a_guest_has_only_one(thread: Thread) -> None:
    comments = [
        comment(1, author=5, author_name="Before"),
        comment(2, author=5, author_name="After"),
        comment(3, author_name="Ada &amp; Co"),
        comment(4, author_name=""),
    ]
    read = read_back(WordPress(), thread, server(comments))
    keys = [comment["author_key"] for comment in read.comments]
    assert keys == [key("wordpress\x1fid:5"), key("wordpress\x1fid:5"), key("wordpress\x1fname:Ada & Co"), None]
    assert [comment["author_key_from"] for comment in read.comments] == ["id", "id", "name", None]


def test_times_keep_the_offset_of_the_site(thread: Thread) -> None:
    comments = [comment(1), comment(2, date_gmt="0000-00-00T00:00:00"), comment(3, date=None, date_gmt=None)]
    read = read_back(WordPress(), thread, server(comments))
    times = [comment["created_at"] for comment in read.comments]
    assert times == ["2024-05-01T15:00:00+03:00", "2024-05-01T15:00:00", None]


def test_an_answer_to_a_comment_that_is_held_keeps_its_parent(thread: Thread) -> None:
    read = read_back(WordPress(), thread, server([comment(1), comment(3, parent=2), comment(4, parent=3)]))
    assert [(comment["parent_id"], comment["depth"]) for comment in read.comments] == [(None, 0), ("2", 1), ("3", 2)]


def test_pingbacks_are_no_comments(thread: Thread) -> None:
    read = read_back(WordPress(), thread, server([comment(1), comment(2, type="pingback")]))
    assert [comment["id"] for comment in read.comments] == ["1"]


def test_a_thread_that_changes_while_it_is_read_is_not_complete(thread: Thread) -> None:
    comments = [comment(n) for n in range(1, 151)]

    def send(request: Request) -> Response:
        response = server(comments)(request)
        comments.pop(0)  # deleted meanwhile: the second page begins one comment later
        return response

    read = read_back(WordPress(), thread, send)
    assert len(read.comments) == 149
    assert not read.complete
    assert "changed" in " ".join(read.gaps)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_closed_interface_is_a_gap_and_no_empty_thread(thread: Thread, status: int) -> None:
    refusal = {"code": "rest_forbidden", "message": "Sorry, Ada Marker"}
    read = read_back(WordPress(), thread, lambda request: answer(request, refusal, status))
    assert (read.comments, read.platform_count, read.complete) == ([], None, False)
    assert f"HTTP status {status}" in read.gaps[0]
    assert "Marker" not in " ".join(read.gaps)


def test_only_what_is_newer_is_asked_for_and_proves_nothing_of_the_rest(thread: Thread) -> None:
    asked: list[Request] = []
    read = read_back(WordPress(), thread, server([comment(9)], asked), since=datetime(2024, 5, 1, tzinfo=UTC))
    assert parameters(asked[0].url)["after"] == "2024-05-01T00:00:00+00:00"
    assert [comment["id"] for comment in read.comments] == ["9"]
    assert (read.platform_count, read.complete) == (None, False)


def test_a_page_without_the_link_to_the_interface_has_no_thread() -> None:
    assert WordPress().threads_of(page(None, "7")) == []


# --- a real WordPress ------------------------------------------------------------------------------------------


def written(text: str, **other: Any) -> dict[str, Any]:
    blank = {"author": "Ada Marker", "account": None, "state": "1", "type": "comment", "parent": None}
    return {"text": text, **blank, **other}


LONG = [written(f"Comment {n}") for n in range(78)]
# Comments 0 to 7 answer each other, seven deep; then what is not to be seen; then enough for a second page.
DEEP = [written(f"Level {n}", parent=n - 1 if n else None, account="grace" if n % 2 else None) for n in range(8)]
HIDDEN = [written("Held", state="0"), written("Spam", state="spam"), written("Trash", state="trash")]
PING = [written("Elsewhere", type="pingback")]
UNDER_HELD = [written("Under a held one", parent=len(DEEP))]
MANY = DEEP + HIDDEN + PING + UNDER_HELD + [written(f"@Ada Marker number {n} &lt;b&gt;") for n in range(120)]


def post(slug: str, comments: list[dict[str, Any]], *, closed: bool = False, password: str = "") -> dict[str, Any]:
    return {"slug": slug, "closed": closed, "password": password, "comments": comments}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("wordpress")) as started:
        yield started


@pytest.fixture(scope="module")
def numbers(site: Server) -> dict[str, dict[str, Any]]:
    posts = [
        post("long", LONG),
        post("many", MANY),
        post("closed", LONG[:2], closed=True),
        post("secret", LONG[:2], password="open sesame"),
        post("empty", []),
    ]
    return {post["slug"]: got for post, got in zip(posts, site.write(posts), strict=True)}


def of_page(site: Server, slug: str) -> tuple[dict[str, Any], Reading, list[Response]]:
    """What the page of a post says of its comments, and what the interface that it names does."""
    got = site.get(f"/{slug}/")
    record = extract_page(got.content, str(got.url), content_type=got.headers["content-type"], author_key=key)
    section = dict(record["comment_section"])
    [thread] = WordPress().threads_of(Page(str(got.url), "news", section))
    responses = collect(WordPress(), thread, over_http)
    return section, read_back(WordPress(), thread, over_http), responses


@pytest.mark.slow
def test_a_page_that_shows_fifteen_of_its_comments_leads_to_all_of_them(
    site: Server, numbers: dict[str, dict[str, Any]]
) -> None:
    section, read, _ = of_page(site, "long")
    assert (section["platform"], section["claimed_count"], len(section["comments"])) == ("wordpress", 78, 15)
    assert section["thread_id"] == str(numbers["long"]["post"])
    assert [comment["id"] for comment in read.comments] == list(map(str, numbers["long"]["comments"]))
    assert [comment["text"] for comment in read.comments] == [comment["text"] for comment in LONG]
    # A guest whom both call alike has one key, and what the page shows is what the interface gives.
    shown = [(comment["id"], comment["text"], comment["author_key"]) for comment in section["comments"]]
    assert shown == [(comment["id"], comment["text"], comment["author_key"]) for comment in read.comments[:15]]
    assert (read.platform_count, read.complete) == (78, True)


@pytest.mark.slow
def test_answers_held_and_spam_ones_come_back_as_wordpress_lets_them(
    site: Server, numbers: dict[str, dict[str, Any]]
) -> None:
    _, read, responses = of_page(site, "many")
    ids = list(map(str, numbers["many"]["comments"]))
    seen = [n for n, comment in enumerate(MANY) if comment["state"] == "1" and comment["type"] == "comment"]
    by_id = {comment["id"]: comment for comment in read.comments}
    assert len(responses) == 2
    assert set(by_id) == {ids[n] for n in seen}
    assert (read.platform_count, read.complete) == (len(seen), True)
    assert [by_id[ids[n]]["depth"] for n in range(8)] == list(range(8))
    assert [by_id[ids[n]]["parent_id"] for n in range(8)] == [None, *ids[:7]]
    under_held = by_id[ids[MANY.index(UNDER_HELD[0])]]
    assert (under_held["parent_id"], under_held["depth"]) == (ids[len(DEEP)], 1)
    assert [by_id[ids[n]]["author_key_from"] for n in (0, 1)] == ["name", "id"]
    assert len({comment["author_key"] for comment in read.comments}) == 2
    assert by_id[ids[-1]]["text"] == "[mention] number 119 <b>"
    assert by_id[ids[0]]["created_at"] == "2024-05-01T15:00:00+03:00"


@pytest.mark.slow
def test_no_field_of_a_writer_is_fetched_but_the_name_and_none_is_kept(site: Server) -> None:
    _, read, responses = of_page(site, "many")
    fetched = b"".join(response.body for response in responses).decode()
    for marker in ("mail.example", "writer.example", "10.1.2.3", "avatar"):
        assert marker not in fetched
    assert "Marker" not in json.dumps(read.comments)


@pytest.mark.slow
def test_a_closed_thread_is_read_and_a_secret_one_is_a_gap(site: Server, numbers: dict[str, dict[str, Any]]) -> None:
    _, closed, _ = of_page(site, "closed")
    assert (len(closed.comments), closed.complete) == (2, True)
    [thread] = WordPress().threads_of(page(f"{site.address}wp-json/", str(numbers["secret"]["post"])))
    secret = read_back(WordPress(), thread, over_http)
    assert (secret.comments, secret.complete) == ([], False)


@pytest.mark.slow
def test_an_empty_thread_is_complete_and_the_plain_root_serves_as_well(
    site: Server, numbers: dict[str, dict[str, Any]]
) -> None:
    _, empty, _ = of_page(site, "empty")
    assert (empty.comments, empty.platform_count, empty.complete) == ([], 0, True)
    [thread] = WordPress().threads_of(page(f"{site.address}?rest_route=/", str(numbers["many"]["post"])))
    assert len(read_back(WordPress(), thread, over_http).comments) == 129


@pytest.mark.slow
def test_only_newer_comments_are_given_when_asked_for(site: Server, numbers: dict[str, dict[str, Any]]) -> None:
    [thread] = WordPress().threads_of(page(f"{site.address}wp-json/", str(numbers["long"]["post"])))
    late = read_back(WordPress(), thread, over_http, since=datetime(2024, 5, 1, 13, 9, tzinfo=UTC))
    assert [comment["text"] for comment in late.comments] == [f"Comment {n}" for n in range(70, 78)]
    assert not late.complete
