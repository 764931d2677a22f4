"""Looking things up on a page: addresses, links, structured data."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.document import parse_text
from pipelines.extract.page import Page, loads_tolerant, resolve, value_text

URL = "https://news.example.org/world/story-1?page=2"


def page_of(body: str, head: str = "") -> Page:
    return Page(parse_text(f"<html><head>{head}</head><body>{body}</body></html>"), URL)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://other.example/a b", "https://other.example/a b"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("/sport/", "https://news.example.org/sport/"),
        ("story-2", "https://news.example.org/world/story-2"),
        ("../sport", "https://news.example.org/sport"),
        ("?page=3", "https://news.example.org/world/story-1?page=3"),
        ("#comments", "https://news.example.org/world/story-1?page=2#comments"),
        (" /spo\nrt ", "https://news.example.org/sport"),
        ("HTTP://OTHER.example/x", "http://OTHER.example/x"),
        ("javascript:void(0)", None),
        ("mailto:a@b.example", None),
        ("tel:+90", None),
        ("http://", None),
        ("http://[bad/x", None),
        ("//", None),
    ],
)
def test_addresses(href: str, url: str | None) -> None:
    assert page_of("").resolve(href) == url


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_address_is_absolute_or_none(href: str, base: str) -> None:
    url = resolve(href, base)
    assert url is None or url.startswith(("http://", "https://"))


def test_the_base_element_counts() -> None:
    page = page_of("<a href=x>l</a>", '<base href="/archive/">')
    assert [link.url for link in page.links] == ["https://news.example.org/archive/x"]


def test_links_have_their_image_and_their_heading() -> None:
    page = page_of(
        '<a href=/1><img alt=" One\n picture "><h3>First</h3></a>'
        '<h2><a href=/2 title=" T " aria-label=L>Second</a></h2>'
        "<p><a href=/3 hidden>Third</a><a name=x>no link</a><img alt=none></p>"
    )
    seen = [(link.url[-1], link.text, link.heading, link.image_alt, link.element.concealed) for link in page.links]
    assert seen == [
        ("1", "First", 3, "One picture", False),
        ("2", "Second", 2, "", False),
        ("3", "Third", None, "", True),
    ]
    assert (page.links[1].title, page.links[1].aria_label) == ("T", "L")


def test_indexes() -> None:
    page = page_of('<div id=a class="x y"><p class=y itemprop="name author">1</p></div><div id=a>2</div>')
    assert [element.name for element in page.by_class["y"]] == ["div", "p"]
    assert page.text_of(page.by_id["a"]) == "1"
    assert page.by_itemprop["author"] == page.by_itemprop["name"] == [page.by_name["p"][0]]
    assert [element.name for element in page.ancestors(page.by_name["p"][0])] == ["div", "body", "html"]


def test_metadata_is_found_under_any_of_its_names() -> None:
    page = page_of(
        "", '<meta property="OG:Title" content=" A  b "><meta name=author content=x><meta name=author content=y>'
    )
    assert page.meta["author"] == ["x", "y"]
    assert page.meta_content("twitter:title", "og:title") == "A b"
    assert page.meta_content("missing") is None


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<html lang=tr-TR>", "tr"),
        ("<html lang='' ><meta property=og:locale content=de_AT>", "de"),
        ("<html lang=english>", None),
        ("<html>", None),
    ],
)
def test_the_declared_language(html: str, language: str | None) -> None:
    assert Page(parse_text(html), URL).language == language


def test_json_ld_is_laid_flat_in_order() -> None:
    page = page_of(
        '<script type="application/ld+json">[{"n":1,"@graph":[{"n":2},{"n":3}]},{"n":4}]</script>'
        '<script type="application/ld+json">{"n":5}</script><script type="application/json">{"n":6}</script>'
    )
    assert [thing["n"] for thing in page.json_ld] == [1, 2, 3, 4, 5]
    assert [source for _, source in page.json_states] == ['{"n":6}']


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('<!-- {"a": 1} -->', {"a": 1}),
        ('//<![CDATA[\n{"a": 1}\n//]]>', {"a": 1}),
        ('{"a": "x\ty\nz"}', {"a": "x\ty\nz"}),
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": "\\x"}', {"a": "\\x"}),
        ('{"a": 1}; more', {"a": 1}),
        ("{", None),
        ("", None),
        ("[" * 100_000, None),
    ],
)
def test_json_as_pages_write_it(source: str, value: Any) -> None:
    assert loads_tolerant(source) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [("a &amp; b", "a & b"), ({"name": "x"}, "x"), ([{"@value": " y "}], "y"), ([], None), (3, None), ("", None)],
)
def test_values_of_json_ld_as_text(value: Any, text: str | None) -> None:
    assert value_text(value) == text
