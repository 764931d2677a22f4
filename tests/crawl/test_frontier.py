from datetime import UTC, datetime

from pipelines.crawl.discovery import Address
from pipelines.crawl.frontier import Due, Frontier, Purpose


def frontier(max_pages: int = 100, known: frozenset[str] = frozenset()) -> Frontier:
    return Frontier(lambda url: url.startswith(("https://paper.test/", "http://paper.test/")), max_pages, known)


def drain(queue: Frontier) -> list[str]:
    urls = []
    while due := queue.next():
        urls.append(due.url.removeprefix("https://paper.test"))
    return urls


def addresses(*paths: str, day: int | None = None) -> list[Address]:
    published = datetime(2026, 3, day, tzinfo=UTC) if day else None
    return [Address(f"https://paper.test{path}", published) for path in paths]


def test_lists_come_first_and_then_the_latest_stories() -> None:
    queue = frontier()
    queue.add(Purpose.STORY, addresses("/undated") + addresses("/old", day=1) + addresses("/new", day=9))
    queue.add(Purpose.SECTION, addresses("/section"))
    queue.add(Purpose.SITEMAP, addresses("/sitemap"))
    queue.add(Purpose.FEED, addresses("/feed"))
    queue.add(Purpose.START, addresses("/"))
    assert drain(queue) == ["/", "/feed", "/sitemap", "/section", "/new", "/old", "/undated"]


def test_one_story_is_asked_for_once_under_all_its_addresses() -> None:
    queue = frontier()
    queue.add(Purpose.STORY, addresses("/a", "/a#top", "/a?utm_source=x", "/a/"))
    queue.add(Purpose.SECTION, addresses("/a"))
    assert drain(queue) == ["/a"]
    assert queue.discovered == 1


def test_strangers_and_what_is_no_web_address_are_left_out() -> None:
    queue = frontier()
    queue.add(
        Purpose.STORY,
        [Address(url) for url in ("https://other.test/a", "ftp://paper.test/a", "https://paper.test/" + "a" * 3000)],
    )
    assert drain(queue) == []
    assert queue.discovered == 0


def test_known_stories_are_left_out_and_known_lists_are_not() -> None:
    queue = frontier(known=frozenset({"https://paper.test/a", "https://paper.test/world", "https://paper.test"}))
    queue.add(Purpose.STORY, addresses("/a", "/b"))
    queue.add(Purpose.SECTION, addresses("/world"))
    queue.add(Purpose.START, addresses("/"))
    assert drain(queue) == ["/", "/world", "/b"]
    assert queue.discovered == 4


def test_the_budget_counts_pages_and_not_feeds() -> None:
    queue = frontier(max_pages=2)
    queue.add(Purpose.START, addresses("/"))
    queue.add(Purpose.FEED, addresses("/feed"))
    queue.add(Purpose.STORY, addresses("/a", "/b", "/c"))
    assert drain(queue) == ["/", "/feed", "/a"]


def test_sections_are_bounded() -> None:
    queue = frontier()
    queue.add(Purpose.SECTION, addresses(*(f"/s{n}" for n in range(90))))
    assert len(drain(queue)) == 20


def test_an_index_gives_its_latest_sitemaps_and_no_endless_nest() -> None:
    queue = frontier()
    queue.add(Purpose.SITEMAP, addresses("/index"))
    listed = [*addresses("/undated"), *(address for day in range(1, 20) for address in addresses(f"/{day}", day=day))]
    due = queue.next()
    queue.add(Purpose.SITEMAP, listed, found_on=due)
    assert drain(queue) == [f"/{day}" for day in range(19, 9, -1)]
    queue.add(Purpose.SITEMAP, addresses("/deep"), found_on=Due("https://paper.test/x", Purpose.SITEMAP, depth=1))
    queue.add(Purpose.SITEMAP, addresses("/deeper"), found_on=Due("https://paper.test/y", Purpose.SITEMAP, depth=2))
    assert drain(queue) == ["/deep"]


def test_a_redirect_is_followed_within_the_site_and_at_once() -> None:
    queue = frontier()
    queue.add(Purpose.START, [Address("http://paper.test/")])
    queue.add(Purpose.STORY, addresses("/a"))
    due = queue.next()
    assert due
    queue.redirect(due, "https://paper.test/")
    moved = queue.next()
    assert moved
    assert (moved.url, moved.purpose, moved.via, moved.redirects) == (
        "https://paper.test/",
        Purpose.START,
        "http://paper.test/",
        1,
    )
    queue.redirect(moved, "https://other.test/")
    assert drain(queue) == ["/a"]


def test_redirects_in_a_circle_or_without_end_are_given_up() -> None:
    queue = frontier()
    queue.add(Purpose.STORY, addresses("/0"))
    asked = []
    while due := queue.next():
        asked.append(due.url)
        queue.redirect(due, f"https://paper.test/{len(asked)}")
    assert len(asked) == 6
    queue.add(Purpose.STORY, addresses("/x"))
    first = queue.next()
    assert first
    queue.redirect(first, first.url)
    queue.redirect(first, "https://paper.test/x?utm_source=y")
    assert drain(queue) == ["/x?utm_source=y"]


def test_a_redirect_to_a_known_or_waiting_story_asks_for_nothing_twice() -> None:
    queue = frontier(known=frozenset({"https://paper.test/known"}))
    queue.add(Purpose.STORY, addresses("/short", "/other", "/long"))
    first, second = queue.next(), queue.next()
    assert first
    assert second
    queue.redirect(first, "https://paper.test/long")
    queue.redirect(second, "https://paper.test/known")
    assert drain(queue) == ["/long"]
