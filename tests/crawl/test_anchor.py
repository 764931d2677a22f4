"""One crawl of the anchor, judged by its servers' log: who asked what, when. What the crawler says of itself is
tested elsewhere.
"""

import socket
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import pytest

from pipelines.crawl.archive import Exchange
from pipelines.newsroom.anchor import Asked, Site, anchor, serving
from pipelines.newsroom.anchor.hosts import CHAIN, CRAWL_DELAY, DELAY, LATENCY, RETRY_AFTER
from tests.crawl.running import Run, crawl, exchanges

pytestmark = pytest.mark.slow

CONTACT = "desk@anchor.test"
TRIES = 3  # of one address in one run, however it is refused
LATE = 0.1  # seconds that a busy machine may take to notice a request
SHUT = ["robots-down", "robots-hung-up", "robots-cut", *(f"robots-inward-{n}" for n in range(9))]
OPEN = ["robots-missing", "robots-large", "robots-moved", "robots-looping"]
REREAD = {"rss": "if-none-match", "atom": "if-modified-since"}  # and the header to ask with
MEGABYTE = 2**20


@dataclass
class Crawled:
    """What two runs, one after the other, did to the anchor."""

    sites: dict[str, Site]
    first: list[Asked]
    second: list[Asked]
    run: Run
    archived: list[Exchange]
    canary: socket.socket

    def asked(self, site: str) -> list[Asked]:
        """What the first run asked a site for, in the order of arrival."""
        return [asked for asked in self.first if asked.host in self.sites[site].answers]

    def pages(self, site: str) -> list[Asked]:
        """The same without robots.txt."""
        return [asked for asked in self.asked(site) if not asked.path.startswith("/robots")]

    def stories(self, site: str) -> frozenset[str]:
        """The addresses of a site's stories."""
        return frozenset(url for url in self.sites[site].wanted if url[-1].isdigit())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    data = tmp_path_factory.mktemp("anchor")
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.setblocking(False)
        with serving(partial(anchor, canary=canary.getsockname()[1])) as (sites, log):
            began = time.monotonic()
            run = crawl(data, sites, contact=CONTACT)
            first = list(log)
            # All that was captured is younger than this age, and a moment later everything is older.
            age = int(time.monotonic() - began) + 3
            time.sleep(began + age - time.monotonic())
            crawl(data, [site for site in sites if site.name in REREAD], contact=CONTACT, ages=("0", f"{age}s"))
            second = log[len(first) :]
        sites_by_name = {site.name: site for site in sites}
        yield Crawled(sites_by_name, first, second, run, exchanges(data), canary)


# Robots and identity


def test_robots_txt_comes_before_anything_else_of_each_host(crawled: Crawled) -> None:
    begun: dict[str, str] = {}
    for asked in crawled.first:
        begun.setdefault(asked.host, asked.path)
    assert set(begun) == {host for site in crawled.sites.values() for host in site.answers}
    assert set(begun.values()) == {"/robots.txt"}


def test_robots_txt_is_asked_for_once_unless_it_loops_or_the_connection_is_lost(crawled: Crawled) -> None:
    times = Counter(asked.host for asked in crawled.first if asked.path == "/robots.txt")
    assert times.pop("robots-looping") <= 6, "the first and five redirects"
    assert times.pop("robots-hung-up") <= TRIES
    assert set(times.values()) == {1}


def test_what_robots_txt_forbids_is_never_asked_for(crawled: Crawled) -> None:
    for name, site in crawled.sites.items():
        assert not {asked.url for asked in crawled.asked(name)} & site.forbidden, name


@pytest.mark.parametrize("name", SHUT)
def test_nothing_is_asked_of_a_host_whose_robots_txt_cannot_be_had(crawled: Crawled, name: str) -> None:
    assert {asked.path for asked in crawled.asked(name)} == {"/robots.txt"}


@pytest.mark.parametrize("name", OPEN)
def test_a_robots_txt_that_is_missing_large_moved_or_looping_lets_in(crawled: Crawled, name: str) -> None:
    assert crawled.pages(name)
    if name == "robots-moved":
        moves = [asked.path for asked in crawled.asked(name) if asked.path.startswith("/robots")]
        assert moves == ["/robots.txt", *(f"/robots-{n}.txt" for n in range(1, 6))]


def test_every_request_says_who_asks_and_where_to_complain(crawled: Crawled) -> None:
    names = {asked.headers["user-agent"] for asked in crawled.first + crawled.second}
    [name] = names
    assert name.startswith("Yanyana/")
    assert CONTACT in name


def test_no_request_carries_a_cookie_or_a_referrer(crawled: Crawled) -> None:
    carried = {header for asked in crawled.first + crawled.second for header in asked.headers}
    assert not carried & {"cookie", "referer", "authorization"}


# Pace


def test_one_request_at_a_time_for_each_site(crawled: Crawled) -> None:
    for name in crawled.sites:
        for before, after in pairwise(crawled.asked(name)):
            # The server may notice a little late that an answer was broken off.
            assert after.began >= before.ended - (0 if before.whole else LATE), (before.url, after.url)


@pytest.mark.parametrize(("name", "delay"), [("paper", DELAY), ("delaying", CRAWL_DELAY)])
def test_the_configured_delay_and_a_larger_crawl_delay_are_kept(crawled: Crawled, name: str, delay: float) -> None:
    began = [asked.began for asked in crawled.asked(name)]
    # A single pause may look shorter at the server than it was at the asker; all of them together may not.
    assert began[-1] - began[0] >= (len(began) - 1) * delay - LATE
    assert min(after - before for before, after in pairwise(began)) >= delay / 2


def test_sites_go_on_side_by_side(crawled: Crawled) -> None:
    times: defaultdict[str, list[float]] = defaultdict(list)
    for asked in crawled.first:
        times[asked.host] += [asked.began, asked.ended]
    spans = [max(each) - min(each) for each in times.values()]
    assert sum(spans) > 3 * (max(map(max, times.values())) - min(map(min, times.values())))


def test_retry_after_is_kept_and_what_was_refused_is_asked_again(crawled: Crawled) -> None:
    asked = crawled.pages("busy")
    [first, *_] = [n for n, each in enumerate(asked) if each.status == 429]
    assert asked[first + 1].began - asked[first].ended >= RETRY_AFTER
    assert Counter(each.status for each in asked) == {200: len(crawled.sites["busy"].wanted), 429: 1}


def test_refusals_without_a_time_make_the_pauses_grow(crawled: Crawled) -> None:
    asked = crawled.pages("stumbling")
    pauses = [after.began - before.ended for before, after in pairwise(asked) if before.status == 503]
    assert len(pauses) == 2
    # Lower bounds, because anything may come late on a busy machine.
    assert all(pause >= 2**n * DELAY for n, pause in enumerate(pauses, 1))


def test_a_site_that_goes_on_refusing_is_left_alone(crawled: Crawled) -> None:
    statuses = [asked.status for asked in crawled.pages("refusing")]
    assert statuses.count(200) == 6, "the front and five stories"
    assert 2 <= statuses.count(429) <= 10


def test_a_slow_site_is_given_time_to_breathe(crawled: Crawled) -> None:
    pauses = sorted(after.began - before.ended for before, after in pairwise(crawled.pages("slow")))
    assert LATENCY > DELAY
    assert pauses[len(pauses) // 2] >= LATENCY / 2, "the configured delay alone would leave no pause at all"


# Discovery, and what is fetched


def test_every_page_that_a_crawl_has_to_fetch_is_fetched_once(crawled: Crawled) -> None:
    for name, site in crawled.sites.items():
        answered = Counter(
            asked.url.partition("?utm_")[0] for asked in crawled.asked(name) if asked.whole and asked.status == 200
        )
        wanted = {url: answered[url] for url in site.wanted}
        assert wanted == dict.fromkeys(site.wanted, 1), name


def test_nothing_is_asked_for_twice_but_what_was_refused_or_no_answer(crawled: Crawled) -> None:
    times = Counter(asked.url for asked in crawled.first if not asked.path.startswith("/robots"))
    failing = {asked.url for asked in crawled.first if asked.status in (0, 429, 503) or _title(asked.url) in UNREADABLE}
    assert {url: number for url, number in times.items() if number > (TRIES if url in failing else 1)} == {}


def test_the_archive_holds_each_whole_answer_once(crawled: Crawled) -> None:
    answered = Counter(
        (asked.url, asked.status) for asked in crawled.first + crawled.second if asked.whole and asked.status
    )
    archived = Counter((each.url, each.status) for each in crawled.archived)
    assert archived - answered == Counter(), "nothing is archived that was not answered"
    lost = {url for url, _ in answered - archived}
    assert {_title(url) for url in lost} <= UNREADABLE


def _title(url: str) -> str:
    return url.rpartition("/")[2].removesuffix("-story-of-today")


UNREADABLE = {
    # Larger than any page, or no whole answer of HTTP: nothing that could be archived as one.
    "the-bomb",
    "the-damaged-gzip",
    "the-cut-gzip",
    "the-declared-40-megabytes",
    "the-chunked-40-megabytes",
    "the-longer-than-its-body",
    "the-shorter-than-its-body",
    "the-negative-length",
    "the-two-lengths",
    "the-large-header",
    "the-many-headers",
    "the-no-status",
    "the-no-http",
    "the-bad-chunks",
    "the-status-999",
    "robots.txt",
}


# Re-reading


@pytest.mark.parametrize("name", REREAD)
def test_the_second_run_asks_whether_a_story_has_changed(crawled: Crawled, name: str) -> None:
    asked = [asked for asked in crawled.second if asked.url in crawled.stories(name)]
    assert Counter(each.url for each in asked) == Counter(crawled.stories(name))
    assert {each.status for each in asked if REREAD[name] in each.headers} == {304}
    assert not [each.url for each in asked if REREAD[name] not in each.headers]


@pytest.mark.parametrize("name", REREAD)
def test_an_unchanged_story_is_archived_as_a_capture_with_the_old_body(crawled: Crawled, name: str) -> None:
    captures: defaultdict[str, list[Exchange]] = defaultdict(list)
    for exchange in crawled.archived:
        if exchange.url in crawled.stories(name):
            captures[exchange.url].append(exchange)
    assert set(captures) == crawled.stories(name)
    for first, second in captures.values():
        assert (first.status, second.status) == (200, 304)
        assert first.captured_at < second.captured_at
        assert first.body == second.body
        assert b"Related stories" in second.body


def test_robots_txt_is_asked_for_again_by_every_run(crawled: Crawled) -> None:
    assert next(asked.path for asked in crawled.second if asked.host == "rss") == "/robots.txt"


# Hostile input


def test_nobody_connects_to_an_address_that_is_not_public(crawled: Crawled) -> None:
    with pytest.raises(BlockingIOError):
        crawled.canary.accept()
    hosts = {f"127.0.0.1:{port}" for port in _ports(crawled)}
    assert {each.url.split("/")[2] for each in crawled.archived} <= hosts


def _ports(crawled: Crawled) -> set[str]:
    return {asked.headers["host"].partition(":")[2] for asked in crawled.first}


@pytest.mark.parametrize("name", ["declared-40-megabytes", "chunked-40-megabytes"])
def test_a_body_of_forty_megabytes_is_broken_off(crawled: Crawled, name: str) -> None:
    [asked] = [asked for asked in crawled.pages("hostile") if name in asked.path]
    assert not asked.whole
    assert asked.sent < 20 * MEGABYTE


@pytest.mark.parametrize("name", ["dripping-body", "dripping-head", "silent"])
def test_an_answer_that_does_not_end_is_broken_off(crawled: Crawled, name: str) -> None:
    [stuck] = [asked for asked in crawled.pages(name) if "without-an-end" in asked.path]
    assert not stuck.whole
    assert stuck.ended - stuck.began < 40


def test_bombs_and_large_bodies_do_not_fill_the_memory(crawled: Crawled) -> None:
    assert crawled.run.largest < 500 * MEGABYTE


def test_a_chain_of_redirects_is_followed_for_a_while_and_a_loop_once(crawled: Crawled) -> None:
    paths = [asked.path for asked in crawled.pages("hostile")]
    assert 2 <= len([path for path in paths if path.startswith(CHAIN)]) <= 6
    loops = Counter(path for path in paths if path.startswith(("/a-loop-of", "/a-redirect-to-its")))
    assert set(loops.values()) == {1}


def test_traps_are_not_followed(crawled: Crawled) -> None:
    site = crawled.sites["trapping"]
    paths = [asked.path for asked in crawled.pages("trapping")]
    assert len([path for path in paths if path.startswith("/calendar/")]) <= 60
    assert len([path for path in paths if path.startswith("/grow/")]) <= 6
    assert len([path for path in paths if path.startswith("/archive/")]) <= site.max_pages
    assert len([path for path in paths if path.startswith("/nested-")]) <= 4


def test_a_story_is_not_asked_for_again_under_another_session(crawled: Crawled) -> None:
    stories = crawled.stories("trapping")
    asked = Counter(asked.url.partition("?")[0].partition(";")[0] for asked in crawled.pages("trapping"))
    assert max(asked[url] for url in stories) == 1
