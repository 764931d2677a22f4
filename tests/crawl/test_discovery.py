import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl.discovery import (
    Address,
    Lead,
    Purpose,
    Sitemap,
    feed_entries,
    leads,
    looks_like_section,
    looks_like_story,
    page_links,
    shape,
    sitemap_entries,
    trap,
)

HERE = "https://paper.test/feeds/latest"


def test_rss_entries_with_their_times() -> None:
    feed = b"""<?xml version="1.0" encoding="windows-1254"?>
    <rss version="2.0"><channel><link>https://paper.test/</link><item><title>A</title>
      <link> https://paper.test/a </link><pubDate>Sun, 01 Mar 2026 15:30:00 +0300</pubDate></item>
    <item><guid>https://paper.test/b</guid></item>
    <item><guid isPermaLink="false">https://paper.test/no</guid><link>/c?x=1&amp;y=2</link><pubDate>soon</pubDate></item>
    <item><link>http://[broken</link></item><item><link>mailto:desk@paper.test</link></item>
    <item><title>no link</title></item></channel></rss>"""
    assert feed_entries(feed, HERE) == [
        Address("https://paper.test/a", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        Address("https://paper.test/b"),
        Address("https://paper.test/c?x=1&y=2"),
    ]


def test_atom_and_rdf_entries() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://paper.test/"/>
    <entry><link rel="enclosure" href="/a.mp3"/><link href="/a"/><updated>2026-03-02T00:00:00Z</updated>
    <published>2026-03-01T09:00:00+02:00</published></entry>
    <entry><link rel="alternate" href="/b"/><updated>2026-03-02T10:00:00.5Z</updated></entry></feed>"""
    assert feed_entries(atom, HERE) == [
        Address("https://paper.test/a", datetime(2026, 3, 1, 7, tzinfo=UTC)),
        Address("https://paper.test/b", datetime(2026, 3, 2, 10, 0, 0, 500000, tzinfo=UTC)),
    ]
    rdf = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><item><link>https://paper.test/r</link><dc:date>2026-03-01</dc:date></item>
    </rdf:RDF>"""
    assert feed_entries(rdf, HERE) == [Address("https://paper.test/r", datetime(2026, 3, 1, tzinfo=UTC))]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_news_sitemap_gzipped_or_not(pack: type[bytes]) -> None:
    sitemap = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
    <url><loc>https://paper.test/a</loc><lastmod>2026-03-05</lastmod>
      <image:image><image:loc>https://paper.test/a.jpg</image:loc></image:image>
      <news:news><news:publication_date>2026-03-01T12:00:00Z</news:publication_date></news:news></url>
    <url><loc>https://paper.test/b</loc><lastmod>2026-03-02T01:00:00+01:00</lastmod></url></urlset>"""
    assert sitemap_entries(pack(sitemap), HERE) == Sitemap(
        pages=(
            Address("https://paper.test/a", datetime(2026, 3, 1, 12, tzinfo=UTC)),
            Address("https://paper.test/b", datetime(2026, 3, 2, tzinfo=UTC)),
        )
    )


def test_an_index_names_sitemaps_and_no_pages() -> None:
    index = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>https://paper.test/1.xml.gz</loc><lastmod>2026-03-01</lastmod></sitemap></sitemapindex>"""
    assert sitemap_entries(index, HERE) == Sitemap(
        sitemaps=(Address("https://paper.test/1.xml.gz", datetime(2026, 3, 1, tzinfo=UTC)),)
    )


def test_entities_are_not_expanded() -> None:
    bomb = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
    <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
    <rss><channel><item><link>https://paper.test/a</link></item><item><link>https://paper.test/&c;</link></item>
    <item><link>https://paper.test/&f;</link></item></channel></rss>"""
    urls = [entry.url for entry in feed_entries(bomb, HERE)]
    assert urls[0] == "https://paper.test/a"
    assert all("aaaa" not in url and "root" not in url for url in urls)


def test_a_broken_document_is_read_as_far_as_it_goes() -> None:
    cut = b"<rss><channel><item><link>https://paper.test/a</link></item><item><link>https://paper.test/b"
    assert feed_entries(cut, HERE)[0] == Address("https://paper.test/a")


def test_links_of_a_page() -> None:
    body = """<!doctype html><base href="https://paper.test/news/"><a href="one">1</a><a href=" one#comments ">1</a>
    <a href="/iki-şehir">2</a><a href="#top"></a><a href="mailto:a@b.c"></a><a href="javascript:x()"></a><a>no</a>
    <a rel="Sponsored noopener" href="/ad"></a><a rel=nofollow href="/login"></a><a href="http://[broken"></a>
    <a href="//other.test/x">3</a><map><area href="?page=2"></map>"""
    links = page_links(body.encode("windows-1254"), HERE, "text/html; charset=windows-1254")
    assert links == page_links(body.encode(), HERE, "text/html; charset=utf-8")
    assert links == [
        "https://paper.test/news/one",
        "https://paper.test/iki-şehir",
        "https://other.test/x",
        "https://paper.test/news/?page=2",
    ]


@given(st.one_of(st.binary(max_size=300), st.text("<>&;/aelink\"'= !-[]?xml\0", max_size=200).map(str.encode)))
def test_whatever_comes_is_read_without_an_error(body: bytes) -> None:
    feed_entries(body, HERE)
    sitemap_entries(body, HERE)
    page_links(body, HERE)


@given(st.text(max_size=60))
def test_the_shape_of_any_address_can_be_asked_for(path: str) -> None:
    url = "https://paper.test/" + path.replace("[", "").replace("]", "")
    assert not (looks_like_story(url) and looks_like_section(url))


@pytest.mark.parametrize(
    "path",
    [
        "/guncel/bakan-yeni-karari-acikladi-18240074-haberi/",
        "/2026/03/01/council-votes/",
        "/world/2026/02/talks-resume-nc70585",
        "/politics/what-the-new-budget-means-for-towns",
        "/haber/1234567/kisa",
        "/article/us-car-maker-idUSKBN1ZC1DA12345",
        "/spor/mac-h551407.html",
        "/haber.php?haberno=45678",
        "/news/articles/clymn8zyrp9o",
        "/india-news/artist-spreads-the-word/story-zMoh0EOY",
    ],
)
def test_addresses_of_stories(path: str) -> None:
    assert looks_like_story(f"https://paper.test{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ekonomi/",
        "/world",
        "/etiket/secim-sonuclari-son-durum-2026/",
        "/author/a-name-of-four-words/",
        "/photos/the-picture-of-the-day.jpg",
        "/login?next=/some-story-of-many-words",
        "/2026/03/01/",
        "/12345",
        "/guncel/bakan-yeni-karari-acikladi-18240074-haberi-yorumlari/",
        "/politics/what-the-new-budget-means-for-towns/comments",
    ],
)
def test_addresses_of_other_things(path: str) -> None:
    assert not looks_like_story(f"https://paper.test{path}")


def test_section_fronts_are_short_names() -> None:
    fronts = ["/ekonomi/", "/world/europe", "/category/sport/", "/arsiv/"]
    others = ["/", "/a/b/c", "/login", "/world?page=2", "/sitemap.xml", "/2026/", "/uye/giris", "/rss"]
    assert all(looks_like_section(f"https://paper.test{path}") for path in fronts)
    assert not any(looks_like_section(f"https://paper.test{path}") for path in others)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/2031/07/", "calendar"),
        ("/events/2031-07-15", "calendar"),
        ("/archive/2026/03/01/index.html", "calendar"),
        ("/events?month=2031-07", "calendar"),
        ("/story;jsessionid=0123456789ABCDEF", "session id"),
        ("/story?PHPSESSID=abc", "session id"),
        ("/story?sid=0123456789abcdef0123", "session id"),
        ("/a/b/a/b/a/b", "growing path"),
        ("/" + "/".join("abcdefghijklmn"), "growing path"),
        ("/story?" + "&".join(f"p{n}=1" for n in range(11)), "many parameters"),
        ("/" + "a" * 2000, "overlong address"),
        ("/2026/03/01/council-votes/", None),
        ("/2026/03/council-votes", None),
        ("/haber/2026/12345678", None),
        ("/?s=election", None),
        ("/story?sid=12", None),
        ("/news/world/world/", None),
    ],
)
def test_traps_are_told_by_their_addresses(path: str, reason: str | None) -> None:
    assert trap(f"https://paper.test{path}") == reason


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/events/1", "/events/20", True),
        ("/news/articles/clymn8zyrp9o", "/news/articles/c0xk2p4gq7ro", True),
        ("/haber?no=1&x=2", "/haber?x=7&no=9", True),
        ("/story-1-of-the-day", "/story-2-of-the-day", False),
        ("/council-votes", "/council-rests", False),
        ("/events/1", "/places/1", False),
    ],
)
def test_addresses_of_a_family_have_one_shape(one: str, other: str, same: bool) -> None:
    assert (shape(f"https://paper.test{one}") == shape(f"https://paper.test{other}")) is same


def test_a_document_leads_to_so_many_addresses_and_no_more() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    entries = "".join(
        f"<url><loc>https://paper.test/{n}</loc><lastmod>{(first + timedelta(hours=n)).isoformat()}</lastmod></url>"
        for n in range(1500)
    )
    found = leads(Purpose.SITEMAP, f"<urlset>{entries}</urlset>".encode(), HERE)
    assert [lead.url for lead in found] == [f"https://paper.test/{n}" for n in range(1499, 499, -1)]
    assert found[0].published == datetime(2026, 3, 4, 11, tzinfo=UTC)
    index = "".join(
        f"<sitemap><loc>https://paper.test/{n}</loc><lastmod>2026-03-{n:02}</lastmod></sitemap>" for n in range(1, 30)
    )
    found = leads(Purpose.SITEMAP, f"<sitemapindex>{index}</sitemapindex>".encode(), HERE)
    assert [lead.url for lead in found] == [f"https://paper.test/{n}" for n in range(29, 19, -1)]
    fronts = "".join(f"<a href='/{a}{b}'>" for a in "abcdef" for b in "abcdef")
    assert len(leads(Purpose.START, fronts.encode(), HERE)) == 20


def test_a_feed_keeps_its_order_and_its_times() -> None:
    feed = b"""<rss><item><link>/b</link><pubDate>Sun, 01 Mar 2026 15:30:00 +0300</pubDate></item>
    <item><link>/a</link></item></rss>"""
    assert leads(Purpose.FEED, feed, HERE) == [
        Lead("https://paper.test/b", Purpose.STORY, datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        Lead("https://paper.test/a", Purpose.STORY),
    ]


def test_what_a_page_links_to_and_looks_like_a_trap_is_named_with_the_reason() -> None:
    page = b"<a href='/2031/07/'></a><a href='/a-story-of-four-words'></a>"
    assert leads(Purpose.SECTION, page, HERE) == [
        Lead("https://paper.test/a-story-of-four-words", Purpose.STORY),
        Lead("https://paper.test/2031/07/", Purpose.STORY, trap="calendar"),
    ]
