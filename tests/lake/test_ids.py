"""Identifiers and the canonical form of an address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.lake.ids import article_id, canonical_url, digest


@pytest.mark.parametrize(
    "variant",
    [
        "http://www.site.example/news/story-12",
        "https://m.site.example/news/story-12/",
        "https://site.example/news/story-12?utm_source=feed&utm_medium=rss#comments",
        "https://SITE.example/news/story-12/amp/",
        "https://amp.site.example/news/story-12?fbclid=xyz",
    ],
)
def test_variants_of_an_address_are_one_story(variant: str) -> None:
    assert article_id(variant) == article_id("https://site.example/news/story-12")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://site.example/story?id=1", "https://site.example/story?id=2"),
        ("http://127.0.0.1:8761/story", "http://127.0.0.1:8762/story"),
        ("https://amp.example/", "https://example/"),
        ("https://site.example/a", "https://site.example/A"),
    ],
)
def test_different_stories_stay_different(one: str, other: str) -> None:
    assert article_id(one) != article_id(other)


@given(st.text())
def test_any_text_has_a_canonical_form_that_is_stable(text: str) -> None:
    once = canonical_url("https://site.example/" + text)
    assert canonical_url(once) == once
    canonical_url(text)


def test_parts_are_told_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert len(digest()) == 32
