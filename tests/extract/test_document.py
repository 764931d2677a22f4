"""Bytes to tree: decoding, agreement with a browser's tree, what is concealed, the limits."""

import gc
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from fastwarc import ArchiveIterator, WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract import document
from pipelines.extract.document import Element, PageLimitError, decode, parse, parse_text

SENTENCE = "Türkiye’nin İstanbul ve Ağrı illerinde çığ düştü, şoförler güçlükle çıktı. "


def html(body: str) -> document.Document:
    return parse_text(f"<!DOCTYPE html><html><head><title>t</title></head><body>{body}</body></html>")


def named(tree: document.Document, identifier: str) -> Element:
    return next(element for element in tree.elements if element.attrs.get("id") == identifier)


# ---- decoding


@pytest.mark.parametrize("content_type", [None, "text/html; charset=iso-8859-9", "text/html; charset=nonsense"])
def test_utf8_that_decodes_is_believed_over_what_is_declared(content_type: str | None) -> None:
    body = ('<meta charset="windows-1254">' + SENTENCE).encode()
    assert decode(body, content_type).endswith(SENTENCE)


@pytest.mark.parametrize("head", ["", '<meta charset="utf-8">', '<meta charset="iso-8859-9">'])
def test_turkish_in_its_legacy_charset_is_read_whatever_the_page_declares(head: str) -> None:
    body = (head + SENTENCE * 5).encode("windows-1254")
    assert decode(body) == head + SENTENCE * 5


def test_the_header_s_charset_counts_before_the_page_s() -> None:
    body = '<meta charset="iso-8859-9">Москва сегодня'.encode("windows-1251")
    assert decode(body, "text/html; charset=windows-1251").endswith("Москва сегодня")


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig", "iso-2022-jp", "shift_jis", "euc-kr"])
def test_marks_and_east_asian_charsets(charset: str) -> None:
    text = "한국의 뉴스 기사" if charset == "euc-kr" else "日本の記事です"
    assert decode(text.encode(charset), f"text/html; charset={charset}") == text


def test_a_few_broken_bytes_do_not_turn_utf8_into_another_charset() -> None:
    body = (SENTENCE * 3).encode() + b"\xfc\xff" + SENTENCE.encode()
    assert decode(body, "text/html; charset=iso-8859-1") == SENTENCE * 3 + "\ufffd\ufffd" + SENTENCE


@given(st.binary(max_size=2000), st.sampled_from([None, "text/html; charset=gbk", "charset=utf-16", "charset=\udcff"]))
def test_any_bytes_become_text_without_surrogates(body: bytes, content_type: str | None) -> None:
    decode(body, content_type).encode()


# ---- the tree


def test_the_tree_is_read_through_beautiful_soup() -> None:
    tree = html('<div id=x class="a b"><p>One <b>two</b><!-- no --> three</p><script>var x</script><br></div>').soup
    assert tree.find("b", string="two") is not None
    assert [p.get_text() for p in tree.select("div.a.b > p")] == ["One two three"]
    assert tree.get_text(" ", strip=True) == "t One two three"
    b = tree.find("b")
    assert isinstance(b, Element)
    assert b.previous_sibling == "One "
    assert b.find_previous("div") is tree.find(id="x")
    assert str(tree.find(id="x")).startswith('<div class="a b" id="x"><p>One <b>two</b> three</p>')


def test_valueless_attributes_are_empty_and_class_and_rel_are_lists() -> None:
    tree = html('<a href hidden class=" x  y " rel="tag nofollow">l</a>')
    assert tree.by_name["a"][0].attrs == {"href": "", "hidden": "", "class": ["x", "y"], "rel": ["tag", "nofollow"]}


def test_numbers_say_what_stands_in_what() -> None:
    tree = html("<ul id=l><li>a<li id=b><b>b</b></ul><p id=p>c</p>")
    ul, li, p = named(tree, "l"), named(tree, "b"), named(tree, "p")
    assert ul.order < li.order < ul.end == p.order
    assert [e.name for e in tree.elements[ul.order + 1 : ul.end]] == ["li", "li", "b"]
    assert li.depth == ul.depth + 1
    assert all(element is tree.elements[element.order] for element in tree.elements)


def test_text_has_a_newline_only_where_a_line_ends() -> None:
    tree = html("<div id=d>one\n  two<br>three<p>four <b>fi</b>ve</p>\n<span>six</span><span>seven</span></div>")
    lines = [" ".join(line.split()) for line in tree.text.split("\n")]
    assert [line for line in lines if line] == ["one two", "three", "four five", "six seven"]
    assert tree.text_of(named(tree, "d")) == "one two three four five six seven"


@pytest.mark.parametrize(
    "markup",
    [
        "<div hidden>{}</div>",
        '<div style="color:red; display : none">{}</div>',
        "<div style='visibility:hidden'><p>{}</p></div>",
        "<noscript><p>{}</p></noscript>",
        "<template><p>{}</p></template>",
        "<dialog>{}</dialog>",
        "<div hidden=until-found>{}</div>",
    ],
)
def test_what_a_reader_does_not_see_is_concealed_and_keeps_its_text(markup: str) -> None:
    tree = html("<p>seen</p>" + markup.format("<i id=x>unseen</i>"))
    assert named(tree, "x").concealed
    assert tree.text_of(named(tree, "x")) == "unseen"
    assert "unseen" not in tree.text
    assert "unseen" not in tree.text_of(tree.by_name["body"][0])


@pytest.mark.parametrize(
    "markup",
    ['<div hidden id="S:1f">{}</div>', "<div aria-hidden=true>{}</div>", "<dialog open>{}</dialog>", "<div>{}</div>"],
)
def test_what_a_reader_sees_is_not_concealed(markup: str) -> None:
    assert not named(html(markup.format("<i id=x>seen</i>")), "x").concealed


def test_text_runs_on_across_what_is_concealed() -> None:
    tree = html("<p>one<span hidden> two</span><i>three</i></p><div>four<div hidden>five</div>six</div>")
    assert [" ".join(line.split()) for line in tree.text.strip().split("\n")] == ["onethree", "foursix"]
    assert [line.strip() for line in tree.concealed_text.split("\n") if line.strip()] == ["t", "two", "five"]


def test_a_body_that_waits_for_its_script_is_seen() -> None:
    assert "seen" in parse_text('<html><body style="visibility:hidden"><p>seen</p></body></html>').text


def test_released_trees_leave_nothing_to_the_cycle_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        tree = html("<div><p>a <b>b</b></p>" * 50)
        tree.release()
        del tree
        assert gc.collect() < 50
    finally:
        gc.enable()


def sequence(soup: BeautifulSoup) -> list[Any]:
    """A tree as a flat list: starts with their attributes, texts with white space folded, ends."""
    flat: list[Any] = []
    text: list[str] = []

    def flush() -> None:
        joined = " ".join("".join(text).split())
        text.clear()
        if joined:
            flat.append(joined)

    def visit(parent: Tag) -> Iterator[Tag]:
        for child in parent.contents:
            if isinstance(child, Tag):
                if child.name in ("style", "svg"):
                    continue
                flush()
                attrs = {k: " ".join(v.split() if isinstance(v, str) else v) for k, v in child.attrs.items()}
                flat.append((child.name, attrs))
                yield child
                flush()
                flat.append("/")
            elif not isinstance(child, PreformattedString):
                text.append(str(child))

    stack = [visit(soup)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        else:
            stack.append(visit(child))
    flush()
    return flat


@pytest.mark.parametrize(
    "markup",
    [
        "<p>a<p>b<b><i>c</b>d</i>",
        "<table><tr><td>1<div>x<td>2</table>",
        "<table>lost<tr><td>kept",
        "<a href=1>x<a href=2>y",
        "<ul><li>1<ul><li>2</ul><li>3",
        "<select><option>1<option>2</select><svg><title>no</title><p>out",
        "<noscript><p>n</noscript><h1>t<h2>u",
        "text<title>late</title><style>no</style>\x00&#0;&#xD800;&amp;&notin;&nope",
    ],
)
def test_crooked_markup_is_straightened_as_in_a_browser(markup: str) -> None:
    assert sequence(parse_text(markup).soup) == sequence(BeautifulSoup(markup, "html5lib"))


@pytest.mark.corpus
def test_real_pages_have_the_tree_that_html5lib_builds(shared: Path) -> None:
    """Every fifteenth page; the few that differ have elements in a `template`, which html5lib does not read as one."""
    differing, count = [], 0
    for archive in ("labelled", "news"):
        with open(shared / "pages" / f"{archive}.warc.gz", "rb") as stream:
            for number, warc in enumerate(ArchiveIterator(stream, record_types=WarcRecordType.response)):
                if number % 15 == 0:
                    text = decode(warc.reader.read(), warc.http_content_type)
                    if "<template" in text:
                        continue
                    count += 1
                    if sequence(parse_text(text).soup) != sequence(BeautifulSoup(text, "html5lib")):
                        differing.append(warc.headers["WARC-Target-URI"])
    assert count > 20
    assert not differing


# ---- limits


def test_a_page_over_the_byte_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_BYTES", 100)
    with pytest.raises(PageLimitError, match="101 bytes is over the limit of 100"):
        parse(b"x" * 101)
    assert parse(b"x" * 100).text.strip() == "x" * 100


def test_a_page_over_the_element_limit_is_refused() -> None:
    with pytest.raises(PageLimitError, match="over 100000 elements"):
        parse_text("<a href=x>y</a>" * 150_000)


def test_elements_below_the_depth_limit_are_flattened() -> None:
    tree = parse_text("<div>" * 50_000 + "<p>text")
    assert max(element.depth for element in tree.elements) == document.MAX_DEPTH + 1
    assert len(tree.elements) == 50_004
    assert tree.text.strip() == "text"
    tree.release()


def test_formatting_elements_left_open_do_not_multiply_without_limit() -> None:
    began = time.process_time()
    with pytest.raises(PageLimitError, match="formatting elements open"):
        parse_text("".join(f"<p><b id={n}>x" for n in range(50_000)))
    assert time.process_time() - began < 2


def test_many_formatting_elements_that_are_closed_are_no_reason_to_refuse() -> None:
    assert len(parse_text("<p><b>x</b> <i>y</i></p>" * 5_000).by_name["b"]) == 5_000


@pytest.mark.parametrize(
    "markup",
    [
        "<a " * 200_000,
        "<!--" * 200_000,
        "&amp;&lt;&notanentity;" * 100_000,
        "<table>" * 20_000,
        "\x00" * 1_000_000,
        "<a " + " ".join(f"a{n}=1" for n in range(50_000)) + ">",
        "<svg>" * 50_000,
        "<b><p></b>" * 5_000,
    ],
)
def test_floods_take_no_time(markup: str) -> None:
    began = time.process_time()
    parse_text(markup).release()
    assert time.process_time() - began < 2


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('<>/="abdipstuv &;!-\n\x00é'), max_size=300))
def test_any_text_becomes_a_well_numbered_tree(markup: str) -> None:
    tree = parse_text(markup)
    for element in tree.elements:
        assert element.order < element.end <= len(tree.elements)
        assert element.text_start <= element.text_end
        for child in element.contents:
            assert child.parent is element
            if isinstance(child, Element):
                assert element.order < child.order < element.end
    assert not re.search(r"\n\n", tree.text)
