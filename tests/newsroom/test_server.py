"""The newsroom as a web server: conditional requests, redirects, the log, and ports."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import httpx
import pytest

from pipelines.errors import YanyanaError
from pipelines.newsroom import DEFAULT_PORTS, Newsroom, Request, Site, build, free_ports, serve


@pytest.fixture(scope="module")
def open_room() -> Iterator[tuple[Newsroom, dict[str, list[Request]]]]:
    room = build(ports=free_ports())
    with serve(room) as logs:
        yield room, logs


@pytest.fixture
def gazette(open_room: tuple[Newsroom, dict[str, list[Request]]]) -> Site:
    return next(site for site in open_room[0].sites if site.name == "demo-gazette")


@pytest.fixture
def client(gazette: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gazette.url, trust_env=False) as client:
        yield client


def test_every_path_is_answered_with_its_page(gazette: Site, client: httpx.Client) -> None:
    for path, page in gazette.pages.items():
        answer = client.get(path)
        assert (answer.status_code, answer.content) == (page.status, page.body)
        assert {name: answer.headers[name] for name in page.headers} == page.headers


def test_an_unknown_path_is_not_found_and_says_so_in_html(client: httpx.Client) -> None:
    answer = client.get("/no/such/story/")
    assert answer.status_code == 404
    assert "does not exist" in answer.text


def test_a_query_that_no_page_is_for_changes_nothing(gazette: Site, client: httpx.Client) -> None:
    assert client.get("/?nothing=here").content == gazette.pages["/"].body


def test_a_short_link_redirects_to_the_story(gazette: Site, client: httpx.Client) -> None:
    path, page = next((path, page) for path, page in gazette.pages.items() if page.status == 301)
    assert path.startswith("/?p=")
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200
    assert str(answer.url) == page.headers["Location"]


def test_head_tells_the_length_and_sends_nothing(client: httpx.Client) -> None:
    got, head = client.get("/"), client.head("/")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(got.content))


def test_a_known_page_is_not_sent_again(client: httpx.Client) -> None:
    known = client.get("/").headers
    modified = parsedate_to_datetime(known["Last-Modified"])
    earlier, later = (format_datetime(modified + timedelta(hours=h), usegmt=True) for h in (-1, 1))
    expected = [
        ({"If-None-Match": known["ETag"]}, 304),
        ({"If-None-Match": f'"another", W/{known["ETag"]}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"another"'}, 200),
        ({"If-None-Match": '"another"', "If-Modified-Since": later}, 200),
        ({"If-Modified-Since": known["Last-Modified"]}, 304),
        ({"If-Modified-Since": later}, 304),
        ({"If-Modified-Since": earlier}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
    ]
    for headers, status in expected:
        answer = client.get("/", headers=headers)
        assert answer.status_code == status, headers
        assert bool(answer.content) is (status == 200)
        assert answer.headers["ETag"] == known["ETag"]


def test_a_changed_page_has_another_tag() -> None:
    ports = free_ports()
    first, second = build(seed=1, ports=ports), build(seed=2, ports=ports)
    for before, after in zip(first.sites, second.sites, strict=True):
        assert before.pages["/"].headers["ETag"] != after.pages["/"].headers["ETag"]


def test_the_log_tells_who_asked_what_and_when(
    open_room: tuple[Newsroom, dict[str, list[Request]]], client: httpx.Client
) -> None:
    log = open_room[1]["demo-gazette"]
    seen, before = len(log), datetime.now(UTC)
    client.get("/robots.txt", headers={"User-Agent": "somebody"})
    client.get("/nothing?here")
    first, second = log[seen:]
    assert (first.method, first.path, first.status) == ("GET", "/robots.txt", 200)
    assert first.headers["user-agent"] == "somebody"
    assert (second.path, second.status) == ("/nothing?here", 404)
    assert before <= first.time <= second.time <= datetime.now(UTC)


def test_sites_stop_with_the_block_and_may_start_again() -> None:
    room = build(ports=free_ports())
    for _ in range(2):
        with serve(room):
            assert [httpx.get(site.url, trust_env=False).status_code for site in room.sites] == [200] * 4
        for site in room.sites:
            with pytest.raises(httpx.ConnectError):
                httpx.get(site.url, trust_env=False)


def test_the_command_says_without_a_traceback_that_a_port_is_taken() -> None:
    with ExitStack() as stack:
        with suppress(OSError):  # Taken already, which is as good.
            stack.enter_context(socket.create_server(("127.0.0.1", DEFAULT_PORTS["demo-portal"])))
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.newsroom"], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert "port 8761 of 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named_and_leaves_nothing_running() -> None:
    room = build(ports=free_ports())
    with socket.create_server(("127.0.0.1", room.sites[2].port)):
        with (
            pytest.raises(YanyanaError, match=f"demo-broadsheet .* port {room.sites[2].port} .* is taken"),
            serve(room),
        ):
            pytest.fail("served on a taken port")
        with pytest.raises(httpx.ConnectError):
            httpx.get(room.sites[0].url, trust_env=False)
