"""An item's links are those of its own list, wherever else the page links the same story."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.document import Element, parse
from pipelines.extract.page import Page
from pipelines.extract.record import Block
from pipelines.inspecting.places import find_items


def block(*slugs: str, source: str = "html") -> Block:
    items = [
        {
            "slot": slot,
            "url": f"https://paper.example/{slug}",
            "headline": slug,
            "display": None,
            "image_alt": None,
            "external": False,
            "sponsored": False,
            "headline_source": "text",
            "display_source": None,
            "source": source,
        }
        for slot, slug in enumerate(slugs, 1)
    ]
    return {"kind": "more", "heading": None, "placement": "below", "items": items}  # type: ignore[typeddict-item]


def places(html: str, *blocks: Block) -> list[list[list[str]]]:
    """The ids of the links found for every block and item."""
    page = Page(parse(html.encode()), "https://paper.example/story")
    return [[[_id(link) for link in card] for card in cards] for cards in find_items(page, list(blocks))]


def _id(link: Element) -> str:
    return link.attrs["id"]


def links(prefix: str, *slugs: str, style: str = "") -> str:
    anchors = "".join(f'<a id="{prefix}{at}" href="/{slug}">{slug}</a> ' for at, slug in enumerate(slugs))
    return f'<div style="{style}">{anchors}</div>'


def test_a_menu_that_links_the_same_stories_is_not_the_list() -> None:
    menu = links("menu", "a", "sport", "b", "weather", "c")
    assert places(menu + links("list", "a", "b", "c"), block("a", "b", "c")) == [[["list0"], ["list1"], ["list2"]]]


def test_two_lists_of_the_same_stories_are_found_in_their_order() -> None:
    html = links("wide", "a", "x", "b") + links("narrow", "a", "b")
    found = places(html, block("a", "b"), block("a", "b"))
    assert found == [[["wide0"], ["wide2"]], [["narrow0"], ["narrow1"]]]


def test_all_links_of_a_card_are_found() -> None:
    html = links("one-", "a", "author", "a") + links("two-", "b", "a", "b")
    assert places(f"<div>{html}</div>", block("a", "b")) == [[["one-0", "one-2"], ["two-0", "two-2"]]]


def test_a_concealed_copy_is_taken_only_where_nothing_else_is() -> None:
    copy = links("copy", "a", "b", style="display:none")
    assert places(copy + links("shown", "a", "x", "b"), block("a", "b")) == [[["shown0"], ["shown2"]]]
    assert places(copy, block("a", "b")) == [[["copy0"], ["copy1"]]]


def test_a_story_that_stands_twice_in_a_list_has_a_link_for_each_slot() -> None:
    assert places(links("list", "a", "b", "a"), block("a", "b", "a")) == [[["list0"], ["list1"], ["list2"]]]


def test_the_next_list_keeps_its_links() -> None:
    found = places(links("one", "x", "a") + links("two", "b", "a", "c"), block("x", "a"), block("b", "a", "c"))
    assert found == [[["one0"], ["one1"]], [["two0"], ["two1"], ["two2"]]]


def test_parameters_that_only_track_make_no_other_story() -> None:
    html = '<a id="it" href="https://www.paper.example/a?utm_source=list#top">a</a>'
    assert places(html, block("a")) == [[["it"]]]


def test_what_only_a_script_holds_or_nobody_links_is_nowhere() -> None:
    html = links("list", "a", "b")
    assert places(html, block("a", "b", source="json"), block("z"), block("a", "y", "b")) == [
        [[], []],
        [[]],
        [["list0"], [], ["list1"]],
    ]


SLUGS = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=8, unique=True)


@given(st.lists(SLUGS, min_size=1, max_size=5))
def test_every_list_of_a_page_of_lists_is_found_where_it_stands(lists: list[list[str]]) -> None:
    html = "".join(links(f"l{number}-", *slugs) for number, slugs in enumerate(lists))
    found = places(html, *(block(*slugs) for slugs in lists))
    assert found == [[[f"l{number}-{at}"] for at in range(len(slugs))] for number, slugs in enumerate(lists)]
