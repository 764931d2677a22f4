"""Blocks of pages written for these tests, each in the anatomy of a kind of site."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.blocks import find_blocks
from pipelines.extract.document import parse, parse_text
from pipelines.extract.page import Page
from pipelines.extract.record import Block

URL = "https://www.example.org/city/2024/05/02/council-votes-for-the-new-tram-line-482913.html"

BODY = "".join(
    f"<p>{text}</p>"
    for text in (
        "The council voted on Thursday evening for the new tram line, after a debate that lasted well into the night.",
        "Opponents had asked for another study of the traffic in the old town, which the majority refused to pay for.",
        "Work on the first section begins in autumn, and the mayor expects the first passengers in about four years.",
    )
)
STORIES = (
    ("Bridge over the northern canal stays closed until autumn", "bridge-over-northern-canal-stays-closed-512001"),
    ("Museum finds a lost drawing in its own cellar", "museum-finds-lost-drawing-in-cellar-512002"),
    ("Rain washes out the opening of the summer festival", "rain-washes-out-opening-of-festival-512003"),
    ("Bakers of the old town close their shops for a day", "bakers-of-old-town-close-shops-512004"),
    ("Young chess player wins the city's open tournament", "young-chess-player-wins-tournament-512005"),
)


def target(slug: str) -> str:
    return f"https://www.example.org/city/2024/05/01/{slug}.html"


def card(number: int, tag: str = "li") -> str:
    headline, slug = STORIES[number]
    return f'<{tag}><a href="{target(slug)}">{headline}</a></{tag}>'


def cards(*numbers: int) -> str:
    return f"<ul>{''.join(map(card, numbers))}</ul>"


def story(below: str = "", *, body: str = BODY, above: str = "", side: str = "", language: str = "en") -> str:
    return (
        f'<html lang="{language}"><head><meta property="og:title" content="Council votes for the new tram line"></head>'
        f"<body>{above}<main><article><h1>Council votes for the new tram line</h1><div>{body}</div></article>"
        f"{below}</main>{side}</body></html>"
    )


def blocks_of(html: str, url: str = URL) -> list[Block]:
    return find_blocks(Page(parse_text(html), url), None)


def headlines(block: Block) -> list[str | None]:
    return [item["headline"] for item in block["items"]]


def test_names_a_list_by_the_heading_above_it() -> None:
    (block,) = blocks_of(story(f"<section><h2>Most read</h2>{cards(0, 1, 2)}</section>"))
    assert (block["kind"], block["heading"], block["placement"]) == ("popular", "Most read", "below")
    assert headlines(block) == [STORIES[n][0] for n in (0, 1, 2)]
    assert [item["url"] for item in block["items"]] == [target(STORIES[n][1]) for n in (0, 1, 2)]
    assert [item["slot"] for item in block["items"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("language", "heading", "kind"),
    [
        ("tr", "EN ÇOK OKUNANLAR", "popular"),
        ("tr", "BAĞLANTILI HABERLER", "related"),
        ("tr", "SON DAKİKA", "latest"),
        ("de", "Mehr zum Thema", "related"),
        ("de", "Meistgelesen", "popular"),
        ("es", "Lo más leído", "popular"),
        ("fr", "Sur le même sujet", "related"),
        ("it", "Potrebbe interessarti", "related"),
        ("pt", "Últimas notícias", "latest"),
        ("ja", "アクセスランキング", "popular"),
        ("en", "Content from our partners", "sponsored"),
        ("en", "Trending now", "trending"),
        ("en", "From the archive of the harbour", "more"),
    ],
)
def test_reads_the_kind_from_the_heading_in_any_language(language: str, heading: str, kind: str) -> None:
    (block,) = blocks_of(story(f"<aside><h3>{heading}</h3>{cards(0, 1, 2)}</aside>", language=language))
    assert (block["kind"], block["heading"]) == (kind, heading)


def test_reads_the_kind_from_class_names_where_no_heading_stands() -> None:
    (block,) = blocks_of(story(f'<div class="related-posts">{cards(0, 1, 2)}</div>'))
    assert (block["kind"], block["heading"]) == ("related", None)


def test_two_headings_in_one_container_make_two_blocks() -> None:
    flat = "<h3>Latest</h3>" + card(0, "div") + card(1, "div") + "<h3>Most read</h3>" + card(2, "div") + card(3, "div")
    latest, popular = blocks_of(story(f"<section>{flat}</section>"))
    assert (latest["heading"], headlines(latest)) == ("Latest", [STORIES[0][0], STORIES[1][0]])
    assert (popular["heading"], headlines(popular)) == ("Most read", [STORIES[2][0], STORIES[3][0]])


def test_columns_under_one_heading_are_one_block() -> None:
    grid = f"<div class=col>{cards(0, 1)}</div><div class=col>{cards(2, 3)}</div>"
    (block,) = blocks_of(story(f"<section><h2>More stories</h2><div class=row>{grid}</div></section>"))
    assert len(block["items"]) == 4


def test_tabs_are_blocks_under_what_is_written_on_them() -> None:
    tabs = "<ul><li><a href='#a'>Latest</a></li><li><a href='#b'>Most read</a></li></ul>"
    panels = (
        f'<div class="tab-pane">{cards(0, 1, 2)}</div><div class="tab-pane" style="display:none">{cards(2, 1, 4)}</div>'
    )
    latest, popular = blocks_of(story(side=f"<aside><h2>Highlights</h2>{tabs}<div>{panels}</div></aside>"))
    assert (latest["heading"], latest["kind"], latest["placement"]) == ("Latest", "latest", "side")
    assert (popular["heading"], popular["kind"]) == ("Most read", "popular")


def test_picture_headline_and_summary_are_one_item() -> None:
    def full_card(number: int) -> str:
        headline, slug = STORIES[number]
        link = f'<a href="{target(slug)}">'
        return (
            f'<article>{link}<img src=a.jpg alt="A photo of the scene"></a><a href="/city/">City</a>'
            f"<h3>{link}{headline}</a></h3><p>{link}What happened, in words longer than its headline.</a></p></article>"
        )

    (block,) = blocks_of(story(f"<section><h2>Related</h2>{''.join(map(full_card, (0, 1, 2)))}</section>"))
    assert headlines(block) == [STORIES[n][0] for n in (0, 1, 2)]
    assert {item["headline_source"] for item in block["items"]} == {"heading"}
    assert {item["image_alt"] for item in block["items"]} == {"A photo of the scene"}


def test_a_teaser_between_paragraphs_is_inline_and_a_link_in_a_sentence_is_none() -> None:
    paragraphs = BODY.split("</p>")[:3]
    link = f'<a href="{target(STORIES[1][1])}">the museum that found a lost drawing</a>'
    sentence = f"<p>The tram follows {link} to the river, {'then turns. ' * 8}</p>"
    teaser = f'<p>Read also: <a href="{target(STORIES[0][1])}">{STORIES[0][0]}</a></p>'
    (block,) = blocks_of(story(body=f"{paragraphs[0]}</p>{sentence}{teaser}{paragraphs[1]}</p>{paragraphs[2]}</p>"))
    assert (block["kind"], block["placement"]) == ("inline", "body")
    assert headlines(block) == [STORIES[0][0]]


def test_menus_tags_authors_and_comment_links_are_no_items() -> None:
    menu = "".join(f'<li><a href="/city/{slug}.html">{headline}</a></li>' for headline, slug in STORIES)
    tags = "".join(
        f'<a href="/tag/{tag}/">{tag}</a>' for tag in ("tram-lines-in-the-city", "council-of-the-city", "old-town")
    )
    author = '<div class="author-box"><a href="/author/ada-example/">All stories by Ada Example</a></div>'
    comments = f'<ul id="recentcomments"><li><a href="{target(STORIES[0][1])}#comment-9">{STORIES[0][0]}</a></li></ul>'
    social = '<a href="https://www.facebook.com/sharer?u=x">Share this story with your friends on Facebook</a>'
    html = story(f"<p>{tags}</p>{author}{comments}{social}", above=f'<div class="mega-menu"><ul>{menu}</ul></div>')
    assert blocks_of(html) == []


def test_a_menu_that_no_class_names_is_known_by_its_drop_downs() -> None:
    entries = "".join(
        f'<li><a href="/{section}/">{section}</a><ul>{card(0)}{card(1)}</ul></li>'
        for section in ("City", "Sport", "Arts")
    )
    assert blocks_of(story(above=f"<div><ul>{entries}</ul></div>")) == []


def test_the_own_story_is_left_out_of_its_own_list() -> None:
    own = f'<li><a href="{URL}?utm_source=list">Council votes for the new tram line</a></li>'
    (block,) = blocks_of(story(f"<section><h2>Latest</h2><ul>{card(0)}{own}{card(1)}</ul></section>"))
    assert [item["slot"] for item in block["items"]] == [1, 2]
    assert headlines(block) == [STORIES[0][0], STORIES[1][0]]


def test_links_that_all_say_the_same_are_no_list() -> None:
    links = "".join(f'<li><a href="{target(slug)}">Show this story in the archive</a></li>' for _, slug in STORIES)
    assert blocks_of(story(f"<ul>{links}</ul>")) == []


def test_previous_and_next_story_are_items() -> None:
    (block,) = blocks_of(
        story(f'<nav class="post-navigation"><div>{card(0, "span")}</div><div>{card(1, "span")}</div></nav>')
    )
    assert (block["kind"], len(block["items"])) == ("more", 2)


def test_paid_stories_of_another_site_are_sponsored_and_external() -> None:
    items = "".join(
        f'<li><a href="https://shop.example.net/offers-of-the-week/{slug}">{headline}</a></li>'
        for headline, slug in STORIES[:3]
    )
    (block,) = blocks_of(story(f"<div><h3>Sponsored</h3><ul>{items}</ul></div>"))
    assert block["kind"] == "sponsored"
    assert all(item["external"] and item["sponsored"] for item in block["items"])


def test_an_empty_widget_gives_nothing() -> None:
    assert (
        blocks_of(story('<div id="taboola-below-article"><h3>You may like</h3></div><div class="OUTBRAIN"></div>'))
        == []
    )


def test_a_ticker_that_repeats_itself_shows_each_story_once() -> None:
    ticker = f'<div class="news-ticker"><b>Breaking</b><ul>{card(0) + card(1) + card(0) + card(1)}</ul></div>'
    (block,) = blocks_of(story(above=ticker))
    assert (block["kind"], block["placement"]) == ("latest", "top")
    assert headlines(block) == [STORIES[0][0], STORIES[1][0]]


def test_a_carousel_cut_off_in_its_last_turn_shows_each_story_once() -> None:
    turns = cards(0, 1, 2, 0, 1, 2, 0, 1)
    (block,) = blocks_of(story(f'<section><h2>Related</h2><div class="carousel">{turns}</div></section>'))
    assert headlines(block) == [STORIES[n][0] for n in (0, 1, 2)]


def test_a_ticker_in_the_menu_bar_is_a_list() -> None:
    bar = f'<div class="topbar"><div class="section-menu"><div class="newsticker">{cards(0, 1, 2)}</div></div></div>'
    (block,) = blocks_of(story(above=f"<header>{bar}</header>"))
    assert headlines(block) == [STORIES[n][0] for n in (0, 1, 2)]


def test_a_menu_is_one_whatever_the_layout_around_it_is_called() -> None:
    links = "".join(f'<li class="menu-item"><a href="/cars/?condition={x}">{x} cars for sale</a></li>' for x in "abc")
    menu = f'<nav class="main-nav"><ul class="sub-menu">{links}</ul></nav>'
    assert blocks_of(story(above=f'<header class="header-layout main-nav-below">{menu}</header>')) == []


def test_a_teaser_names_its_topic_beside_headline_and_summary() -> None:
    headline, slug = STORIES[0]
    teaser = (
        f'<div class="teaser"><a class="headline" href="{target(slug)}">{headline}</a>'
        f'<a class="topic" href="https://www.example.org/about/northern-canal-bridge">Northern Canal Bridge</a>'
        f'<a class="description" href="{target(slug)}">Engineers found cracks in two of its four pillars.</a></div>'
    )
    (block,) = blocks_of(story(f"<section><h2>Related</h2>{teaser}{card(1, 'div')}{card(2, 'div')}</section>"))
    assert headlines(block) == [STORIES[n][0] for n in (0, 1, 2)]


def test_a_kicker_that_links_to_its_section_is_no_item() -> None:
    headline, slug = STORIES[0]
    teaser = (
        '<article><div class="card__eyebrow"><a href="https://www.example.org/law-and-the-courts/">Law & the Courts</a>'
        f'</div><h4><a href="{target(slug)}">{headline}</a></h4></article>'
    )
    (block,) = blocks_of(story(body=f"{BODY}{teaser}{BODY}"))
    assert headlines(block) == [headline]


@pytest.mark.parametrize(
    "more", ["See all homes of the day", "Alle Beiträge der Redaktion anzeigen", "Ver todas las noticias de hoy"]
)
def test_a_link_to_the_rest_of_a_list_is_no_item(more: str) -> None:
    rest = f'<p><a class="btn" href="https://www.example.org/city/all-of-it-512099">{more}</a></p>'
    (block,) = blocks_of(story(f"<section><h2>Related</h2>{cards(0, 1)}{rest}</section>"))
    assert headlines(block) == [STORIES[n][0] for n in (0, 1)]


def test_the_source_of_the_story_on_another_site_is_no_item() -> None:
    said = "Quelle: Tram plan passes council after a long debate"
    for host, found in (("agency.example.net", 2), ("www.example.org", 3)):
        entry = f'<li><a href="https://{host}/city/tram-plan-passes-council-after-debate-512077.html">{said}</a></li>'
        (block,) = blocks_of(story(f"<section><h2>Related</h2><ul>{card(0)}{card(1)}{entry}</ul></section>"))
        assert len(block["items"]) == found


def test_services_guides_and_searched_terms_are_no_items() -> None:
    services = "".join(
        f'<li><a href="https://www.example.org/radio/service-{n}00{n}21.html">{name}</a></li>'
        for n, name in enumerate(("Contact the newsroom", "Our radio frequencies", "All our podcasts", "Work with us"))
    )
    assert blocks_of(story(side=f"<footer><h3>Example Radio</h3><ul>{services}</ul></footer>")) == []
    guides = "".join(
        f'<li><a href="https://www.example.org/homes/guide-{n}/">{name}</a></li>'
        for n, name in enumerate(("Buy a flat in Brno", "Buy a house in Zlín", "Buy land", "Rent a room in Brno"))
    )
    assert blocks_of(story(f"<section><h3>Homes</h3><ul>{guides}</ul></section>")) == []
    terms = "".join(
        f'<li><a href="https://www.example.org/topic/share-price-{n}12345.cms">{name}</a></li>'
        for n, name in enumerate(("Harbour lines share price", "Bank holiday list", "Northern steel listing"))
    )
    assert blocks_of(story(side=f"<aside><h3>Top trending terms</h3><ul>{terms}</ul></aside>")) == []


@pytest.mark.parametrize("order", [(0, 1, 2, 1, 3), (0, 1, 1, 2, 3)])
def test_a_story_that_stands_twice_in_a_list_keeps_both_slots(order: tuple[int, ...]) -> None:
    (block,) = blocks_of(story(f"<section><h2>More stories</h2>{cards(*order)}</section>"))
    assert headlines(block) == [STORIES[n][0] for n in order]
    assert [item["slot"] for item in block["items"]] == [1, 2, 3, 4, 5]


def test_a_hidden_copy_of_a_list_is_not_a_second_one() -> None:
    copy = f'<div class="for-mobile">{cards(0, 1, 2)}</div>'
    assert (
        len(
            blocks_of(story(f"<section><h2>Related</h2><div>{cards(0, 1, 2)}</div></section><section>{copy}</section>"))
        )
        == 1
    )
    noscript = f"<noscript>{cards(0, 1, 2)}</noscript>"
    assert len(blocks_of(story(f"<section><h2>Related</h2>{cards(0, 1, 2)}{noscript}</section>"))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Published on: May 2, 2024",
        "Menü",
        "With files from the harbour desk",
        "She writes about trams and what they cost.",
    ],
)
def test_a_line_about_the_story_or_its_author_is_no_heading_of_the_list_below_it(line: str) -> None:
    (block,) = blocks_of(story(f"<div><span>{line}</span>{cards(0, 1, 2)}</div>"))
    assert (block["kind"], block["heading"]) == ("more", None)


def test_links_put_there_for_search_engines_are_no_list_of_stories() -> None:
    services = "".join(
        f'<li><a href="https://www.example.org/{n}">{name}</a></li>'
        for n, name in enumerate(
            ["Flats for sale in Ellery", "Simulator of the rent", "Best coffee machines", "Tax card"]
        )
    )
    assert blocks_of(story(f'<div class="x-seo-footer__list"><p>Money</p><ul>{services}</ul></div>')) == []


@pytest.mark.parametrize("service", ["Submit a news tip to us", "Our Journalistic Standards and Practices"])
def test_the_newsrooms_services_are_no_items(service: str) -> None:
    link = f'<li><a href="https://www.example.org/news/how-we-work-at-the-desk-1.100200">{service}</a></li>'
    (block,) = blocks_of(story(f"<section><h2>Related</h2><ul>{card(0)}{link}{card(1)}</ul></section>"))
    assert headlines(block) == [STORIES[n][0] for n in (0, 1)]


def test_an_advertisement_without_content_is_not_the_heading_of_the_list_below_it() -> None:
    (block,) = blocks_of(story(f"<section><div>Advertisement</div><div class=list>{cards(0, 1, 2)}</div></section>"))
    assert (block["kind"], block["heading"]) == ("more", None)


WORDS = st.lists(
    st.sampled_from(["storm", "harbour", "vote", "wins", "küçük", "İzmir", "新しい", "記事", "der Rat", "12"]),
    max_size=9,
).map(" ".join)
HREFS = st.sampled_from(
    [
        URL,
        "/",
        "#top",
        "javascript:void(0)",
        "http://[broken",
        "//cdn.example.net/x-y-z-1234567",
        "mailto:a@b.c",
        "?p=12",
    ]
) | st.integers(0, 40).map(lambda n: f"/city/a-story-about-the-number-{n * 7919}.html")


def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(["div", "ul", "li", "section", "h2", "p", "nav", "aside", "a", "table", "span"])
    classes = st.sampled_from(["", "menu", "related", "tab-pane", "item", "comments", "footer", "title"])
    return st.builds(
        lambda name, label, parts: f'<{name} class="{label}" href="/x">{"".join(parts)}</{name}>',
        names,
        classes,
        st.lists(inner, max_size=5),
    )


TREES = st.recursive(
    WORDS | st.builds(lambda href, text: f'<a href="{href}">{text}</a>', HREFS, WORDS), element, max_leaves=40
)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_any_tree_gives_well_formed_blocks(tree: str) -> None:
    html = story(tree)
    blocks = blocks_of(html)
    assert blocks == blocks_of(html)
    order = {link.url.partition("#")[0]: link.element.order for link in reversed(Page(parse_text(html), URL).links)}
    for block in blocks:
        assert block["items"]
        assert [item["slot"] for item in block["items"]] == list(range(1, len(block["items"]) + 1))
        for item in block["items"]:
            assert item["url"].startswith(("https://", "http://"))
            assert item["url"] != URL
            assert item["headline"]
            assert item["url"] in order


def test_survives_depth_and_number() -> None:
    assert len(blocks_of(story("<div>" * 400 + cards(0, 1, 2)))) == 1
    assert blocks_of(story("<div>" * 50_000 + cards(0, 1, 2))) is not None
    many = "".join(
        f'<li><a href="/city/story-of-the-day-number-{n + 100000}.html">Story of the day number {n}</a></li>'
        for n in range(5_000)
    )
    (block,) = blocks_of(story(f"<ul>{many}</ul>"))
    assert len(block["items"]) == 5_000


def _scorer(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_blocks", shared / "labels" / "score_blocks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.corpus
def test_finds_the_blocks_of_the_labelled_pages(shared: Path) -> None:
    from fastwarc import ArchiveIterator, WarcRecordType

    scorer = _scorer(shared)
    labels = {
        scorer.bare(label["url"]): label
        for label in map(json.loads, (shared / "labels" / "blocks.jsonl").read_text().splitlines())
    }
    rows: list[dict[str, Any]] = []
    with (shared / "pages" / "labelled.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response):
            url = record.headers["WARC-Target-URI"]
            page = Page(parse(record.reader.read(), record.http_content_type), url)
            rows.append(scorer.page(labels[scorer.bare(url)], {"blocks": find_blocks(page, None)}))

    def total(name: str) -> float:
        return sum(row[name] for row in rows)

    hit = total("hit")
    assert len(rows) == len(labels)
    assert scorer.f1(hit / total("have"), hit / total("gold")) >= 0.95
    assert scorer.f1(total("bp") / hit, total("br") / hit) >= 0.97
    assert total("kind") / hit >= 0.85
    assert total("conc") / total("tot") >= 0.99
