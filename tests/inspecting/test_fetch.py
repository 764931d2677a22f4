"""Asking for one page: what is sent, what is obeyed, and how a refusal reads."""

import gzip
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.extract.document import MAX_BYTES
from pipelines.inspecting import fetch as fetching
from pipelines.inspecting.fetch import FetchError, fetch, open_page, read_saved
from tests.crawl.web import Answer, Web, page, text

STORY = page("Harbour talks resume")


def to(location: str) -> Answer:
    return Answer(status=302, headers={"Location": location})


def serving(answers: dict[str, Answer]) -> AbstractContextManager[Web]:
    """A site; its log is complete when the block has ended."""
    return Web(lambda _: answers).serving()


def test_a_page_comes_with_its_address_type_and_time() -> None:
    with serving({"/story": STORY}) as web:
        source = fetch(f"{web.url}/story", "")
    assert (source.url, source.body) == (f"{web.url}/story", STORY.body)
    assert source.content_type == "text/html; charset=utf-8"
    assert source.captured_at is not None
    assert abs((datetime.now(UTC) - source.captured_at).total_seconds()) < 60
    assert web.paths() == ["/robots.txt", "/story"]


def test_we_say_who_we_are() -> None:
    with serving({"/story": STORY}) as web:
        fetch(f"{web.url}/story", "desk@paper.example")
    assert all("Yanyana/" in asked.headers["User-Agent"] for asked in web.log)
    assert all("(+desk@paper.example)" in asked.headers["User-Agent"] for asked in web.log)


@pytest.mark.parametrize(
    "robots", [text("User-agent: *\nDisallow: /story"), Answer(status=503), Answer(b"User", headers={}, short=True)]
)
def test_what_robots_txt_does_not_allow_is_not_asked_for(robots: Answer) -> None:
    refusal = pytest.raises(FetchError, match=r"/story: may not be asked for \(robots.txt.*inspect the file")
    with serving({"/robots.txt": robots, "/story": STORY}) as web, refusal:
        fetch(f"{web.url}/story", "")
    assert web.paths() == ["/robots.txt"]


def test_redirects_are_followed_as_far_as_each_host_allows() -> None:
    robots = text("User-agent: *\nDisallow: /closed")
    with (
        serving({"/story": STORY, "/closed": STORY, "/robots.txt": robots}) as target,
        serving({"/short": to(f"{target.url}/story"), "/way": to(f"{target.url}/closed")}) as web,
    ):
        assert fetch(f"{web.url}/short", "").url == f"{target.url}/story"
        with pytest.raises(FetchError, match="/closed: may not be asked for"):
            fetch(f"{web.url}/way", "")
    assert "/closed" not in target.paths()


def test_a_robots_txt_that_moved_is_followed() -> None:
    answers = {"/robots.txt": to("/rules"), "/rules": text("User-agent: *\nDisallow: /"), "/story": STORY}
    with serving(answers) as web, pytest.raises(FetchError, match="may not be asked for"):
        fetch(f"{web.url}/story", "")


def test_redirects_end() -> None:
    with serving({"/round": to("/round")}) as web, pytest.raises(FetchError, match="HTTP status 302"):
        fetch(f"{web.url}/round", "")
    assert web.paths().count("/round") == 6


@pytest.mark.parametrize("url", ["https://paper.example/story", "http://127.0.0.1.paper.example/"])
def test_without_a_contact_only_this_machine_is_asked(url: str) -> None:
    with pytest.raises(FetchError, match=r"no contact is set: set contact under \[crawl\] in sites.toml"):
        fetch(url, "")


def test_a_redirect_leads_no_further_than_the_contact_does() -> None:
    refusal = pytest.raises(FetchError, match=r"paper.example/story: .*no contact is set")
    with serving({"/story": to("https://paper.example/story")}) as web, refusal:
        fetch(f"{web.url}/story", "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"gone", 404), "HTTP status 404"),
        (text("{}", "application/json"), "not HTML"),
        (Answer(b" "), "empty body"),
        (Answer(STORY.body, short=True), "cannot be had"),
        (Answer(b"x" * (MAX_BYTES + 1)), "larger than the limit"),
        (Answer(gzip.compress(b" " * 50 * MAX_BYTES), headers={"Content-Encoding": "gzip"}), "larger than the limit"),
        (Answer(b"no gzip", headers={"Content-Encoding": "gzip"}), "cannot be had"),
        (to("ftp://127.0.0.1/story"), "http:// or https://"),
        (to("http://[broken"), "no contact is set"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(answer: Answer, reason: str) -> None:
    with serving({"/story": answer}) as web, pytest.raises(FetchError, match=reason):
        fetch(f"{web.url}/story", "")


def test_an_answer_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PATIENCE", 0.3)
    refusal = pytest.raises(FetchError, match="/story: cannot be had: timed out")
    with serving({"/story": Answer(STORY.body, wait=1.0)}) as web, refusal:
        fetch(f"{web.url}/story", "")


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/a", "file:///etc/hosts", "http://", "http://[", "http://a b/c"])
def test_what_is_no_address_of_a_page_is_said_to_be_none(address: str) -> None:
    with pytest.raises(FetchError, match=r"address|contact"):
        open_page(address, "")


HEADS = {
    '<link rel="canonical" href="https://paper.example/a">': "https://paper.example/a",
    '<base href="https://paper.example/w/"><link href="b" rel="alternate canonical">': "https://paper.example/w/b",
    '<meta property="og:url" content="https://paper.example/c">': "https://paper.example/c",
    '<link rel="canonical" href="/relative">': None,
    '<link rel="canonical">': None,
}


@pytest.mark.parametrize(("head", "address"), HEADS.items())
def test_a_saved_page_has_the_address_that_it_gives_for_itself(tmp_path: Path, head: str, address: str | None) -> None:
    path = tmp_path / "saved page.html"
    path.write_text(f"<!doctype html><head>{head}</head><p>text", encoding="utf-8")
    source = read_saved(path)
    assert source.url == (address or path.as_uri())
    assert source.body == path.read_bytes()
    assert source.captured_at is None


def test_a_file_that_is_no_saved_page_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"gone.html: cannot be read.*http://"):
        open_page(str(tmp_path / "gone.html"), "")
    with pytest.raises(FetchError, match="cannot be read"):
        read_saved(tmp_path)
    warc = tmp_path / "pages.warc.gz"
    warc.write_bytes(gzip.compress(b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"))
    with pytest.raises(FetchError, match="yanyana extract"):
        read_saved(warc)
