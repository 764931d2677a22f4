from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.comments.archived import identity_of, written
from pipelines.crawl.agenda import Agenda, Due
from pipelines.crawl.discovery import Purpose
from pipelines.crawl.log import read_log
from pipelines.crawl.plan import due_of, frontier
from pipelines.crawl.threads import Threads, known_threads
from pipelines.lake import schema
from pipelines.lake.ids import article_id
from pipelines.lake.parts import Lake, frame
from pipelines.settings import Site
from tests.marked_threads import conversation, threads

HOME = "https://paper.test"
START = datetime.fromisoformat("2026-03-01T12:00")  # UTC without a zone, as in the lake
HOUR = timedelta(hours=1)
PAPER = Site.model_validate(
    {"name": "paper", "language": "en", "start": [f"{HOME}/"], "ages": ["0", "1h", "24h"], "enabled": True}
)
ISSO = {"platform": "isso", "endpoint": "https://talk.test/", "thread_id": None}
THREAD = "https://talk.test/?uri=%2Fbridge&limit=100&nested_limit=100&sort=oldest"


class Captured:
    """A lake into which captures of stories are read; times are hours after START."""

    def __init__(self, folder: Path) -> None:
        self.archive, self.lake = folder / "archive", Lake(folder / "lake")
        self._rows: dict[str, list[dict[str, Any]]] = {"captures": [], "articles": [], "comment_sections": []}

    def story(self, path: str, at: float, section: dict[str, Any], *, canonical: str | None = None) -> None:
        common = {"capture_id": f"{len(self._rows['captures']):032x}", "site": "paper"}
        published = {"url": HOME + (canonical or path), "article_id": "a" * 32, "published_at": START - HOUR}
        self.answered(HOME + path, at, purpose="story")
        self._rows["articles"].append(common | published)
        self._rows["comment_sections"].append(common | {"present": True, "visible_count": 0} | section)

    def answered(self, url: str, at: float, status: int = 200, *, purpose: str = "comments") -> None:
        self._rows["captures"].append(
            {
                "capture_id": f"{len(self._rows['captures']):032x}",
                "site": "paper",
                "url": url,
                "address_id": article_id(url),
                "captured_at": START + at * HOUR,
                "day": date(2026, 3, 1),
                "status": status,
                "body_bytes": 1,
                "body_hash": "",
                "source": "crawl",
                "purpose": purpose,
                "segment": "segment",
                "offset": len(self._rows["captures"]),
            }
        )

    def known(self, at: float, site: Site = PAPER, **more: Any) -> Threads:
        for name, rows in self._rows.items():
            table = schema.TABLES[name]
            self.lake.write(table, frame(table, rows), part="segment", day=date(2026, 3, 1), made_by="test")
        return known_threads(self.lake, [site], self._time(at), **more)

    def due(self, at: float) -> list[str]:
        """The threads that are due."""
        log = self.known(at).added_to(read_log(self.archive, self.lake, lambda _: "paper"))
        found = due_of(frontier(log, [PAPER], self._time(at)), PAPER, self._time(at))
        return [due.url for due in found if due.purpose == Purpose.COMMENTS]

    @staticmethod
    def _time(at: float) -> datetime:
        return (START + at * HOUR).replace(tzinfo=UTC)


@pytest.fixture
def captured(tmp_path: Path) -> Captured:
    return Captured(tmp_path)


def test_a_thread_is_due_once_its_story_is_read_and_at_the_storys_ages(captured: Captured) -> None:
    captured.story("/bridge", 0, ISSO)
    assert captured.due(0) == [THREAD]
    captured.answered(THREAD, 0.1)  # an hour and six minutes after the story was published
    assert captured.due(22) == []
    assert captured.due(23) == [THREAD]
    captured.answered(THREAD, 23)
    assert captured.due(24) == captured.due(1000) == []


def test_a_thread_that_fails_is_asked_for_again_and_one_that_has_moved_stays(captured: Captured) -> None:
    captured.story("/bridge", 0, ISSO)
    captured.answered(THREAD, 0.1, 503)
    assert captured.due(0.5) == []
    assert captured.due(1.1) == [THREAD]
    captured.answered(THREAD, 1.1, 301)
    captured.answered(THREAD, 2.1, 301)
    assert captured.due(23) == [THREAD]


def test_a_thread_is_known_by_what_the_latest_capture_says(captured: Captured) -> None:
    captured.story("/bridge", 0, {"platform": None, "endpoint": None, "thread_id": None})
    captured.story("/bridge", 1, ISSO, canonical="/news/bridge")
    [known] = captured.known(1).conversations.values()
    assert (known.thread.url, known.thread.thread_id, known.story) == (
        f"{HOME}/bridge",
        "/bridge",
        f"{HOME}/news/bridge",
    )
    assert captured.known(24 + 24 * 8 + 2).conversations == {}  # no capture of the story for longer than it may be due


def test_threads_of_one_platform_are_told_apart(captured: Captured) -> None:
    roots = {
        "isso": "https://talk.test/",
        "wordpress": "https://paper.test/wp-json/",
        "ghost": "https://paper.test/",
        "remark42": "https://talk.test/?site=paper",
        "disqus": "https://paper.disqus.com/",
        "coral": "https://coral.test/",
        "guardian": "https://discussion.test/discussion-api/",
    }
    for platform, endpoint in roots.items():
        for thread_id in ("https://paper.test/a", "https://paper.test/b", "7", "8"):
            section = {"platform": platform, "endpoint": endpoint, "thread_id": thread_id}
            captured.story(f"/{platform}-{thread_id}", 0, section)
    known = captured.known(0, disqus_key="public")
    assert len(known.conversations) == 4 * len(roots)
    assert known.discoveries["address_id"].to_list() == list(known.conversations)
    assert not known.discoveries.filter(pl.col("url").str.contains("public")).height
    assert len(captured.known(0).conversations) == 4 * (len(roots) - 1)  # Disqus is not asked without a key


def test_a_sites_own_threads_need_no_sign_in_the_page(captured: Captured) -> None:
    captured.story("/bridge-haberi/", 0, {"platform": None, "endpoint": None, "thread_id": None})
    rules = {"story": "(.+-haberi)/", "thread": r"\1-yorumlari/", "comment": "p"}
    site = Site.model_validate(PAPER.model_dump(mode="json") | {"comments": rules})
    [url] = captured.known(0, site).discoveries["url"]
    assert url == f"{HOME}/bridge-haberi-yorumlari/"


def test_threads_and_pages_do_not_take_each_others_place() -> None:
    now = START.replace(tzinfo=UTC)
    agenda = Agenda(lambda _: True, 1, now)
    agenda.begin(
        Due(f"{HOME}/{purpose}{n}", purpose, now, now, vouched=True)
        for n in range(2)
        for purpose in (Purpose.COMMENTS, Purpose.STORY)
    )
    asked = [agenda.next(), agenda.next()]
    assert [due.purpose for due in asked if due] == [Purpose.STORY, Purpose.COMMENTS]
    assert agenda.next() is None
    assert len(agenda.left()) == 2


@pytest.mark.parametrize("text", [None, "", "7", "{}", '{"platform": 1}', "[" * 10_000])
def test_what_others_wrote_beside_a_response_is_no_thread(text: str | None) -> None:
    assert identity_of(text) is None


def test_a_thread_is_written_in_one_line_without_blanks_and_read_again() -> None:
    for marked in threads():
        asked = conversation(marked)
        text = written(asked)
        assert text.isascii()
        assert " " not in text
        found = identity_of(text)
        assert found
        assert (found.platform, found.endpoint, found.thread_id, found.story) == (
            asked.thread.platform,
            asked.thread.endpoint,
            asked.thread.thread_id,
            asked.story,
        )
