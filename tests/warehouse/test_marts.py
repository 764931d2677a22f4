"""What the marts say about the sample, whose truth is known."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.sample import Story


@pytest.fixture(scope="module")
def con(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(database, read_only=True) as con:
        yield con


def test_clickbait_stands_beside_hard_news_where_it_was_put(con: duckdb.DuckDBPyConnection) -> None:
    slots = con.sql(
        "SELECT site, slot, min(clickbait), max(clickbait), max(other_clickbait) "
        "FROM marts.beside_hard_news GROUP BY ALL"
    ).fetchall()
    assert len(slots) == 10
    for site, slot, low, high, elsewhere in slots:
        if site == "akşam" and slot % 2:
            assert low == high == pytest.approx(0.9)
            assert elsewhere < 0.5
        else:
            assert high < 0.5


def test_repeated_captures_of_a_story_count_it_once(con: duckdb.DuckDBPyConnection) -> None:
    [(hosts,)] = con.sql("SELECT DISTINCT hosts_hard + hosts_soft FROM marts.slot_profile").fetchall()
    assert hosts == 24  # stories of a site, each captured on two days


def test_the_shares_of_classes_are_shares(con: duckdb.DuckDBPyConnection) -> None:
    shares = con.sql(
        "SELECT share_clickbait + share_tabloid + share_hard + share_soft FROM marts.beside_hard_news"
    ).fetchall()
    assert all(total == pytest.approx(1) for (total,) in shares)


def test_the_matrix_sums_its_days(con: duckdb.DuckDBPyConnection) -> None:
    [(observed, expected, days)] = con.sql(
        "SELECT sum(exposures), sum(expected), max(days) FROM marts.topic_matrix"
    ).fetchall()
    assert (observed, days) == (480, 2)
    assert expected <= 480 + 1e-9  # cells that were never observed have no row


def test_a_travelling_headline_is_the_one_readers_saw(con: duckdb.DuckDBPyConnection) -> None:
    story = Story("akşam", 3)
    [(captures, hours)] = con.execute(
        "SELECT captures, hours_seen FROM marts.travelling_headlines WHERE site = ? AND headline = ?",
        [story.site, story.card],
    ).fetchall()
    assert captures > 2
    assert 24 <= hours < 25
    assert con.execute(
        "SELECT count(*) FROM marts.travelling_headlines WHERE site = ? AND headline = ?", [story.site, story.title]
    ).fetchall() == [(0,)]


def test_sharpening_names_the_words_that_changed(con: duckdb.DuckDBPyConnection) -> None:
    story = Story("beacon", 9)  # "faiz kararı"
    rows = con.execute(
        "SELECT compared, full_headline, shown_headline, words_dropped, words_added, sharpening "
        "FROM marts.sharpened_headlines WHERE site = ? AND target_id = ? ORDER BY compared",
        [story.site, story.id],
    ).fetchall()
    assert [row[0] for row in rows] == ["article", "card"]
    for _, full, shown, dropped, added, sharpening in rows:
        assert (full, shown) == (story.title, story.card)
        assert dropped == ["açıklandı", "dosya"]
        assert added == ["Şoke", "eden", "Bakın", "ne", "oldu"]
        assert sharpening == pytest.approx(0.8)


def test_company_is_readable_and_says_how_much_clickbait_either_is(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.sql("SELECT headline_a, headline_b, clickbait_a, clickbait_b FROM marts.headline_company").fetchall()
    assert len(rows) == 8
    for headline_a, headline_b, clickbait_a, clickbait_b in rows:
        assert clickbait_a == pytest.approx(0.9 if "Bakın" in headline_a else 0.1)
        assert clickbait_b == pytest.approx(0.9 if "Bakın" in headline_b else 0.1)


def test_comment_activity_counts_a_comment_once_over_its_captures(con: duckdb.DuckDBPyConnection) -> None:
    story = Story("akşam", 5)
    [row] = con.execute(
        "SELECT title, comments, claimed_count, likes, items_beside FROM marts.comment_activity WHERE article_id = ?",
        [story.id],
    ).fetchall()
    assert row == (story.title, 1, 5, 3, 5)
    assert con.sql("SELECT count(*), count(DISTINCT article_id) FROM marts.comment_activity").fetchall() == [(48, 48)]


def test_the_families_of_comment_measures_agree_on_how_many_comments_there_are(con: duckdb.DuckDBPyConnection) -> None:
    [(comments,)] = con.sql("SELECT count(DISTINCT comment_id) FROM core.comments").fetchall()
    assert comments == 24  # under every other story of two sites, each captured on two days
    for view in ("comment_volume", "thread_measures", "comment_concentration", "comment_language_shares"):
        assert con.sql(f"SELECT sum(comments)::BIGINT FROM marts.{view}").fetchall() == [(comments,)], view
    followed = con.sql("SELECT sum(followed)::BIGINT, sum(removed)::BIGINT FROM marts.comment_removals").fetchall()
    assert followed == [(comments, 0)]


def test_few_commenters_are_counted_and_no_more(con: duckdb.DuckDBPyConnection) -> None:
    told = con.sql("SELECT commenters, gini, top_10_share FROM marts.comment_concentration").fetchall()
    assert told == [(5, None, None)] * 2


def test_no_mart_shows_a_comment_or_a_commenter(con: duckdb.DuckDBPyConnection) -> None:
    columns = con.sql('SELECT "column" FROM meta.columns WHERE starts_with("table", \'marts.\')').fetchall()
    assert {"author_key", "text"}.isdisjoint(name for (name,) in columns)


def test_every_page_that_yielded_nothing_is_listed_with_its_reason(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.sql("SELECT outcome, reason, count(*) FROM marts.parse_failures GROUP BY ALL ORDER BY ALL").fetchall()
    assert rows == [
        ("empty", "no story and no teasers", 4),
        ("error response", "HTTP status 404", 4),
        ("failed", "not decodable as text", 4),
    ]


def test_crawl_report_adds_up(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.sql(
        "SELECT run_id, due, captures, errors, pages, articles, lists, empty, failed, parse_yield "
        "FROM marts.crawl_report WHERE site = 'akşam' ORDER BY day"
    ).fetchall()
    counts = (28, 1, 27, 24, 1, 1, 1)
    assert rows == [
        ("20260302T060000-ab12", 62, *counts, pytest.approx(25 / 27)),
        (None, None, *counts, pytest.approx(25 / 27)),
    ]
