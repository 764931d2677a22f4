"""The anchor itself: what its log says must be true, since crawlers are judged by it."""

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx
import pytest

from pipelines.newsroom.anchor import Asked, Bind, Reply, Site, anchor, ordinary, reply, serving
from pipelines.newsroom.anchor.hosts import bomb, large_robots


@pytest.fixture(scope="module")
def paper() -> Iterator[tuple[Site, list[Asked]]]:
    with serving(lambda bind: [ordinary("paper", bind, 200, hidden=3)]) as ([site], log):
        yield site, log


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@contextmanager
def odd(answer: Callable[[Asked], Reply]) -> Iterator[tuple[str, list[Asked]]]:
    """A host with one answer to everything: its address and its log."""

    def make(bind: Bind) -> list[Site]:
        return [Site("odd", {"odd": answer}, start=(bind("odd"),))]

    with serving(make) as ([site], log):
        yield site.start[0], log


def test_everything_that_a_site_wants_fetched_is_there(paper: tuple[Site, list[Asked]], client: httpx.Client) -> None:
    site, log = paper
    answers = {url: client.get(url) for url in sorted(site.wanted | site.forbidden)}
    assert {answer.status_code for answer in answers.values()} == {200}
    give_up = time.monotonic() + 10
    while not all(asked.whole for asked in log) and time.monotonic() < give_up:
        time.sleep(0.01)  # the server notes an answer as whole after the client has it
    assert len([asked for asked in log if asked.whole]) == len(answers) == 200 + 3 + 3 + 1 + 1 + 5
    stories = "".join(answer.text for url, answer in answers.items() if url[-1].isdigit())
    assert all(url.rpartition("/")[2] in stories for url in site.forbidden), "hidden stories stand beside others"


def test_lists_lead_to_every_listed_story(paper: tuple[Site, list[Asked]], client: httpx.Client) -> None:
    site, _ = paper
    lists = [url for url in site.wanted if not url[-1].isdigit()]
    bodies = [client.get(url).content for url in lists]
    text = b"".join(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for body in bodies).decode()
    assert all(url.rpartition("/")[2] in text for url in site.wanted - set(lists))
    assert not any(url.rpartition("/")[2] in text for url in site.forbidden)


def test_a_copy_that_is_still_good_is_not_sent_again(paper: tuple[Site, list[Asked]], client: httpx.Client) -> None:
    site, _ = paper
    first = client.get(site.start[0])
    validators = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    for header, value in validators.items():
        again = client.get(site.start[0], headers={header: value})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get(site.start[0], headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_log_says_when_an_answer_ended(client: httpx.Client) -> None:
    with odd(lambda _: reply(b"late", wait=0.2)) as (url, log):
        client.get(f"{url}/first")
        client.get(f"{url}/second")
    first, second = log
    assert first.ended - first.began >= 0.2
    assert first.ended <= second.began
    assert (first.path, first.whole, first.status) == ("/first", True, 200)


def test_the_log_says_when_the_asker_hung_up(client: httpx.Client) -> None:
    with odd(lambda _: reply(bytes(40_000_000))) as (url, log):
        with client.stream("GET", url) as answer:
            next(answer.iter_raw())
        while log[0].ended == float("inf"):
            time.sleep(0.01)
    assert not log[0].whole
    assert log[0].sent < 10_000_000


def test_a_host_that_cannot_answer_is_not_passed_over(client: httpx.Client) -> None:
    def fail(asked: Asked) -> Reply:
        raise LookupError(asked.path)

    hung_up = pytest.raises(httpx.RemoteProtocolError)
    with pytest.raises(ExceptionGroup, match="could not answer"), odd(fail) as (url, _), hung_up:
        client.get(url)


def test_three_thousand_pages_over_twenty_hosts_are_wanted() -> None:
    with serving(partial(anchor, canary=1)) as (sites, _):
        assert len({host for site in sites for host in site.answers}) > 20
        assert sum(len(site.wanted) for site in sites) >= 3000
        assert not any(site.wanted & site.forbidden for site in sites)


def test_the_bomb_is_one() -> None:
    packed = bomb()
    assert len(packed) < 10_000_000
    unpacker, unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16), 0
    for at in range(0, 100_000, 10_000):
        unpacked += len(unpacker.decompress(packed[at : at + 10_000]))
    assert unpacked / 100_000 > 1000


def test_the_large_robots_txt_is_cut_within_a_rule_that_would_close_a_section() -> None:
    body = b"".join(large_robots().pieces)
    assert len(body) > 600 * 1000
    assert body[: 500 * 1024].endswith(b"\nDisallow: /w")
