"""What is known of one address, from the archive alone."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.crawl.log import Log, read_log
from pipelines.crawl.plan import account, archived_robots, due_of, frontier
from pipelines.crawl.segment import Fetched, SegmentWriter
from pipelines.lake.parts import Lake
from pipelines.settings import Site, SiteIndex

DAY = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOME = "https://paper.test"
PAPER = Site.model_validate({"name": "paper", "language": "en", "start": [f"{HOME}/"], "ages": ["0", "1h"]})
RESPONSES = [
    ("/robots.txt", "robots", 301, b"", [(b"Location", b"/rules.txt")]),
    ("/rules.txt", "robots", 200, b"User-agent: *\nDisallow: /members/", []),
    ("/", "start", 200, b"<a href='/a-story-of-four-words'></a><a href='/members/a-story-of-four-words'></a>", []),
    ("/a-story-of-four-words", "story", 200, b"<p>one", [(b"ETag", b'"v1"')]),
]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    with SegmentWriter(tmp_path, DAY, {}) as writer:
        for n, (path, purpose, status, body, headers) in enumerate(RESPONSES):
            fetched = Fetched(HOME + path, AT + timedelta(minutes=n), status, headers, body, [])
            writer.write(fetched, via=None, site="paper", purpose=purpose)
    return tmp_path


@pytest.fixture
def log(archive: Path) -> Log:
    return read_log(archive, Lake(archive / "lake"), SiteIndex((PAPER,)).name)


def test_an_address_has_a_story_under_every_spelling(archive: Path, log: Log) -> None:
    known = account("http://www.paper.test/a-story-of-four-words?utm_source=x", log, archive, [PAPER], AT)
    assert known.discoveries["found_on"].to_list() == [f"{HOME}/"]
    assert known.captures["status"].to_list() == [200]
    assert known.failures.is_empty()
    assert known.state
    assert known.state["next_due"] == (AT + timedelta(minutes=2, hours=1)).replace(tzinfo=None)


def test_robots_txt_is_read_as_it_was_archived_redirects_followed(archive: Path, log: Log) -> None:
    asked_at, robots = archived_robots(f"{HOME}/any/page", log, archive)
    assert asked_at == AT + timedelta(minutes=1)
    assert robots
    assert robots.allows(f"{HOME}/any/page")
    verdict = account(f"{HOME}/members/a-story-of-four-words", log, archive, [PAPER], AT).verdict
    assert verdict
    assert "Disallow: /members/" in verdict
    assert archived_robots("https://other.test/", log, archive) == (None, None)


def test_a_stranger_has_no_story(archive: Path, log: Log) -> None:
    known = account("https://other.test/a", log, archive, [PAPER], AT)
    assert (known.state, known.robots, known.verdict) == (None, None, None)


def test_what_is_due_carries_what_it_was_when_it_was_captured_last(log: Log) -> None:
    now = AT + timedelta(hours=2)
    dues = {due.url: due for due in due_of(frontier(log, [PAPER], now), PAPER, now)}
    assert next(iter(dues)) == f"{HOME}/"
    assert len(dues) == 3
    story = dues[f"{HOME}/a-story-of-four-words"]
    assert story.previous
    assert (story.previous.captured_at, story.previous.etag) == (AT + timedelta(minutes=3), '"v1"')
    assert story.previous.payload_digest.startswith("sha1:")
    assert story.vouched
    assert dues[f"{HOME}/members/a-story-of-four-words"].previous is None
    assert list(due_of(frontier(log, [PAPER], AT), PAPER, AT - timedelta(hours=1))) == []
