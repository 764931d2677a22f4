"""Changed words are told apart without losing one, and headlines that keep company find a place in their network."""

from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.lake.parts import frame
from pipelines.lake.schema import CAPTURES, ITEMS, SHARPENING
from pipelines.report.headlines import company, laid_out, sharpened, word_runs
from pipelines.warehouse.dictionary import qualified, statements


def test_words_are_compared_without_case_or_punctuation() -> None:
    full, shown = word_runs("İstanbul’da köprü açıldı", "İSTANBUL’DA köprü: şok!")
    assert [(run.text, run.changed) for run in full] == [("İstanbul’da köprü", False), ("açıldı", True)]
    assert [(run.text, run.changed) for run in shown] == [("İSTANBUL’DA köprü:", False), ("şok!", True)]


@given(st.text(max_size=60), st.text(max_size=60))
def test_runs_keep_every_word_in_order(full: str, shown: str) -> None:
    for text, runs in zip((full, shown), word_runs(full, shown), strict=True):
        assert " ".join(run.text for run in runs).split() == text.split()


@given(st.text(max_size=60))
def test_a_headline_has_no_changes_to_itself(text: str) -> None:
    assert not any(run.changed for runs in word_runs(text, text) for run in runs)


def _pairs(*met: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "target_a": [a for a, _ in met],
            "target_b": [b for _, b in met],
            "headline_a": [f"Headline {a}" for a, _ in met],
            "headline_b": [f"Headline {b}" for _, b in met],
            "clickbait_a": [0.2] * len(met),
            "clickbait_b": [0.2] * len(met),
            "blocks": [2] * len(met),
        }
    )


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(lambda pair: pair[0] < pair[1]), min_size=1).map(
        lambda pairs: sorted(set(pairs))
    )
)
def test_every_headline_has_a_place_of_its_own_and_every_tie_joins_two(met: list[tuple[int, int]]) -> None:
    pairs = _pairs(*((f"{a:02}", f"{b:02}") for a, b in met))
    nodes, ties = laid_out(pairs)
    stories = {story for pair in met for story in pair}
    assert nodes["number"].to_list() == list(range(1, min(12, len(stories)) + 1))
    places = list(nodes.select("x", "y").iter_rows())
    assert len(set(places)) == len(places)
    assert all(-1e-9 <= x <= 1 + 1e-9 and -1e-9 <= y <= 1 + 1e-9 for x, y in places)
    for x, y, x2, y2 in ties.select("x", "y", "x2", "y2").iter_rows():
        assert {(x, y), (x2, y2)} <= set(places)
    if len(stories) <= 12:
        assert ties.height == len(met)


def test_the_same_pairs_give_the_same_picture() -> None:
    pairs = _pairs(("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("d", "e"))
    nodes, ties = laid_out(pairs)
    again, ties_again = laid_out(pairs.reverse())
    assert nodes.equals(again)
    assert ties.sort(ties.columns).equals(ties_again.sort(ties.columns))


def test_where_there_is_no_room_for_all_those_with_most_ties_are_drawn() -> None:
    star = _pairs(*(("00", f"{n:02}") for n in range(1, 20)))
    nodes, _ = laid_out(star)
    assert nodes.height == 12
    assert nodes["headline"][0] == "Headline 00"


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables behind the sharpened headlines, with one pair of wordings and one label."""
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA marts")
        for table in (CAPTURES, ITEMS, SHARPENING):
            for statement in statements(table):
                con.execute(statement)
        con.execute(
            "CREATE TABLE marts.sharpened_headlines AS FROM (VALUES "
            "('a', 'The minister resigned today', 'You will not believe who resigned', 0.1, 0.9, 0.8, 1), "
            "('a', 'The minister resigned today', 'Next story', 0.1, 0.99, 0.89, 1)) "
            "AS t (site, full_headline, shown_headline, full_clickbait, shown_clickbait, sharpening, captures)"
        )
        yield con


def _average(site: str, compared: str, low: float | None, high: float | None) -> dict[str, Any]:
    counts = {"stories": 40, "changed": 9, "became_clickbait": 3, "ceased_to_be": 1, "code_version": "test"}
    return {"site": site, "compared": compared, "sharpening_low": low, "sharpening_high": high} | counts


def test_a_label_on_a_card_is_no_sharpened_headline(con: duckdb.DuckDBPyConnection) -> None:
    figure = sharpened(lambda sql: con.sql(sql).pl())
    assert figure.rows["shown_headline"].to_list() == ["You will not believe who resigned"]
    assert "1 of 1 such pairs are more clickbait, and 0 are not" in figure.reading
    assert "on average" not in figure.reading


def test_beside_the_sharpest_pairs_stands_what_holds_on_average(con: duckdb.DuckDBPyConnection) -> None:
    rows = [
        _average("a", "card", 0.1, 0.2),
        _average("b", "card", -0.1, 0.2),
        _average("c", "card", -0.2, -0.1),
        _average("d", "card", None, None),
        _average("d", "article", 0.1, 0.2),
    ]
    con.register("given", frame(SHARPENING, rows))
    con.execute(f"INSERT INTO {qualified(SHARPENING)} FROM given")
    reading = sharpened(lambda sql: con.sql(sql).pl()).reading
    assert "more clickbait on average at 1 of 3 sites where that can be told, and less at 1" in reading


def test_pairs_that_hold_between_two_groups_are_counted_and_belong_to_no_network(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(
        "CREATE TABLE marts.headline_company AS "
        "SELECT 's' AS site, community, a AS headline_a, b AS headline_b, 2 AS blocks, 0.1 AS expected, "
        "20.0 AS lift, q, 0.1 AS clickbait_a, 0.9 AS clickbait_b, a AS target_a, b AS target_b "
        "FROM (VALUES (1, 'a', 'b', 0.01), (2, 'c', 'd', 0.01), (NULL, 'b', 'c', 0.01), (NULL, 'a', 'd', 0.5)) "
        "AS t (community, a, b, q); "
        "CREATE VIEW marts.headline_pairs AS FROM marts.headline_company; "
        "CREATE TABLE core.exposures (capture_id VARCHAR)"
    )
    figure = company(lambda sql: con.sql(sql).pl())
    assert figure.rows.height == 3
    assert "4 pairs tried, of which 3 hold between 4 headlines" in figure.basis
    assert [panel.title for panel in figure.panels] == ["s, group 1", "s, group 2"]
    assert figure.panels[0].key == ["a – clickbait 0.10", "b – clickbait 0.90"]
