"""What goes over the wire and when, told by the servers: real sockets on one side, Scrapy as we run it on the other."""

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipelines.crawl.archive import Exchange, read_segment, segments
from tests.crawl.wire import Answer, Wire, http

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "tests.crawl.asking"]
LATE = 0.08  # seconds that a busy machine may take to notice a request
TIMEOUT = 2.0


def always(data: bytes) -> Answer:
    return lambda _: [data]


def in_turn(*data: bytes) -> Answer:
    return lambda nth: [data[min(nth, len(data) - 1)]]


def forever(begin: bytes, data: bytes, wait: float = 0.0) -> Answer:
    def answer(_: int) -> Iterator[bytes]:
        yield begin
        while True:
            time.sleep(wait)
            yield data

    return answer


def after(wait: float) -> Answer:
    def answer(_: int) -> Iterator[bytes]:
        time.sleep(wait)
        yield http()

    return answer


def in_two_seconds(nth: int) -> list[bytes]:
    if nth:
        return [http()]
    date = format_datetime(datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2), usegmt=True)
    return [http(b"", f"Retry-After: {date}", status="503 Busy")]


def busy(*headers: str) -> bytes:
    return http(b"", *headers, status="429 Too Many Requests")


DECLARED = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n"
STACKED = http(b"\x1f\x8b", "Content-Encoding: " + ", ".join(["gzip"] * 50))
ODD = {
    "/endless": forever(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536)),
    "/declared": always(DECLARED),
    "/bomb": always(http(gzip.compress(bytes(5 * 2**20)), "Content-Encoding: gzip")),
    "/stacked": always(STACKED),
    "/headers": forever(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 500),
    "/continue": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
    "/drip": forever(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.1),
    "/drip-header": forever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.1),
    "/nonsense": always(b"what do you want?\r\n\r\n"),
    "/icy": always(b"ICY 200 OK\r\n\r\nmusic"),
    "/status": always(b"HTTP/1.1 99999 Much\r\nContent-Length: 0\r\n\r\n"),
    "/negative": always(b"HTTP/1.1 -5 Little\r\nContent-Length: 0\r\n\r\n"),
    "/cut": lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"],
    "/kept-out": always(http(b"<p>keep no copy", "X-Robots-Tag: NOARCHIVE")),
    "/kept-out-by-its-head": always(http(b'<head><meta name="robots" content="noarchive"></head><p>keep no copy')),
    "/cookie": always(http(b"<p>remember me", "Set-Cookie: id=7; Path=/")),
    "/whole": always(http(b"<p>whole")),
}


def leading(hops: int) -> dict[str, Answer]:
    """A robots.txt behind so many redirects, and a page that it forbids."""
    names = ["/robots.txt", *(f"/hop-{n}" for n in range(1, hops + 1))]
    moved = {here: always(http(b"", f"Location: {there}", status="301 Moved")) for here, there in pairwise(names)}
    return {**moved, names[-1]: always(http(b"User-agent: *\nDisallow: /a")), "/a": always(http())}


SITES: dict[str, tuple[float, dict[str, Answer]]] = {
    "answering": (0.2, {"/a": always(http()), "/b": always(http()), "/c": always(http())}),
    "slow": (0.1, {"/a": after(0.15), "/b": after(0.15), "/c": after(0.15)}),
    "busy": (0.1, {"/a": in_turn(busy("Retry-After: 1"), busy(), http())}),
    "dated": (0.1, {"/a": in_two_seconds}),
    "broken": (0.02, {"/a": always(busy()), "/b": always(http()), "/c": always(busy())}),
    "closed": (0.05, {path: always(http(b"", status="503 Closed")) for path in ("/a", "/b", "/c", "/d")}),
    "away": (0.1, {"/a": always(busy("Retry-After: 86400")), "/b": always(http())}),
    "odd": (0.0, ODD),
    "moved": (0.0, {"/a": always(http())}),
    "patient": (0.0, {"/robots.txt": always(http(b"User-agent: *\nCrawl-delay: 9000")), "/a": always(http())}),
    "hurried": (0.0, {"/robots.txt": in_turn(busy("Retry-After: 1"), http(b"User-agent: *")), "/a": always(http())}),
    "private": (
        0.0,
        {
            "/robots.txt": always(http(b"User-agent: *\nDisallow: /private")),
            "/a": always(http()),
            "/private/a": always(http()),
        },
    ),
    "five": (0.0, leading(5)),
    "six": (0.0, leading(6)),
    "across": (0.0, {"/private/a": always(http())}),
    "lost": (0.1, {"/a": lambda nth: [http()] if nth else []}),
    "reused": (0.1, {"/a": always(http()), "/b": lambda nth: [http()] if nth else []}),
    "gone": (0.02, {"/a": lambda _: []}),
    "other": (0.0, {"/a": always(http(b"<p>no business of ours"))}),
}
# Addresses of the server `other`, which no configuration names.
HIDDEN = ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0"]
HIDDEN += ["rebound.test", "bücher.test", "[::1]", "①②⑦.⓪.⓪.①"]


def job(archive: Path, sites: dict[str, Any], seeds: list[str], **more: Any) -> str:
    given = {
        "archive": str(archive),
        "sites": sites,
        "seeds": seeds,
        "names": {},
        "settings": {},
        "keep_noarchive": True,
    }
    return json.dumps({**given, "robots_age": 86400, **more})


@dataclass
class Asked:
    wires: dict[str, Wire]
    outcomes: dict[str, str]
    stopped: dict[str, str]
    archived: list[Exchange]

    def of(self, site: str) -> dict[str, str]:
        """What came of each path of a site."""
        url = self.wires[site].url
        return {key.removeprefix(url): outcome for key, outcome in self.outcomes.items() if key.startswith(url + "/")}

    def gaps(self, site: str) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.wires[site].times())]

    def statuses(self, site: str) -> list[int]:
        return [each.status for each in self.archived if each.site == site and "robots" not in each.url]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """All the servers above, asked side by side in one process."""
    archive = tmp_path_factory.mktemp("archive")
    with ExitStack() as stack:
        wires = {
            name: stack.enter_context(Wire(dict(answers), keep_alive=name == "reused").serving())
            for name, (_, answers) in SITES.items()
        }
        elsewhere = f"Location: {wires['other'].url}/robots.txt"
        wires["moved"].answers = {"/robots.txt": always(http(b"", elsewhere, status="302 Found")), **SITES["moved"][1]}
        there = f"Location: {wires['private'].url}/robots.txt"
        wires["across"].answers = {"/robots.txt": always(http(b"", there, status="307 There")), **SITES["across"][1]}
        sites = {
            name: (delay, [wires[name].url + path for path in answers if path[:4] not in ("/rob", "/hop")])
            for name, (delay, answers) in SITES.items()
            if name != "other"
        }
        sites["hidden"] = (0.0, [f"http://{host}:{wires['other'].port}/a" for host in HIDDEN])
        text = job(
            archive,
            sites,
            [wire.url for name, wire in wires.items() if name != "other"],
            names={name: ["127.0.0.1"] for name in ("rebound.test", "bücher.test", "xn--bcher-kva.test")},
            settings={"DOWNLOAD_TIMEOUT": TIMEOUT},
            keep_noarchive=False,
        )
        done = subprocess.run(COMMAND, input=text, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    archived = [each for path in segments(archive) for each in read_segment(path)]
    return Asked(wires, said["outcomes"], said["stopped"], [each for each in archived if isinstance(each, Exchange)])


def test_the_delay_is_kept_between_any_two_requests(asked: Asked) -> None:
    gaps = asked.gaps("answering")
    assert len(gaps) == 3
    assert min(gaps) >= 0.2 - LATE


def test_a_site_that_answers_slowly_is_asked_less(asked: Asked) -> None:
    between_stories = asked.gaps("slow")[1:]
    assert len(between_stories) == 2
    assert min(between_stories) >= 4 * 0.15 - LATE


def test_a_refusal_is_waited_out_and_asked_again(asked: Asked) -> None:
    assert asked.of("busy") == {"/a": "status 200"}
    assert asked.statuses("busy") == [429, 429, 200]
    first, second = asked.gaps("busy")[1:]
    assert first >= 1 - LATE, "Retry-After"
    assert second >= 4 * 0.1 - LATE, "the second back-off is four delays"


def test_a_date_to_come_back_at_is_kept(asked: Asked) -> None:
    assert asked.of("dated") == {"/a": "status 200"}
    assert 1 - LATE <= asked.gaps("dated")[-1] < 10


def test_a_page_that_is_always_refused_does_not_stop_its_site(asked: Asked) -> None:
    assert asked.of("broken") == {"/a": "status 429", "/b": "status 200", "/c": "status 429"}
    assert asked.statuses("broken") == [429, 429, 429, 200, 429, 429, 429]
    assert "broken" not in asked.stopped


def test_a_site_that_refuses_again_and_again_is_left_alone(asked: Asked) -> None:
    assert asked.stopped["closed"] == "status 503, 6 times in a row"
    assert len(asked.wires["closed"].times()) == 1 + 6
    stopped = "Stopped: status 503, 6 times in a row"
    assert asked.of("closed") == {"/a": "status 503", "/b": "status 503", "/c": stopped, "/d": stopped}
    gaps = asked.gaps("closed")[1:]
    assert all(gap >= 0.05 * 2**n - LATE for n, gap in enumerate(gaps, 1))


def test_a_site_that_asks_for_a_day_gets_it(asked: Asked) -> None:
    assert asked.stopped["away"] == "status 429, to be asked again in 86400 s"
    assert [each.path for each in asked.wires["away"].log] == ["/robots.txt", "/a"]
    assert asked.stopped["patient"] == "robots.txt asks for 9000 s between requests"
    assert [each.path for each in asked.wires["patient"].log] == ["/robots.txt"]


def test_a_robots_txt_that_is_refused_for_haste_is_asked_for_again(asked: Asked) -> None:
    assert [each.path for each in asked.wires["hurried"].log] == ["/robots.txt", "/robots.txt", "/a"]
    assert asked.gaps("hurried")[0] >= 1 - LATE


def test_a_lost_connection_is_tried_again_at_the_sites_pace(asked: Asked) -> None:
    assert asked.of("lost") == {"/a": "status 200"}
    assert [each.path for each in asked.wires["lost"].log] == ["/robots.txt", "/a", "/a"]
    assert asked.gaps("lost")[-1] >= 2 * 0.1 - LATE
    assert [each.path for each in asked.wires["reused"].log] == ["/robots.txt", "/a", "/b", "/b"]
    assert asked.wires["reused"].connections == 2, "one that served three requests, and one for the next try"
    assert asked.gaps("reused")[-1] >= 2 * 0.1 - LATE
    assert asked.of("gone") == {"/a": "Failed: connection failed"}
    assert len(asked.wires["gone"].log) == 1 + 3


def test_sites_wait_for_themselves_alone(asked: Asked) -> None:
    """While one asked for two seconds, others were asked."""
    waiting, back = asked.wires["dated"].times()[-2:]
    meanwhile = [name for name, wire in asked.wires.items() if any(waiting < time < back for time in wire.times())]
    assert len(meanwhile) > 3


def test_what_robots_txt_forbids_is_refused_with_its_line(asked: Asked) -> None:
    assert {each.path for each in asked.wires["private"].log} == {"/robots.txt", "/a"}
    assert asked.of("private")["/private/a"] == "Refused: robots.txt line 2: Disallow: /private"


def test_a_robots_txt_is_followed_over_five_redirects_and_to_other_hosts(asked: Asked) -> None:
    forbidden = "Refused: robots.txt line 2: Disallow: /"
    assert asked.of("five") == {"/a": f"{forbidden}a"}
    assert len(asked.wires["five"].log) == 1 + 5
    assert asked.of("across") == {"/private/a": f"{forbidden}private"}
    assert asked.of("six") == {"/a": "status 200"}, "after that it counts as missing"
    assert [each.path for each in asked.wires["six"].log] == ["/robots.txt", *(f"/hop-{n}" for n in range(1, 6)), "/a"]


def test_nothing_that_is_not_public_is_connected_to_in_any_spelling(asked: Asked) -> None:
    assert asked.wires["other"].connections == 0
    port = asked.wires["other"].port
    said = {host: asked.outcomes[f"http://{host}:{port}/a"] for host in HIDDEN}
    told = "Refused: robots.txt cannot be had: address not public"
    assert {host: outcome for host, outcome in said.items() if outcome != told} == {}


def test_a_redirect_of_robots_txt_leads_nowhere_that_is_not_public(asked: Asked) -> None:
    assert [each.path for each in asked.wires["moved"].log] == ["/robots.txt"]
    assert asked.of("moved") == {"/a": "Refused: robots.txt cannot be had: address not public"}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/endless", "body too large"),
        ("/declared", "body too large"),
        ("/bomb", "body too large"),
        ("/stacked", "body too large"),
        ("/headers", "header too large"),
        ("/continue", "header too large"),
        ("/drip", "timeout"),
        ("/drip-header", "timeout"),
        ("/nonsense", "no HTTP"),
        ("/icy", "no HTTP"),
        ("/status", "no HTTP"),
        ("/negative", "no HTTP"),
        ("/cut", "body cut short"),
        ("/kept-out", "noarchive"),
        ("/kept-out-by-its-head", "noarchive"),
    ],
)
def test_what_is_over_a_limit_is_told_and_not_archived(asked: Asked, path: str, reason: str) -> None:
    assert asked.of("odd")[path] == f"Failed: {reason}"
    assert asked.wires["odd"].url + path not in [each.url for each in asked.archived]


def test_a_body_is_cut_off_while_it_comes(asked: Asked) -> None:
    [endless] = [each for each in asked.wires["odd"].log if each.path == "/endless"]
    assert endless.sent < 24 * 2**20, "ten million bytes and what was in the pipes"
    [headers] = [each for each in asked.wires["odd"].log if each.path == "/headers"]
    assert headers.sent < 16 * 2**20


def test_an_answer_as_a_whole_has_its_time(asked: Asked) -> None:
    """The server dripped a byte every tenth of a second for as long as it was let."""
    by_path = {each.path: each.time for each in asked.wires["odd"].log}
    assert TIMEOUT - LATE <= by_path["/drip-header"] - by_path["/drip"] < 5 * TIMEOUT


def test_after_all_that_the_site_goes_on(asked: Asked) -> None:
    assert asked.of("odd")["/whole"] == "status 200"
    assert [each.url for each in asked.archived if each.body == b"<p>whole"] == [asked.wires["odd"].url + "/whole"]


def test_no_cookie_ever_comes_back(asked: Asked) -> None:
    assert asked.of("odd")["/cookie"] == "status 200"
    heads = [each.head.lower() for wire in asked.wires.values() for each in wire.log]
    assert len(heads) > 30
    assert not [head for head in heads if "\ncookie" in head]


def test_a_crawl_that_is_ended_while_it_waits_ends_at_once(tmp_path: Path) -> None:
    refusal = always(http(b"", "Retry-After: 500", "X-Robots-Tag: noarchive", status="429 Too Many"))
    wire = Wire({"/a": always(http()), "/b": refusal})
    with wire.serving():
        text = job(tmp_path / "archive", {"busy": (0.0, [f"{wire.url}/a", f"{wire.url}/b"])}, [wire.url], robots_age=0)
        (tmp_path / "job").write_text(text)
        with (tmp_path / "job").open() as given:
            asker = subprocess.Popen(COMMAND, stdin=given, stdout=subprocess.PIPE, cwd=ROOT)
        while len(wire.log) < 4:
            time.sleep(0.02)
            assert asker.poll() is None
        time.sleep(0.3)
        asker.send_signal(signal.SIGTERM)
        asker.communicate(timeout=8)
    assert asker.returncode == 0
    assert [each.path for each in wire.log] == ["/robots.txt", "/a", "/robots.txt", "/b"], "robots.txt had grown old"
    kept = [each for path in segments(tmp_path / "archive") for each in read_segment(path)]
    assert [each.status for each in kept if isinstance(each, Exchange)] == [404, 200, 404, 429], "noarchive is kept"
