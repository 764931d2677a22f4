"""Where the story of a page lies, and which zones its markup announces."""

import pytest

from pipelines.extract.document import parse_text
from pipelines.extract.landmarks import (
    COMMENTS,
    FOOTER,
    MENU,
    NEIGHBOURS,
    SIDE,
    TAB,
    Landmarks,
    zones_of_words,
)
from pipelines.extract.page import Page

PARAGRAPH = "<p>The ferry left the harbour at noon, and those who had waited on the pier went home in the rain.</p>"
TEASER = "<p>A summary of another story, long enough to be taken for a paragraph of this one.</p>"


def landmarks_of(html: str, stated_title: str = "") -> tuple[Page, Landmarks]:
    page = Page(parse_text(f"<html><body>{html}</body></html>"), "https://www.example.org/a.html")
    return page, Landmarks(page, stated_title)


def test_the_body_is_the_narrowest_element_with_most_of_the_prose() -> None:
    teasers = "".join(f"<li><div>{TEASER}</div></li>" for _ in range(3))
    page, landmarks = landmarks_of(f"<main><h1>Ferry</h1><div id=text>{PARAGRAPH * 4}</div><ul>{teasers}</ul></main>")
    body = page.by_id["text"]
    assert landmarks.body is body
    assert landmarks.in_body(body.order + 2)
    assert not landmarks.in_body(page.by_name["li"][0].order)


def test_boxes_in_the_body_do_not_end_it() -> None:
    newsletter = f'<section class="NewsletterBox">{TEASER}</section>'
    page, landmarks = landmarks_of(
        f"<h1>Ferry</h1><div id=text>{PARAGRAPH * 3}<aside id=box></aside>{newsletter}</div>"
    )
    assert landmarks.body is page.by_id["text"]
    assert not landmarks.in_body(page.by_id["box"].order)


def test_prose_behind_a_paywall_and_in_comments() -> None:
    comments = f'<div id="comments"><div>{PARAGRAPH * 9}</div></div>'
    page, landmarks = landmarks_of(
        f'<main><h1>Ferry</h1><div id=text style="display:none">{PARAGRAPH * 4}</div><div>{comments}</div></main>'
    )
    assert landmarks.body is page.by_id["text"]


def test_the_title_is_the_heading_that_the_metadata_names() -> None:
    page, landmarks = landmarks_of(
        "<h1>The paper of the harbour and its people</h1><h1>Ferry leaves</h1>", "ferry leaves"
    )
    assert landmarks.title is page.by_name["h1"][1]


def test_a_layout_with_a_sidebar_is_no_sidebar() -> None:
    page, landmarks = landmarks_of(
        f'<div class="layout-right-sidebar"><h1>Ferry</h1><div>{PARAGRAPH * 3}</div>'
        '<div class="right-col"><i></i></div></div>'
    )
    assert not landmarks.zones(page.by_name["p"][0]) & SIDE
    assert landmarks.zones(page.by_name["i"][0]) & SIDE


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("header__nav-item first", MENU),
        ("MegaMenu", MENU),
        ("col sidebar_primary", SIDE),
        ("site-footer", FOOTER),
        ("footer__links", FOOTER),
        ("wrap comment-list", COMMENTS),
        ("tab-pane active", TAB),
        ("post-navigation", NEIGHBOURS),
        ("entry-footer", 0),
        ("teaser comment-is-free", 0),
        ("navy-blue unmenued", 0),
    ],
)
def test_class_names_announce_zones(words: str, zone: int) -> None:
    assert zones_of_words(words) == zone


def test_a_page_without_prose_has_no_body() -> None:
    _, landmarks = landmarks_of("<ul><li><a href=/x>One</a></li></ul>")
    assert (landmarks.body, landmarks.title, landmarks.first, landmarks.last) == (None, None, 0, 0)
