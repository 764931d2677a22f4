"""A real Isso behind a small site: crawled, archived, read into the lake, read anew, followed and erased."""

import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.analysis.comment_history import comment_events, comment_history
from pipelines.crawl.retention import remove_erased
from pipelines.erasing import Store, erase_author
from pipelines.lake import schema
from pipelines.lake.parts import Lake
from pipelines.lake.schema import CAPTURES, COMMENTS, EXTRACTED, OBSERVATIONS, THREAD_READS
from tests.comments.crawled import SECRET, Proxied, Workshop, front, story
from tests.crawl.web import Web, text
from tests.peers.isso import Isso, isso

STORY = "/2026/council-opens-a-bridge"
MARKERS = ("Ada Marker", "Grace Marker")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Isso]:
    with isso(tmp_path_factory.mktemp("isso")) as started:
        yield started


@pytest.fixture(scope="module")
def web(server: Isso) -> Iterator[Web]:
    script = '<script data-isso="/isso/" src="/isso/embed.js"></script>'
    answers = {
        "/": front(STORY),
        STORY: story("Council opens a bridge", f'{script}<section id="isso-thread" data-isso-id="{STORY}"></section>'),
        "/robots.txt": text("User-agent: *\nDisallow: /isso/admin"),
    }
    with Web(lambda _: Proxied(answers, "/isso/", server.endpoint)).serving() as site:
        yield site


@pytest.fixture(scope="module")
def written(server: Isso) -> dict[str, int]:
    first = server.write(STORY, "The bridge is too dear", author=MARKERS[0])
    server.approve(first)
    answer = server.write(STORY, f"@{MARKERS[0].split()[0]} says who?", author=MARKERS[1], parent=first)
    return {
        "first": first,
        "answer": answer,
        "edited": server.write(STORY, "I like it", author=MARKERS[1]),
        "removed": server.write(STORY, "Soon gone", author=MARKERS[0]),
        "plain": server.write(STORY, "Nobody signs this", author=None),
    }


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, web: Web, written: dict[str, int]) -> Workshop:
    """After two runs: the first captured the story, the second asked for its thread."""
    workshop = Workshop(tmp_path_factory.mktemp("crawled"), web.url)
    workshop.run()
    assert not workshop.table(COMMENTS).height
    assert not [path for path in web.paths() if path.startswith("/isso/")]
    workshop.run()
    return workshop


def texts(workshop: Workshop, lake: Lake | None = None) -> list[str]:
    return sorted(workshop.table(COMMENTS, lake)["text"])


def test_what_readers_wrote_reaches_the_lake(workshop: Workshop, written: dict[str, int]) -> None:
    read = workshop.table(COMMENTS)
    assert set(texts(workshop)) == {
        "The bridge is too dear",
        "[mention] says who?",
        "I like it",
        "Soon gone",
        "Nobody signs this",
    }
    assert read.height == len(written)
    assert (
        read.filter(depth=1)["parent_id"].to_list()
        == read.filter(text="The bridge is too dear")["comment_id"].to_list()
    )
    assert read["author_key"].n_unique() == 3  # two names, and none
    reads = workshop.table(THREAD_READS)
    [reading] = reads.filter(pl.col("claimed_by_platform").is_not_null()).to_dicts()
    assert (reading["platform"], reading["thread_id"], reading["site"]) == ("isso", STORY, "paper")
    assert (reading["claimed_by_platform"], reading["enumerated"], reading["complete"]) == (5, 5, True)
    assert set(read["read_id"]) == {reading["read_id"]}
    # The story's own page claims nothing and shows nothing: a reading of its own, which proves nothing.
    pages = reads.filter(pl.col("claimed_by_platform").is_null())
    assert set(pages.select("article_id", "enumerated", "complete").rows()) == {(reading["article_id"], 0, False)}
    [observed] = workshop.table(OBSERVATIONS).filter(source="platform").to_dicts()
    assert (observed["metric"], observed["value"], observed["article_id"]) == ("comments", 5, reading["article_id"])


def test_each_answer_is_a_capture_of_its_site_for_its_story(workshop: Workshop, web: Web) -> None:
    asked = [path for path in web.paths() if path.startswith("/isso/")]
    [capture] = workshop.table(CAPTURES).filter(purpose="comments").to_dicts()
    assert [web.url + path for path in asked] == [capture["url"]]
    assert (capture["site"], capture["via"], capture["source"]) == ("paper", web.url + STORY, "crawl")
    assert capture["read_id"] == capture["capture_id"]
    assert workshop.table(schema.SKIPS).filter(pl.col("example") == capture["url"]).height == 0


def test_the_archive_alone_gives_the_same_rows(workshop: Workshop, tmp_path: Path) -> None:
    again = Lake(tmp_path / "lake")
    workshop.read(again)
    for table in EXTRACTED:
        assert_frame_equal(workshop.table(table, again), workshop.table(table))


@pytest.mark.slow
def test_without_a_secret_nothing_of_a_platform_is_asked_or_kept(workshop: Workshop, web: Web, tmp_path: Path) -> None:
    before = len([path for path in web.paths() if path.startswith("/isso/")])
    workshop.crawl(comments=False)
    assert len([path for path in web.paths() if path.startswith("/isso/")]) == before
    unnamed = Lake(tmp_path / "lake")
    workshop.read(unnamed, secret=None)
    assert workshop.table(COMMENTS, unnamed).height == 0
    assert workshop.table(THREAD_READS, unnamed)["claimed_by_platform"].null_count() == len(
        workshop.table(THREAD_READS, unnamed)
    )


def test_a_commenters_name_stands_in_the_archive_alone(workshop: Workshop) -> None:
    held = b"".join(gzip.decompress(path.read_bytes()) for path in workshop.archive.rglob("*.warc.gz"))
    left = [workshop.table(table).write_json() for table in EXTRACTED] + [(workshop.folder / "log").read_text()]
    for marker in MARKERS:
        assert marker.encode() in held
        assert not [text for text in left if marker in text]


@pytest.mark.slow
def test_the_next_reading_tells_what_was_edited_liked_and_deleted(
    workshop: Workshop, server: Isso, written: dict[str, int]
) -> None:
    ids = dict(workshop.table(COMMENTS).select("text", "comment_id").iter_rows())
    server.edit(written["edited"], "I like it not", MARKERS[1])
    server.vote(written["first"], like=True, network=1)
    server.delete(written["removed"])
    late = server.write(STORY, "Late to the party", author=MARKERS[0])
    server.delete(written["first"])  # it was answered, so that a notice stays
    time.sleep(1.1)  # until the story's next age
    workshop.run()
    reads, comments = workshop.lake.scan(THREAD_READS), workshop.lake.scan(COMMENTS)
    events = comment_events(reads, comments)
    history = comment_history(reads, comments, events.lazy())
    told = {(row["comment_id"], row["event"]) for row in events.filter(pl.col("event") != "new").iter_rows(named=True)}
    assert told == {
        (ids["I like it"], "edited"),
        (ids["Soon gone"], "gone"),
        (ids["The bridge is too dear"], "deleted"),
    }
    states = dict(history.select("comment_id", "state").iter_rows())
    assert states[ids["Soon gone"]] == "gone"
    assert states[ids["The bridge is too dear"]] == "deleted"
    assert late
    assert sorted(states.values()) == ["deleted", "gone", "visible", "visible", "visible", "visible"]
    # What was read before is not overwritten.
    assert "Soon gone" in texts(workshop)
    likes = workshop.table(COMMENTS).filter(comment_id=ids["The bridge is too dear"]).sort("capture_id")
    assert sorted(likes["likes"].drop_nulls()) == [0, 1]


@pytest.mark.slow
def test_an_erased_commenter_stays_away_when_the_thread_is_read_again(workshop: Workshop, tmp_path: Path) -> None:
    [author] = workshop.table(COMMENTS).filter(text="I like it")["author_key"].unique()
    store = Store(workshop.archive, workshop.lake, workshop.folder / "erased", SECRET)
    workshop.read()
    done = erase_author(author, store)
    assert done.rows["comments"] == 4
    time.sleep(1.1)
    workshop.run()
    remove_erased(workshop.archive, workshop.lake)
    again = Lake(tmp_path / "lake")
    workshop.read(again)
    for lake in (workshop.lake, again):
        assert not [text for text in texts(workshop, lake) if "like" in text or "says who" in text]
        assert author not in workshop.table(COMMENTS, lake).write_json()
    held = b"".join(gzip.decompress(path.read_bytes()) for path in workshop.archive.rglob("*.warc.gz"))
    assert b"says who?" not in held
    assert MARKERS[1].encode() not in held
    assert "Late to the party" in texts(workshop)
