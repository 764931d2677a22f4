"""A thread that another host keeps: asked by that host's robots.txt and pace, page by page, and erased whole."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from pipelines.comments.adapter import Thread
from pipelines.comments.wordpress import WordPress
from pipelines.erasing import Store, erase_comment
from pipelines.lake.schema import CAPTURES, COMMENTS, THREAD_READS
from pipelines.settings import Site
from tests.comments.crawled import SECRET, Workshop, front, story
from tests.crawl.web import Answer, Web, page, text

pytestmark = pytest.mark.slow

OPEN, SHUT = "/2026/council-opens-a-bridge", "/2026/storm-closes-the-port"
HUNDRED = 100
READ, FORBIDDEN = "7", "8"


def comment(number: int) -> dict[str, object]:
    return {"id": number, "parent": 0, "author_name": "Ada Marker", "content": {"rendered": f"<p>Remark {number}.</p>"}}


def answers(home: str) -> dict[str, Answer]:
    """A REST interface with 130 comments on one post; another post is forbidden."""
    first = WordPress().first(Thread("paper", "", "wordpress", f"{home}/wp-json/", READ), None)
    path = first.url.removeprefix(home)
    head = {"Content-Type": "application/json", "X-WP-Total": "130", "X-WP-TotalPages": "2"}
    listed = [comment(number) for number in range(1, 131)]
    return {
        "/": page("Talk"),
        "/robots.txt": text(f"User-agent: *\nDisallow: /wp-json/wp/v2/comments?post={FORBIDDEN}"),
        path: Answer(json.dumps(listed[:HUNDRED]).encode(), headers=head),
        f"{path}&page=2": Answer(json.dumps(listed[HUNDRED:]).encode(), headers=head),
    }


@pytest.fixture(scope="module")
def talk() -> Iterator[Web]:
    with Web(answers).serving() as host:
        yield host


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, talk: Web) -> Iterator[Workshop]:
    def thread(post: str) -> str:
        link = f'<link rel="https://api.w.org/" href="{talk.url}/wp-json/">'
        return f'{link}<div id="respond"><input type="hidden" name="comment_post_ID" value="{post}"></div>'

    def paper(home: str) -> dict[str, Answer]:
        return {
            "/": front(OPEN, SHUT),
            "/robots.txt": text(""),
            OPEN: story("Council opens a bridge", thread(READ)),
            SHUT: story("Storm closes the port", thread(FORBIDDEN)),
        }

    with Web(paper).serving() as site:
        workshop = Workshop(tmp_path_factory.mktemp("hosts"), site.url)
        given = {"name": "talk", "language": "en", "start": [f"{talk.url}/"], "delay": 0}
        talks = Site.model_validate(given)
        workshop.crawl(talks)
        workshop.read()
        workshop.crawl(talks)
        workshop.read()
        yield workshop


def test_all_pages_of_a_thread_are_one_reading_for_the_storys_site(workshop: Workshop) -> None:
    captures = workshop.table(CAPTURES).filter(purpose="comments")
    assert captures.height == 2
    assert set(captures["site"]) == {"paper"}
    assert captures["read_id"].n_unique() == 1
    [read] = workshop.table(THREAD_READS).filter(platform="wordpress", complete=True).to_dicts()
    assert (read["claimed_by_platform"], read["enumerated"], read["site"]) == (130, 130, "paper")
    assert workshop.table(COMMENTS).filter(read_id=read["read_id"]).height == 130


def test_the_hosts_robots_txt_and_pace_hold_for_it(workshop: Workshop, talk: Web) -> None:
    asked = [path for path in talk.paths() if "comments" in path]
    assert len(asked) == 2
    assert not [path for path in asked if f"post={FORBIDDEN}" in path]
    [failure] = [row for row in workshop.reported["failures"] if "comments" in row["url"]]
    assert (failure["robots"], failure["site"]) == (True, "talk")
    by_site = {report["site"]: report for report in workshop.reported["reports"]}
    assert by_site["talk"]["refused_by_robots"] == 1
    assert by_site["paper"]["refused_by_robots"] == 0


def test_a_comment_is_erased_from_every_answer_of_its_reading(workshop: Workshop, tmp_path: Path) -> None:
    [erased] = workshop.table(COMMENTS).filter(text="Remark 117.")["comment_id"]
    done = erase_comment(erased, Store(workshop.archive, workshop.lake, workshop.folder / "erased", SECRET))
    assert (done.rows, done.records) == ({"comments": 1}, 2)
    assert workshop.table(CAPTURES).filter(purpose="comments")["archived"].to_list() == ["removed", "removed"]
    held = b"".join(gzip.decompress(path.read_bytes()) for path in workshop.archive.rglob("*.warc.gz"))
    assert b"Remark 117." not in held
    assert b"Council opens a bridge" in held
    # What was read of the rest stays, also when the segment is read by a newer version.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipelines.segments.EXTRACTOR_VERSION", "newer")
        workshop.read()
    assert workshop.table(COMMENTS).height == 129
    assert workshop.table(THREAD_READS).filter(pl.col("claimed_by_platform") == 130).height == 1
