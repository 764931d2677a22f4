from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.crawl.agenda import Agenda, Due
from pipelines.crawl.discovery import Lead, Purpose
from pipelines.lake.ids import article_id, canonical_url

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOME = "https://paper.test"
FRONT = Due(f"{HOME}/", Purpose.START, NOW, NOW)


def agenda(max_pages: int = 1000, known: Iterable[str] = ()) -> Agenda:
    ours = ("https://paper.test/", "http://paper.test/")
    return Agenda(
        lambda url: url.startswith(ours), max_pages, NOW, frozenset(article_id(HOME + path) for path in known)
    )


def leads(*paths: str, purpose: Purpose = Purpose.STORY, day: int | None = None) -> list[Lead]:
    return [Lead(HOME + path, purpose, datetime(2026, 3, day, tzinfo=UTC) if day else None) for path in paths]


def due(path: str, purpose: Purpose = Purpose.STORY, hours: float = 0, **more: object) -> Due:
    since = NOW - timedelta(hours=hours)
    return Due(HOME + path, purpose, since, since, **more)  # type: ignore[arg-type]


def drain(queue: Agenda) -> list[str]:
    urls = []
    while asked := queue.next():
        urls.append(asked.url.removeprefix(HOME))
    return urls


def test_lists_come_first_and_then_the_youngest_stories() -> None:
    queue = agenda()
    queue.begin([due("/a-day-old", hours=24), due("/", Purpose.START), due("/feed", Purpose.FEED, hours=9)])
    queue.learn(leads("/undated") + leads("/old", day=1) + leads("/new", day=9), found_on=FRONT)
    queue.learn(leads("/section", purpose=Purpose.SECTION), found_on=FRONT)
    queue.learn(leads("/sitemap", purpose=Purpose.SITEMAP), found_on=FRONT)
    assert drain(queue) == ["/", "/feed", "/sitemap", "/section", "/undated", "/a-day-old", "/new", "/old"]


def test_what_only_a_sitemap_names_and_nothing_dates_waits_for_what_may_be_news() -> None:
    queue, sitemap = agenda(max_pages=3), due("/sitemap", Purpose.SITEMAP)
    queue.learn(leads(*(f"/of-long-ago-{n}" for n in range(50))) + leads("/dated", day=1), found_on=sitemap)
    queue.learn(leads("/linked"), found_on=FRONT)
    assert drain(queue) == ["/linked", "/dated", "/of-long-ago-0"]


def test_one_story_is_asked_for_once_under_all_its_addresses() -> None:
    queue = agenda()
    queue.begin([due("/a")])
    queue.learn(leads("/a", "/a#top", "/a?utm_source=x", "/a/", "/b", "/b?fbclid=1"), found_on=FRONT)
    queue.learn(leads("/a", purpose=Purpose.SECTION), found_on=FRONT)
    assert drain(queue) == ["/a", "/b"]
    assert (queue.discovered, queue.due) == (1, 2)


def test_strangers_are_left_out() -> None:
    queue = agenda()
    queue.learn(
        [Lead("https://other.test/a", Purpose.STORY), Lead("ftp://paper.test/a", Purpose.STORY)], found_on=FRONT
    )
    assert drain(queue) == []
    assert queue.discovered == 0


def test_what_the_frontier_knows_and_does_not_call_due_is_left_alone() -> None:
    queue = agenda(known=["/read", "/due", "/world"])
    queue.begin([due("/due")])
    queue.learn(leads("/read", "/due", "/new") + leads("/world", purpose=Purpose.SECTION), found_on=FRONT)
    assert drain(queue) == ["/due", "/new"]
    assert queue.discovered == 1


def test_the_budget_counts_pages_and_not_feeds_nor_what_robots_txt_forbids() -> None:
    queue = agenda(max_pages=2)
    queue.begin([due("/feed", Purpose.FEED), *(due(f"/story-of-day-{n}", hours=n, vouched=True) for n in range(9))])
    asked = [queue.next(), queue.next()]
    forbidden = asked[1]
    assert forbidden
    queue.refused(forbidden)
    assert drain(queue) == ["/story-of-day-1", "/story-of-day-2"]
    left = queue.left()
    assert {each.url for each in left} == {f"{HOME}/story-of-day-{n}" for n in range(3, 9)}
    assert min(left, key=lambda each: each.since).url.endswith("day-8")


def test_what_could_not_be_asked_for_stays_due() -> None:
    queue = agenda()
    queue.begin([due("/a", hours=2), due("/b", hours=1)])
    first = queue.next()
    assert first
    queue.put_back(first)
    assert {each.url for each in queue.left()} == {f"{HOME}/a", f"{HOME}/b"}


def test_traps_are_counted_once_each_and_not_followed() -> None:
    queue = agenda()
    calendar = Lead(f"{HOME}/2031/07/", Purpose.STORY, trap="calendar")
    queue.learn([calendar, calendar], found_on=FRONT)
    queue.learn(leads("/deep", purpose=Purpose.SITEMAP), found_on=due("/sitemap", Purpose.SITEMAP, depth=2))
    assert drain(queue) == []
    assert queue.traps == {"calendar": [f"{HOME}/2031/07/"], "nested sitemaps": [f"{HOME}/deep"]}


def test_of_a_family_that_differs_in_numbers_only_so_many_are_followed_unless_something_dates_them() -> None:
    queue = agenda()
    queue.learn(leads(*(f"/events/{n}" for n in range(130))), found_on=FRONT)
    queue.learn(leads(*(f"/news/{n}" for n in range(130)), day=9), found_on=FRONT)
    queue.learn(leads(*(f"/the-story-of-number-{n}" for n in range(130))), found_on=FRONT)
    asked = drain(queue)
    assert sum(path.startswith("/events") for path in asked) == 100
    assert len(asked) == 360
    assert len(queue.traps["many addresses of one shape"]) == 30


def test_a_redirect_is_followed_within_the_site_and_at_once() -> None:
    queue = agenda()
    queue.begin([Due("http://paper.test/", Purpose.START, NOW, NOW), due("/a")])
    asked = queue.next()
    assert asked
    queue.redirect(asked, "https://paper.test/")
    moved = queue.next()
    assert moved
    assert (moved.url, moved.purpose, moved.via, moved.redirects) == (
        f"{HOME}/",
        Purpose.START,
        "http://paper.test/",
        1,
    )
    queue.redirect(moved, "https://other.test/")
    queue.redirect(moved, f"{HOME}/2026/03/01/")
    assert drain(queue) == ["/a"]
    assert list(queue.traps) == ["calendar"]


def test_redirects_in_a_circle_or_without_end_are_given_up() -> None:
    queue = agenda()
    queue.begin([due("/0")])
    asked = []
    while following := queue.next():
        asked.append(following.url)
        queue.redirect(following, f"{HOME}/{len(asked)}")
    assert len(asked) == 6
    queue.begin([due("/x")])
    first = queue.next()
    assert first
    queue.redirect(first, first.url)
    queue.redirect(first, f"{HOME}/x?utm_source=y")
    assert drain(queue) == ["/x?utm_source=y"]


def test_a_redirect_to_a_known_or_waiting_story_asks_for_nothing_twice() -> None:
    queue = agenda(known=["/known"])
    queue.begin([due("/short"), due("/other"), due("/long")])
    first, second = queue.next(), queue.next()
    assert first
    assert second
    queue.redirect(first, f"{HOME}/long")
    queue.redirect(second, f"{HOME}/known")
    assert drain(queue) == ["/long"]


paths = st.lists(st.text("abc/-0?=&#", max_size=8).map("/{}".format), max_size=25)


@pytest.mark.parametrize("max_pages", [1, 3, 100])
@given(known=paths, dues=paths, learnt=st.lists(st.tuples(st.sampled_from(list(Purpose)), paths), max_size=4))
def test_no_address_is_asked_for_twice_and_no_run_asks_for_more_pages_than_it_may(
    max_pages: int, known: list[str], dues: list[str], learnt: list[tuple[Purpose, list[str]]]
) -> None:
    queue = agenda(max_pages, known)
    queue.begin(due(path) for path in dues)
    for purpose, found in learnt:
        queue.learn(leads(*found, purpose=purpose), found_on=FRONT)
    asked = [HOME + path for path in drain(queue)]
    assert len({canonical_url(url) for url in asked}) == len(asked)
    assert not {article_id(url) for url in asked} & {article_id(HOME + path) for path in known} - {
        article_id(HOME + path) for path in dues
    }
    pages = len(asked) + len(queue.left())
    assert pages == queue.due
    assert sum(each.purpose == Purpose.STORY for each in queue.left()) == 0 or len(asked) >= max_pages
