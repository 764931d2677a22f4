"""A site's own comments, by the expressions of its configuration; pages written here, one in haberler.com's anatomy."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from pipelines.comments.adapter import Request, Response
from pipelines.comments.own import Own
from pipelines.comments.platforms import adapter_of
from pipelines.comments.reading import Reading
from pipelines.comments.rules import OwnThreads
from tests.comments.driving import answer, key, page, read_back

STORY = "https://www.haberler.example/guncel/kopru-acildi-123-haberi/"
HABERLER = {"story": "(.+-haberi)/", "thread": r"\1-yorumlari/", "comment": "p.hbcMsg"}
EVERYTHING = {
    "story": r"https://news\.example/(story-\d+)/",
    "thread": r"https://news.example/comments/\1",
    "comment": "li.entry",
    "id": "::attr(data-no)",
    "parent": "::attr(data-answers)",
    "text": ".said",
    "author": ".who::text",
    "author_id": ".who::attr(data-member)",
    "time": "time::text",
    "likes": ".up::text",
    "dislikes": ".down::text",
    "count": "h2::text",
    "next": "a[rel=next]::attr(href)",
}


def own(rules: dict[str, Any], language: str = "tr") -> Own:
    return Own(OwnThreads.model_validate(rules), language, "Europe/Istanbul")


def read_own(adapter: Own, pages: dict[str, Any], story: str, content_type: str = "text/html") -> Reading:
    [thread] = adapter.threads_of(page(None, None, story))

    def send(request: Request) -> Response:
        if request.url not in pages:
            return answer(request, "", 404)
        return answer(request, pages[request.url], headers={"content-type": content_type})

    return read_back(adapter, thread, send)


def test_haberler_s_page_of_comments_needs_one_selector() -> None:
    html = """<html><body><header class="hbptHead"><h1>Köprü açıldı - Haber Yorumları</h1></header>
    <div id="yorumAlan"><div class="hbcBox"><b>Ada Marker</b><p class="hbcMsg">Hayırlı   olsun</p></div>
    <div class="hbcBox"><b>Grace Marker</b><p class="hbcMsg">Geç kaldı<br>çok geç</p></div></div></body></html>"""
    thread = "https://www.haberler.example/guncel/kopru-acildi-123-haberi-yorumlari/"
    read = read_own(own(HABERLER), {thread: html}, STORY)
    assert [comment["text"] for comment in read.comments] == ["Hayırlı olsun", "Geç kaldı çok geç"]
    assert len({comment["id"] for comment in read.comments}) == 2
    assert read.complete


def test_each_expression_finds_its_part_and_next_leads_on() -> None:
    first = """<h2>1.234 yorum</h2><ul>
    <li class="entry" data-no="1"><span class="who" data-member="m7">Ada Marker</span>
    <time>29 Mart 2024, 14:02</time><div class="said">Bir <b>şey</b></div><i class="up">3</i><i class="down">1</i></li>
    </ul><a rel="next" href="?p=2">Sonraki</a>"""
    second = """<ul><li class="entry" data-no="2" data-answers="1"><span class="who">Grace Marker</span>
    <time>2 saat önce</time><div class="said">@Ada Marker yanıt</div><i class="up">1,2 B</i></li></ul>"""
    pages = {"https://news.example/comments/story-1": first, "https://news.example/comments/story-1?p=2": second}
    read = read_own(own(EVERYTHING), pages, "https://news.example/story-1/")
    one, two = read.comments
    assert (one["id"], one["text"], one["likes"], one["dislikes"]) == ("1", "Bir şey", 3, 1)
    assert (one["author_key"], one["author_key_from"]) == (key("own\x1fid:m7"), "id")
    assert (one["created_at"], one["created_at_from"]) == ("2024-03-29T14:02:00+03:00", "stated")
    assert (two["parent_id"], two["depth"], two["text"], two["likes"]) == ("1", 1, "[mention] yanıt", None)
    assert (two["created_at"], two["created_at_from"]) == ("2024-05-06T10:00:00+00:00", "relative")
    assert (read.platform_count, read.complete) == (1234, True)


def test_the_same_in_json() -> None:
    rules = {
        "story": r"https://news\.example/(story-\d+)/",
        "thread": r"https://news.example/api/\1.json",
        "format": "json",
        "comment": "items[].[@, answers[]][][]",
        "id": "id",
        "parent": "to",
        "text": "body",
        "author": "user.name",
        "author_id": "user.no",
        "time": "at",
        "likes": "votes.up",
        "count": "total",
    }
    user = {"no": 7, "name": "Ada Marker"}
    answers = [{"id": 2, "to": 1, "body": "<p>Yes</p>", "user": user, "at": None, "votes": {"up": 0}}]
    said = {"id": 1, "to": None, "body": "Why?", "user": user, "at": "2024-05-01T12:00:00Z", "votes": {"up": 4}}
    body = json.dumps({"total": 2, "items": [said | {"answers": answers}]})
    address = "https://news.example/api/story-1.json"
    read = read_own(own(rules), {address: body}, "https://news.example/story-1/", "application/json")
    assert [(one["id"], one["parent_id"], one["text"], one["likes"]) for one in read.comments] == [
        ("1", None, "Why?", 4),
        ("2", "1", "Yes", 0),
    ]
    assert read.comments[0]["author_key"] == key("own\x1fid:7")
    assert read.comments[0]["created_at"] == "2024-05-01T12:00:00+00:00"
    assert (read.platform_count, read.complete) == (2, True)
    broken = read_own(own(rules), {address: "<html>"}, "https://news.example/story-1/", "application/json")
    assert "no JSON" in broken.gaps[0]


def test_a_page_in_an_older_encoding_is_read_by_what_its_header_says() -> None:
    adapter = own(HABERLER)
    [thread] = adapter.threads_of(page(None, None, STORY))
    headers = {"content-type": "text/html; charset=iso-8859-9"}

    def send(request: Request) -> Response:
        response = answer(request, "", headers=headers)
        body = '<p class="hbcMsg">İyi ğüşöç</p>'.encode("iso-8859-9")
        return Response(response.url, 200, headers, body, response.captured_at)

    assert [comment["text"] for comment in read_back(adapter, thread, send).comments] == ["İyi ğüşöç"]


def test_a_page_on_which_nothing_is_found_does_not_make_comments_go() -> None:
    thread = "https://news.example/comments/story-1"
    changed = read_own(own(EVERYTHING), {thread: "<h2>3 yorum</h2><div>…</div>"}, "https://news.example/story-1/")
    assert (changed.complete, "no comments found" in changed.gaps[0]) == (False, True)
    empty = read_own(own(EVERYTHING), {thread: "<h2>0 yorum</h2>"}, "https://news.example/story-1/")
    assert (empty.complete, empty.platform_count) == (True, 0)


def test_pages_without_identifiers_are_followed_to_the_last() -> None:
    rules = {**HABERLER, "next": "a::attr(href)"}
    thread = "https://www.haberler.example/guncel/kopru-acildi-123-haberi-yorumlari/"
    pages = {
        thread: '<p class="hbcMsg">Bir</p><a href="?sayfa=iki üç#son">',
        f"{thread}?sayfa=d": "<p class=hbcMsg>Dört</p>",
    }
    pages[f"{thread}?sayfa=iki%20%C3%BC%C3%A7"] = '<p class="hbcMsg">İki</p><a href="?sayfa=d">'
    read = read_own(own(rules), pages, STORY)
    assert [comment["text"] for comment in read.comments] == ["Bir", "İki", "Dört"]
    assert read.complete


def test_a_page_of_comments_that_has_moved_is_still_the_whole_thread() -> None:
    adapter = own(HABERLER)
    [thread] = adapter.threads_of(page(None, None, STORY))
    html = '<p class="hbcMsg">Bir</p>'

    def send(request: Request) -> Response:
        moved = {thread.thread_id: "/a", "https://www.haberler.example/a": "/b"}.get(request.url)
        return answer(request, "", 301, {"location": moved}) if moved else answer(request, html)

    read = read_back(adapter, thread, send)
    assert ([comment["text"] for comment in read.comments], read.complete) == (["Bir"], True)


def test_only_stories_have_threads() -> None:
    assert own(HABERLER).threads_of(page(None, None, "https://www.haberler.example/guncel/")) == []


@pytest.mark.parametrize(
    ("rules", "key", "said"),
    [
        ({"story": "(unclosed"}, "story", "no regular expression"),
        ({"comment": "p..x"}, "comment", "no CSS selector"),
        ({"format": "json", "text": "a[["}, "text", "no JMESPath expression"),
        ({"format": "xml"}, "format", "'html' or 'json'"),
        ({"thread": r"\2-comments"}, "thread", "group"),
        ({"thread": r"\1-comments", "unknown": "x"}, "unknown", "not permitted"),
    ],
)
def test_a_mistake_in_the_configuration_is_told_by_its_key(rules: dict[str, str], key: str, said: str) -> None:
    with pytest.raises(ValidationError) as told:
        OwnThreads.model_validate({"story": "(.+)/", "thread": r"\1/comments"} | rules)
    [mistake] = told.value.errors()
    assert mistake["loc"] == (key,)
    assert said in mistake["msg"]


def test_what_is_configured_reads_pages_on_which_no_platform_was_recognised() -> None:
    adapter = own(HABERLER)
    assert adapter_of("own", own=adapter) is adapter
    assert adapter_of(None, own=adapter) is adapter
    assert adapter_of("wordpress", own=adapter) is not adapter
    assert adapter_of("viafoura") is None
