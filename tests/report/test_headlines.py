"""Changed words are told apart without losing one, and headlines that keep company find a place in their network."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.headlines import laid_out, word_runs


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
