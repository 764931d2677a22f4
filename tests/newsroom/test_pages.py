"""What the demo's pages show: the plan, no more and no less, in markup that holds together."""

import gzip
import json
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag
from protego import Protego

from pipelines.newsroom import Article, Newsroom, Site

SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
ATOM = {"a": "http://www.w3.org/2005/Atom"}

# Where a site's blocks stand in its markup: one selector per block kind for the link that carries the headline.
LINKS = {
    "demo-portal": {"related": ".new3news-related a.new3card", "latest": "#detaySag li a"},
    "demo-gazette": {
        "related": ".related-posts h4 a",
        "more": ".post-navigation a",
        "latest": ".widget_recent_entries a",
    },
    "demo-broadsheet": {
        "inline": ".story__body .read-also a",
        "related": ".onward a.card__link",
        "sponsored": ".partners a",
        "popular": ".most-read a",
    },
    "demo-kulis": {
        "related": ".ilgili a",
        "more": ".galeri a:last-of-type",
        "popular": "#cok-okunan a",
        "latest": "#son-dakika a",
    },
}


def articles(room: Newsroom, site: Site) -> list[Article]:
    return [article for article in room.articles if article.site == site.name]


def html(site: Site, path: str) -> BeautifulSoup:
    page = site.pages[path]
    return parsed(page.body, page.headers["Content-Type"].partition("charset=")[2])


@cache
def parsed(body: bytes, charset: str) -> BeautifulSoup:
    """Many tests look at the same page, and none changes it."""
    return BeautifulSoup(body.decode(charset), "lxml")


def html_paths(site: Site) -> list[str]:
    return [path for path, page in site.pages.items() if page.headers.get("Content-Type", "").startswith("text/html")]


def xml(site: Site, path: str) -> ElementTree.Element:
    body = site.pages[path].body
    return ElementTree.fromstring(gzip.decompress(body) if path.endswith(".gz") else body)


def same_site(site: Site, base: str, link: str) -> str | None:
    """The path and query that a link on a page leads to, if it stays on the site."""
    parts = urlsplit(urljoin(site.url.rstrip("/") + base, link))
    if parts.netloc != f"127.0.0.1:{site.port}":
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def links(site: Site, path: str) -> Iterator[str]:
    soup = html(site, path)
    for attribute in ("href", "src", "data-src"):
        for tag in soup.select(f"[{attribute}]"):
            target = same_site(site, path, str(tag[attribute]))
            if target is not None:
                yield target


def in_feed(site: Site) -> list[str]:
    feed = xml(site, site.design.feed)
    if site.design.feed.endswith(".atom"):
        return [link.get("href", "") for link in feed.iterfind("a:entry/a:link", ATOM)]
    return [link.text or "" for link in feed.iterfind("channel/item/link")]


def in_sitemap(site: Site) -> list[str]:
    return [loc.text or "" for loc in xml(site, site.design.sitemap).iterfind("s:url/s:loc", SITEMAP)]


def test_article_pages_show_the_planned_blocks_in_order(room: Newsroom, site: Site) -> None:
    for article in articles(room, site):
        soup = html(site, article.story.path)
        for block in article.blocks:
            shown = soup.select(LINKS[site.name][block.kind])
            targets = [urljoin(article.url, str(link["href"])) for link in shown]
            assert targets == [item.url for item in block.items]
            for link, item in zip(shown, block.items, strict=True):
                text = link.get_text(" ", strip=True)
                assert text.endswith(item.display or item.headline)
                if item.display:
                    assert link["title"] == item.headline
            assert block.heading in soup.get_text()


def test_article_pages_tell_the_story(room: Newsroom, site: Site) -> None:
    for article in articles(room, site):
        soup, story = html(site, article.story.path), article.story
        headings = soup.find_all("h1")
        assert [heading.get_text(strip=True) for heading in headings] == [story.headline]
        canonical = soup.find("link", rel="canonical")
        assert isinstance(canonical, Tag)
        assert canonical["href"] == article.url
        text = soup.get_text(" ", strip=True)
        assert all(paragraph in text for paragraph in (story.lead, *story.paragraphs))
        assert story.published_at.isoformat() in str(soup)


def test_every_link_leads_somewhere(site: Site) -> None:
    missing = {
        (path, target)
        for path in html_paths(site)
        for target in links(site, path)
        if target not in site.pages and target not in {"/wp-comments-post.php", "/yorum-gonder"}
    }
    assert missing == set()


def test_redirects_lead_to_stories(room: Newsroom, site: Site) -> None:
    moved = [page for page in site.pages.values() if page.status == 301]
    assert {page.headers["Location"] for page in moved} == {article.url for article in articles(room, site)}


def test_every_story_is_reached_from_the_front_without_the_forbidden_section(room: Newsroom, site: Site) -> None:
    reached, waiting = {"/"}, ["/"]
    while waiting:
        path = waiting.pop()
        if path == site.design.forbidden or site.pages[path].status != 200 or path not in html_paths(site):
            continue
        new = set(links(site, path)) - reached
        reached |= new
        waiting += new
    assert {article.story.path for article in articles(room, site)} <= reached
    assert site.design.forbidden in reached


def test_robots_txt_closes_one_section_and_names_the_sitemap(room: Newsroom, site: Site) -> None:
    robots = Protego.parse(site.pages["/robots.txt"].body.decode())
    base = site.url.rstrip("/")
    assert not robots.can_fetch(base + site.design.forbidden, "Yanyana")
    assert all(robots.can_fetch(article.url, "Yanyana") for article in articles(room, site))
    assert list(robots.sitemaps) == [base + (site.design.sitemap_index or site.design.sitemap)]


def test_feeds_bring_the_newest_stories_first(room: Newsroom, site: Site) -> None:
    newest = sorted(articles(room, site), key=lambda article: article.story.published_at, reverse=True)
    assert in_feed(site) == [article.url for article in newest[:20]]


def test_sitemaps_bring_the_stories_of_two_days_and_what_is_gone(room: Newsroom, site: Site) -> None:
    if site.design.sitemap_index:
        index = xml(site, site.design.sitemap_index).iterfind("s:sitemap/s:loc", SITEMAP)
        assert [loc.text for loc in index] == [site.url.rstrip("/") + site.design.sitemap]
    urls = {article.url for article in articles(room, site)}
    extra = set(in_sitemap(site)) - urls
    assert 20 <= len(in_sitemap(site)) < len(urls)
    assert extra == ({site.url.rstrip("/") + site.design.gone} if site.design.gone else set())
    assert site.design.gone not in site.pages


def test_all_sorts_of_feeds_and_sitemaps_are_there(room: Newsroom) -> None:
    assert {xml(site, site.design.feed).tag for site in room.sites} == {"rss", f"{{{ATOM['a']}}}feed"}
    assert any(site.design.sitemap.endswith(".gz") for site in room.sites)
    assert {bool(site.design.sitemap_index) for site in room.sites} == {True, False}


def test_some_pages_of_kulis_are_in_a_turkish_charset(room: Newsroom) -> None:
    site = next(site for site in room.sites if site.name == "demo-kulis")
    labels = set()
    for article in articles(room, site):
        page = site.pages[article.story.path]
        label = page.headers["Content-Type"].partition("charset=")[2]
        declared = f"charset={label}".encode()
        assert declared in page.body
        if label != "utf-8":
            labels.add(label)
            with pytest.raises(UnicodeDecodeError):
                page.body.decode()
            assert article.story.headline in page.body.decode("windows-1254")
    assert labels == {"windows-1254", "iso-8859-9"}


def test_readers_comments_stand_on_the_pages(room: Newsroom) -> None:
    def portal(site: Site, article: Article) -> list[str]:
        if not article.story.comments:
            return []
        path = article.story.path.removesuffix("/") + "-yorumlari/"
        return [tag.get_text() for tag in html(site, path).select("p.hbcMsg")]

    def gazette(site: Site, article: Article) -> list[str]:
        soup = html(site, article.story.path)
        for tag in soup.select("ol.comment-list li.comment"):
            parents = [str(parent["id"]) for parent in tag.find_parents("li")]
            comment = next(c for c in article.story.comments if f"comment-{c.id}" == tag["id"])
            assert parents[:1] == ([f"comment-{comment.parent_id}"] if comment.parent_id else [])
            assert f"depth-{comment.depth + 1}" in (tag.get("class") or [])
        closed = "Comments are closed." in soup.get_text()
        assert closed is article.story.comments_closed
        assert bool(soup.select("textarea")) is not closed
        return [tag.get_text(strip=True) for tag in soup.select(".comment-content")]

    def kulis(site: Site, article: Article) -> list[str]:
        return [tag.get_text() for tag in html(site, article.story.path).select(".yorum-metni")]

    def broadsheet(site: Site, article: Article) -> list[str]:
        page = html(site, article.story.path)
        assert page.select("#ghost-comments-root")
        assert not page.select("#ghost-comments-root *")
        given = json.loads(site.pages[f"/members/api/comments/post/nc{article.story.id}/"].body)
        assert given["meta"]["pagination"]["total"] == len(given["comments"])
        return [BeautifulSoup(comment["html"], "lxml").get_text() for comment in given["comments"]]

    readers: dict[str, Callable[[Site, Article], list[str]]] = {
        "demo-portal": portal,
        "demo-gazette": gazette,
        "demo-kulis": kulis,
        "demo-broadsheet": broadsheet,
    }
    for site in room.sites:
        for article in articles(room, site):
            planted = sorted(comment.text for comment in article.story.comments if not comment.pingback)
            assert sorted(readers[site.name](site, article)) == planted


def test_the_portal_has_the_anatomy_it_is_there_for(room: Newsroom) -> None:
    site = next(site for site in room.sites if site.name == "demo-portal")
    updated = 0
    for article in articles(room, site):
        soup = html(site, article.story.path)
        assert [tag["maxlength"] for tag in soup.select("#yorumAlan textarea")] == ["500"]
        assert len(soup.select("[id^=share-]")) == 4
        source = soup.select_one("div.editorSade")
        assert source is not None
        assert source.get_text() == f"Kaynak: {article.story.agency} / {article.story.section_label}"
        updated += "Güncelleme:" in soup.get_text()
        assert ("Güncelleme:" in soup.get_text()) is (article.story.modified_at > article.story.published_at)
        body = soup.select_one("div.news-icerik")
        assert body is not None
        assert f"({article.story.agency}) --" in body.get_text()
    assert updated > 5


def test_the_broadsheet_says_it_all_again_in_json(room: Newsroom) -> None:
    site = next(site for site in room.sites if site.name == "demo-broadsheet")
    for article in articles(room, site):
        soup = html(site, article.story.path)
        script = soup.find("script", type="application/ld+json")
        assert isinstance(script, Tag)
        news = json.loads(script.get_text())["@graph"][0]
        assert news["headline"] == article.story.headline
        assert news["datePublished"] == article.story.published_at.isoformat()
        assert news["commentCount"] == article.story.claimed_comments
        placeholders = soup.select(".OUTBRAIN, [id^=taboola]")
        assert len(placeholders) == 3
        assert not any(tag.get_text(strip=True) for tag in placeholders)
