"""A reading in the lake's tables: counts side by side, and the same key for a comment as its page gives it."""

from datetime import datetime

from pipelines.comments.adapter import Thread
from pipelines.comments.reading import Reading
from pipelines.comments.rows import rows
from pipelines.extract import extract_page
from pipelines.extract.rows import rows as page_rows
from pipelines.lake import schema
from pipelines.lake.comment import Comment
from pipelines.lake.ids import article_id
from pipelines.lake.parts import frame
from tests.comments.driving import key

STORY = "https://news.example/story-1/"
THREAD = Thread("news", STORY, "wordpress", "https://news.example/wp-json/", "7")
FIRST = {"capture_id": "b" * 32, "captured_at": datetime(2024, 5, 6, 12)}  # noqa: DTZ001
COMMENT: Comment = {
    "id": "12",
    "parent_id": None,
    "author_key": key("wordpress\x1fname:Ada Marker"),
    "author_key_from": "name",
    "text": "First",
    "created_at": "2024-05-01T15:00:00+03:00",
    "created_at_from": "stated",
    "likes": 3,
    "dislikes": 10**16,
    "depth": 0,
    "state": "visible",
}
DELETED: Comment = {**COMMENT, "id": "13", "parent_id": "12", "text": "", "depth": 1, "state": "deleted"}
READING = Reading([COMMENT, DELETED], 5, False, ("page 2: not read",))


def test_a_reading_keeps_what_the_platform_claims_beside_what_was_read() -> None:
    read = frame(schema.THREAD_READS, rows(READING, THREAD, FIRST, article_id=article_id(STORY))["thread_reads"])
    [row] = read.to_dicts()
    assert (row["claimed_by_platform"], row["enumerated"], row["complete"]) == (5, 1, False)
    assert (row["platform"], row["thread_id"], row["claimed_by_page"]) == ("wordpress", "7", None)
    assert (row["read_id"], row["read_at"]) == (FIRST["capture_id"], FIRST["captured_at"])


def test_comments_fill_what_their_table_requires() -> None:
    comments = frame(schema.COMMENTS, rows(READING, THREAD, FIRST, article_id=article_id(STORY))["comments"])
    assert comments.select(schema.COMMENTS.required).null_count().sum_horizontal().item() == 0
    first, deleted = comments.to_dicts()
    assert deleted["parent_id"] == first["comment_id"]
    assert (first["created_at"], first["created_offset"]) == (datetime(2024, 5, 1, 12), 180)  # noqa: DTZ001
    assert (first["likes"], first["dislikes"]) == (3, None)  # an absurd number is unknown


def test_page_and_platform_mean_one_comment_by_one_key() -> None:
    html = """<html lang="en"><body class="postid-7"><article><h1>Story</h1>%s</article><ol class="comment-list">
    <li id="comment-12" class="comment"><div class="comment-author vcard"><cite class="fn">Ada Marker</cite></div>
    <time datetime="2024-05-01T15:00:00+03:00">May 1</time><div class="comment-content"><p>First</p></div></li></ol>
    <div id="respond" class="comment-respond"></div></body></html>""" % ("<p>Words of the story itself. </p>" * 40)
    record = extract_page(html.encode(), STORY, author_key=key)
    capture = {"capture_id": "a" * 32, "site": "news", "url": STORY, "captured_at": FIRST["captured_at"]}
    [shown] = page_rows(record, capture, "1", keep_comments=True)["comments"]
    given = rows(READING, THREAD, FIRST, article_id=article_id(STORY))["comments"][0]
    same = ("comment_id", "author_key", "article_id", "created_at", "text")
    assert [shown[name] for name in same] == [given[name] for name in same]
