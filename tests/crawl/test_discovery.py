import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl.discovery import (
    Address,
    Sitemap,
    feed_entries,
    looks_like_section,
    looks_like_story,
    page_links,
    sitemap_entries,
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
    ],
)
def test_addresses_of_other_things(path: str) -> None:
    assert not looks_like_story(f"https://paper.test{path}")


def test_section_fronts_are_short_names() -> None:
    fronts = ["/ekonomi/", "/world/europe", "/category/sport/", "/arsiv/"]
    others = ["/", "/a/b/c", "/login", "/world?page=2", "/sitemap.xml", "/2026/", "/uye/giris", "/rss"]
    assert all(looks_like_section(f"https://paper.test{path}") for path in fronts)
    assert not any(looks_like_section(f"https://paper.test{path}") for path in others)
