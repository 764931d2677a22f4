"""What adapters need: JSON of a shape, the text of HTML, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.comments.adapter import Request
from pipelines.comments.parsing import (
    Count,
    Shape,
    Time,
    Unreadable,
    Votes,
    address,
    json_of,
    parameters,
    plain_text,
    with_parameters,
)
from tests.comments.driving import answer

ASKED = Request("https://isso.example/?uri=a")


class Said(Shape):
    id: str
    count: Count = 0
    likes: Votes = None
    at: Time = None


@pytest.mark.parametrize(
    "content", ["", "<html>", "[]", "null", '{"id": {"name": "Marker"}}', '{"count": 1}', "[" * 10_000]
)
def test_a_body_of_another_shape_is_told_by_address_and_place_without_its_content(content: str) -> None:
    with pytest.raises(Unreadable, match=r"https://isso\.example/\?uri=a: ") as told:
        json_of(answer(ASKED, content), Said)
    assert "Marker" not in str(told.value)
    assert told.value.__cause__ is None


def test_half_an_emoji_loses_only_itself() -> None:
    assert json_of(answer(ASKED, '{"id": "cut \\ud83d"}'), Said).id == "cut "


def test_one_absurd_value_loses_only_itself() -> None:
    said = json_of(answer(ASKED, {"id": 5, "likes": -3, "at": "the day after"}), Said)
    assert (said.id, said.likes, said.at) == ("5", None, None)
    assert json_of(answer(ASKED, {"id": "5", "likes": 10**30}), Said).likes is None


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("https://news.example/a.html", "https://news.example/a.html"),
        ("<p>One</p><p>two</p>", "One two"),
        ("a<br>b<br/>c", "a b c"),
        ("w<b>or</b>d", "word"),
        ("&lt;b&gt; &amp; &#8217;", "<b> & ’"),
        ('Yes <img src="x" alt="🙂"><img src="y">', "Yes 🙂"),
        ("<script>alert(1)</script><style>p{}</style>text", "text"),
        ("<blockquote>He said</blockquote>No", "He said No"),
        ("<p>unclosed <b>tags", "unclosed tags"),
        ("a <!-- remark --> b", "a b"),
        ("<!-- remark -->", ""),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("<p>half of \ud83d an emoji\x00</p>", "half of an emoji"),
        ("", ""),
    ],
)
def test_the_text_of_a_comment_is_what_its_reader_sees(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(st.text() | st.text("<>&;/!-pib \x00\x0b\ud800'\"="))
def test_any_text_is_read_without_complaint(html: str) -> None:
    assert plain_text(html) == " ".join(plain_text(html).split())


def test_addresses_below_a_root_with_or_without_a_query() -> None:
    assert address("https://a.example/isso/", "", {"uri": "/ö?x&y"}) == "https://a.example/isso/?uri=%2F%C3%B6%3Fx%26y"
    assert address("https://a.example/wp-json/", "wp/v2/comments", {"post": 5}) == (
        "https://a.example/wp-json/wp/v2/comments?post=5"
    )
    assert parameters(address("https://a.example/?rest_route=/", "wp/v2/comments", {"post": 5})) == {
        "rest_route": "/wp/v2/comments",
        "post": "5",
    }


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=4), st.integers(1, 99))
def test_a_changed_parameter_leaves_the_others(query: dict[str, str], page: int) -> None:
    url = with_parameters(address("https://a.example/", "", query), {"page": page})
    assert parameters(url) == {**query, "page": str(page)}
