"""The page that a person sees: what is drawn on it, where, and that nothing of it runs."""

import re

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract import extract_page
from pipelines.extract.record import Block, ExtractionRecord
from pipelines.inspecting.overlay import OverlayError, overlay
from tests.inspecting.page import POPULAR, RELATED, URL, page, title_of


def drawn(body: bytes, url: str = URL) -> BeautifulSoup:
    return BeautifulSoup(overlay(body, None, extract_page(body, url)), "lxml")


def by_id(soup: BeautifulSoup, name: str) -> Tag:
    found = soup.find(id=name)
    assert isinstance(found, Tag)
    return found


def marked(soup: BeautifulSoup | Tag, shape: str) -> list[Tag]:
    return list(soup.select(f'[data-yanyana-shape="{shape}"]'))


def legend(soup: BeautifulSoup) -> str:
    found = soup.select_one('template[shadowrootmode="open"]')
    assert found is not None
    return found.get_text(" ", strip=True)


def test_a_block_is_outlined_and_labelled_where_its_items_stand() -> None:
    soup = drawn(page())
    assert [block.get("id") for block in marked(soup, "block")] == ["related", "popular"]
    related = by_id(soup, "related")
    assert related["data-yanyana"] == "related"
    assert related["data-yanyana-label"] == "1 related · Related stories · below · 3 items"


def test_items_are_numbered_by_slot_and_explain_themselves() -> None:
    soup = drawn(page())
    for name, slugs in (("related", RELATED), ("popular", POPULAR)):
        items = marked(by_id(soup, name), "item")
        assert [item["data-yanyana-label"] for item in items] == ["1", "2", "3"]
        assert [item["href"] for item in items] == [f"/world/{slug}/" for slug in slugs]
    tooltips = {str(link.get("title")).split(": ")[-1] for link in by_id(soup, "related").select("a")}
    assert tooltips == {title_of(slug) for slug in RELATED}


def test_menus_and_concealed_copies_stay_unmarked() -> None:
    soup = drawn(page())
    for unread in (soup.nav, by_id(soup, "popular-mobile")):
        assert unread is not None
        assert not marked(unread, "item")


def test_the_story_is_marked() -> None:
    soup = drawn(page())
    (title,) = marked(soup, "story")
    assert title.name == "h1"
    assert [paragraph.get_text()[:11] for paragraph in marked(soup, "paragraph")] == [
        f"Paragraph {number}" for number in range(1, 7)
    ]


def test_items_are_marked_alone_where_no_element_holds_them_without_others() -> None:
    body = page()
    record = extract_page(body, URL)
    related, popular = record["blocks"]
    # One list taken for two: the first and the last entry, and the one between them.
    first, second, third = related["items"]
    outer: Block = {**related, "items": [first, third]}
    inner: Block = {**related, "kind": "more", "items": [second]}
    soup = BeautifulSoup(overlay(body, None, {**record, "blocks": [outer, inner, popular]}), "lxml")
    related_list = by_id(soup, "related")
    assert "data-yanyana" not in related_list.attrs
    assert [item["data-yanyana-label"] for item in marked(related_list, "item")] == [
        "1 related · Related stories · below · 2 items · 1",
        "2",
        "1 related · Related stories · below · 2 items · 3",
    ]
    assert [block["data-yanyana"] for block in marked(related_list, "block")] == ["more"]


def test_what_is_not_in_the_markup_is_listed_and_not_invented() -> None:
    body = page()
    record = extract_page(body, URL)
    first = record["blocks"][0]["items"][0]
    first["source"], first["headline"] = "json", "Only in <b>JSON</b>"
    soup = BeautifulSoup(overlay(body, None, record), "lxml")
    assert "1 from the page's JSON: Only in <b>JSON</b>" in legend(soup)
    assert [item["data-yanyana-label"] for item in marked(by_id(soup, "related"), "item")] == ["2", "3"]


def test_the_legend_says_which_blocks_a_reader_does_not_see() -> None:
    body = page()
    record = extract_page(body, URL)
    assert "concealed" not in legend(BeautifulSoup(overlay(body, None, record), "lxml"))
    tabbed = body.replace(b'<ul id="popular">', b'<ul id="popular" hidden>')
    assert "concealed until a script shows it" in legend(BeautifulSoup(overlay(tabbed, None, record), "lxml"))


def test_nothing_of_the_page_runs_or_leads_away() -> None:
    head = (
        '<script>evil()</script><meta http-equiv="Refresh" content="0; url=https://elsewhere.example/">'
        "<meta http-equiv=\"content-security-policy\" content=\"style-src 'none'\"><base href='/archive/'>"
    )
    body = page(head, more="<svg><script>evil()</script></svg><template><script>evil()</script></template>")
    html = overlay(body, None, extract_page(body, URL))
    soup = BeautifulSoup(html, "lxml")
    assert "evil" not in html
    assert not soup.find_all("script")
    assert soup.head is not None
    metas = [meta.attrs for meta in soup.head.find_all("meta")][:2]
    assert metas[0] == {"charset": "utf-8"}
    assert metas[1]["http-equiv"] == "Content-Security-Policy"
    assert "script-src 'none'" in metas[1]["content"]
    assert len(soup.find_all("meta", attrs={"http-equiv": re.compile(".")})) == 1
    assert [base["href"] for base in soup.find_all("base")] == ["https://paper.example/archive/"]


def test_the_pages_own_address_is_its_base() -> None:
    assert [base["href"] for base in drawn(page()).find_all("base")] == [URL]


def test_a_hostile_headline_stays_text() -> None:
    body = page(headline="Harbour &lt;/template&gt;&lt;img src=x onerror=evil()&gt; talks resume after storms")
    record = extract_page(body, URL)
    hostile = '"></template><script>evil()</script>'
    for block in record["blocks"]:
        block["heading"] = hostile
        for item in block["items"]:
            item["headline"] = hostile
    soup = BeautifulSoup(overlay(body, None, record), "lxml")
    assert not soup.find_all("script")
    assert hostile in str(by_id(soup, "related")["data-yanyana-label"])
    assert hostile in legend(soup)


def test_a_page_of_another_charset_is_written_as_utf_8() -> None:
    body = page(headline="Şehirde iskele görüşmeleri fırtınadan sonra yeniden başladı").decode().encode("iso-8859-9")
    record = extract_page(body, URL, content_type="text/html; charset=iso-8859-9")
    assert "Şehirde iskele görüşmeleri" in overlay(body, "text/html; charset=iso-8859-9", record)


def test_a_page_that_was_not_read_is_an_error_with_the_reason() -> None:
    record: ExtractionRecord = {**extract_page(b"", URL), "reason": "page of 99 bytes is over the limit"}
    with pytest.raises(OverlayError, match=rf"{re.escape(URL)}.*over the limit"):
        overlay(b"", None, record)


PIECES = re.findall(
    r"\S+",
    "<p> </p> <b> </b> <a/href=/a> </a> <table> <tr> <td> </table> <svg> </svg> <style> </style> <template> </template>"
    " <math> </math> <title> <select> <option> </select> <form> </form> <frameset> <noscript> </noscript> <h1> <br>"
    " <body> </body> <head> <template/shadowrootmode=open>"
    " <!-- --> <![CDATA[ ]]> text & \x00 <foreignObject> <desc> <textarea> </textarea>",
)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_markup_can_be_drawn_on(pieces: list[str]) -> None:
    body = "".join(pieces).encode()
    assert "data-yanyana" in overlay(body, None, extract_page(body, URL))


def test_a_page_nested_deeply_can_be_drawn_on() -> None:
    body = b"<div>" * 50_000 + b"deep"
    assert overlay(body, None, extract_page(body, URL)).count("<div") > 50_000
