"""How unevenly comments spread, against values computed by hand, and what is not told."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from pipelines.analysis.comment_concentration import LEAST_COMMENTERS, LEAST_FOR_ONE_PERCENT, comment_concentration
from tests.analysis.threads import comment, comments_of


def spread(*written: int, **columns: str) -> dict[str, object]:
    """The measures of a site whose n-th commenter wrote `written[n]` comments."""
    rows = [
        comment(f"{n}-{at}", author_key=f"key {n}", **columns) for n, count in enumerate(written) for at in range(count)
    ]
    return comment_concentration(comments_of(rows)).row(0, named=True)


def test_all_alike_is_no_concentration() -> None:
    row = spread(*[2] * 30)
    assert row["gini"] == pytest.approx(0, abs=1e-12)
    assert row["top_10_share"] == pytest.approx(0.1)
    assert (row["commenters"], row["comments"], row["verdict"]) == (30, 60, "told")


def test_gini_and_top_share_by_hand() -> None:
    # 29 wrote one comment, one wrote 31: Σx = 60, Σ i·x_i = 29·30/2 + 30·31 = 1365, G = 2730/1800 − 31/30 = 0.48333.
    row = spread(*[1] * 29, 31)
    assert row["gini"] == pytest.approx(2730 / 1800 - 31 / 30)
    assert row["top_10_share"] == pytest.approx(33 / 60)
    assert row["top_1_share"] is None


def test_the_busiest_percent_is_told_where_it_is_three_people() -> None:
    row = spread(*[1] * (LEAST_FOR_ONE_PERCENT - 3), 10, 20, 30)
    assert row["top_1_share"] == pytest.approx(60 / (LEAST_FOR_ONE_PERCENT - 3 + 60))


def test_few_commenters_are_not_told_of() -> None:
    row = spread(*[1] * (LEAST_COMMENTERS - 1))
    assert (row["gini"], row["top_1_share"], row["top_10_share"]) == (None, None, None)
    assert row["verdict"] == "cannot be told: fewer than 30 commenters"
    assert row["commenters"] == LEAST_COMMENTERS - 1


def test_a_comment_counts_once_however_often_it_was_read_and_none_without_a_key() -> None:
    rows = [comment("a", author_key="x", author_key_from="name", capture_id=f"c{n}") for n in range(3)]
    found = comment_concentration(comments_of([*rows, comment("b", author_key="y"), comment("c")])).row(0, named=True)
    assert (found["commenters"], found["commenters_by_name"], found["comments"]) == (2, 1, 2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=30, max_size=40))
def test_gini_is_half_the_relative_mean_difference(written: list[int]) -> None:
    """The definition itself, over all pairs: G = Σ|x_i − x_j| / (2 n² mean)."""
    n, total = len(written), sum(written)
    differences = sum(abs(one - other) for one in written for other in written)
    assert spread(*written)["gini"] == pytest.approx(differences / (2 * n * total))
