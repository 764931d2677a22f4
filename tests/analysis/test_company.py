"""Pairs of headlines: counted by hand, their null by enumeration, and groups that were planted."""

import math
from itertools import combinations, product
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal
from scipy import stats

from pipelines import analysis
from pipelines.analysis.company import Law, meetings, more_than
from pipelines.lake.parts import check
from pipelines.lake.schema import EXPOSURES, HEADLINE_PAIRS
from tests.analysis.engines import in_duckdb
from tests.analysis.rows import MONDAY, TUESDAY, arbitrary_exposures, exposure, exposures_of
from tests.analysis.test_wordings import headlines


def blocks(**lists: str) -> pl.LazyFrame:
    """Blocks by name, each with one target a letter, each on a page of its own."""
    return exposures_of(
        exposure(f"host of {name}", target, content_hash=name, slot=slot)
        for name, targets in lists.items()
        for slot, target in enumerate(targets, 1)
    )


NONE = headlines()


def test_pairs_by_hand() -> None:
    found = analysis.headline_pairs(blocks(p="tuv", q="ut", r="tw", s="uv", z="xy"), headlines("headline of t"))
    check(HEADLINE_PAIRS, found)
    # Five blocks; t, u and v stand in 3, 3 and 2 of them, t with u in 2 (p, q), u with v in 2 (p, s); t with v once.
    told = found.drop("p", "q", "community", "n_articles", "n_exposures", "method", "strata", "seed", "code_version")
    assert told.to_dicts() == [
        {
            "site": "sabah",
            "target_a": "t",
            "target_b": "u",
            "headline_a": "words of headline of t",
            "headline_b": None,
            "blocks": 2,
            "blocks_a": 3,
            "blocks_b": 3,
            "support": 0.4,
            # Eleven places in blocks of 3, 2, 2, 2 and 2: 14 ordered pairs. N = (11 − 3) · 11 / 14 = 44/7; 9 / N.
            "expected": pytest.approx(63 / 44),
            "lift": pytest.approx(88 / 63),
            "npmi": pytest.approx(math.log(88 / 63) / -math.log(2 / 5)),
        },
        {
            "site": "sabah",
            "target_a": "u",
            "target_b": "v",
            "headline_a": None,
            "headline_b": None,
            "blocks": 2,
            "blocks_a": 3,
            "blocks_b": 2,
            "support": 0.4,
            "expected": pytest.approx(42 / 44),
            "lift": pytest.approx(88 / 42),
            "npmi": pytest.approx(math.log(88 / 42) / -math.log(2 / 5)),
        },
    ]


def test_one_list_on_many_pages_is_one_block() -> None:
    everywhere = exposures_of(
        exposure(host, target, content_hash="popular", capture_id=f"{host} at {hour}", day=day)
        for host in "ABCD"
        for hour in range(3)
        for day in (MONDAY, TUESDAY)
        for target in "tu"
    )
    assert analysis.headline_pairs(everywhere, NONE).is_empty()


def test_sites_are_told_apart() -> None:
    rows = [
        exposure("A", target, site=site, content_hash=name)
        for site, names in (("sabah", "p"), ("evening", "pq"))
        for name in names
        for target in "tu"
    ]
    found = analysis.headline_pairs(exposures_of(rows), NONE)
    # Always together in all blocks of the site: nothing to be surprised at.
    assert found.select("site", "blocks", "support", "lift", "npmi").rows() == [("evening", 2, 1.0, 1.0, None)]


def test_long_blocks_count_up_to_slot_fifty() -> None:
    rows = [exposure("A", f"{slot:03}", content_hash=name, slot=slot) for name in ("p", "q") for slot in range(1, 61)]
    found = analysis.headline_pairs(exposures_of(rows), NONE)
    assert found.height == 50 * 49 // 2
    assert found["target_b"].max() == "050"


def test_the_usual_wording_is_the_one_shown_most() -> None:
    rows = [
        exposure("A", target, content_hash=name, headline_id=f"{wording} {target}")
        for name, wording in (("p", "late"), ("q", "usual"), ("r", "usual"))
        for target in "tu"
    ]
    found = analysis.headline_pairs(exposures_of(rows), headlines("late t", "usual t", "late u", "usual u"))
    assert found.select("headline_a", "headline_b").rows() == [("words of usual t", "words of usual u")]


def test_pairs_of_nothing() -> None:
    found = analysis.headline_pairs(pl.LazyFrame(schema=EXPOSURES.schema), NONE)
    check(HEADLINE_PAIRS, found)
    assert found.is_empty()


@settings(max_examples=40, deadline=None)
@given(arbitrary_exposures())
def test_pairs_are_those_that_counting_by_hand_finds(exposures: pl.LazyFrame) -> None:
    found = analysis.headline_pairs(exposures, NONE)
    check(HEADLINE_PAIRS, found)
    lists: dict[tuple[str, str], set[str]] = {}
    for row in exposures.filter(pl.col("slot") <= 50).collect().iter_rows(named=True):
        lists.setdefault((row["site"], row["content_hash"]), set()).add(row["target_id"])
    met: dict[tuple[str, str, str], int] = {}
    for (site, _), targets in lists.items():
        for a, b in combinations(sorted(targets), 2):
            met[site, a, b] = met.get((site, a, b), 0) + 1
    counted = {tuple(key): blocks for *key, blocks in found.select(*HEADLINE_PAIRS.key, "blocks").rows()}
    assert counted == {pair: n for pair, n in met.items() if n >= 2}
    assert found.select((pl.col("blocks") <= pl.min_horizontal("blocks_a", "blocks_b")).all()).item()
    assert found.select(pl.col("lift").is_finite().all() & pl.col("npmi").is_between(-1, 1).all()).item()


@settings(max_examples=15, deadline=None)
@given(arbitrary_exposures())
def test_duckdb_pairs_the_same(exposures: pl.LazyFrame) -> None:
    known = headlines("headline of t", "headline of u")
    there = analysis.headline_pairs(in_duckdb(exposures), in_duckdb(known))
    assert_frame_equal(there, analysis.headline_pairs(exposures.reverse(), known))


def in_one(*values: float) -> tuple[np.ndarray, ...]:
    return tuple(np.array([value], dtype=float) for value in values)


def test_chance_meetings_are_those_of_every_filling() -> None:
    # Four blocks of two places; stories a, b, c, d in 3, 2, 2 and 1 of them. All fillings, each as likely.
    shown = {"a": 3, "b": 2, "c": 2, "d": 1}
    together = [
        sum({"a", "b"} <= set(block) for block in filled)
        for filled in product(combinations("abcd", 2), repeat=4)
        if all(sum(name in block for block in filled) == n for name, n in shown.items())
    ]
    mean, variance, *_ = meetings(*in_one(3, 2, 8, 8))
    # The law is exact where the other places are filled independently; so few places leave a tenth between the two.
    assert mean.item() == pytest.approx(np.mean(together), rel=0.12)
    assert variance.item() > 0


def test_chance_meetings_add_up_to_the_places_beside_a_story() -> None:
    # Sixty blocks of six: a story in 20 of them has 100 places beside it, and those of the others share them.
    shown = np.array([20.0] + [4.0] * 85)
    mean, *_ = meetings(shown[:1].repeat(85), shown[1:], np.full(85, 360.0), np.full(85, 1800.0))
    assert mean.sum() == pytest.approx(100)


def test_a_story_in_every_block_meets_every_other_wherever_it_stands() -> None:
    found = meetings(*in_one(60, 7, 360, 1800))
    assert (found.mean.item(), found.variance.item()) == (pytest.approx(7), 0.0)
    assert np.isnan(more_than(np.array([7.0]), found)).all()


@pytest.mark.parametrize("laws", [[(40, 17, 17)], [(40, 12, 9), (25, 6, 8)], [(200, 3, 4), (90, 2, 2), (30, 1, 5)]])
def test_the_tail_is_near_that_of_hypergeometric_draws(laws: list[tuple[int, int, int]]) -> None:
    exact, moments = np.ones(1), []
    for n, a, b in laws:
        law: Any = stats.hypergeom(n, a, b)
        exact = np.convolve(exact, law.pmf(np.arange(min(a, b) + 1)))
        moments.append((law.mean(), law.var(), float(law.stats(moments="s")) * law.var() ** 1.5, min(a, b)))
    met = np.arange(len(exact), dtype=float)
    expected = np.array([exact[k + 1 :].sum() + exact[k] / 2 for k in range(len(exact))])
    totals = (np.full(len(met), total) for total in np.sum(moments, axis=0))
    found = more_than(met, Law(*totals))
    assert found == pytest.approx(expected, abs=0.004)
    assert (found >= np.minimum(expected, 0.001) * 0.99).all()  # far out never less than it is


def test_moments_of_equal_blocks_are_hypergeometric() -> None:
    # Σm = 2·21, Σm(m − 1) = 42: N = (42 − 12) · 42 / 42 = 30.
    found, law = meetings(*in_one(12, 5, 42, 42)), stats.hypergeom(30, 12, 5)
    expected = [law.mean(), law.var(), float(law.stats(moments="s")) * law.var() ** 1.5, 5]
    assert [moment.item() for moment in found] == pytest.approx(expected, rel=1e-9)


def test_planted_company_is_found_and_makes_communities() -> None:
    random = np.random.default_rng(5)
    rows = []
    for block in range(120):
        group = "ABCD" if block % 2 else "EFGH"
        targets = [*random.permutation(list(group))[:3], *random.permutation([f"x{n}" for n in range(40)])[:4]]
        rows += [exposure(f"{block}", t, content_hash=f"{block}", slot=slot) for slot, t in enumerate(targets, 1)]
    found = analysis.headline_pairs(exposures_of(rows), NONE)
    within = pl.any_horizontal(
        pl.all_horizontal(pl.col(f"target_{side}").is_in(list(group)) for side in "ab") for group in ("ABCD", "EFGH")
    )
    planted = found.filter(within)
    assert planted.height == 12
    assert planted["q"].max() < 0.05  # pyright: ignore[reportOperatorIssue]
    assert planted.group_by("community").len()["len"].to_list() == [6, 6]
    assert found.filter(~within)["q"].min() > 0.1  # pyright: ignore[reportOperatorIssue]


def test_stories_of_one_day_are_no_company_for_that() -> None:
    random = np.random.default_rng(6)
    rows = [
        exposure(f"{day} {block}", f"{day}/{target}", content_hash=f"{day}/{block}", slot=slot, day=day)
        for day in (MONDAY, TUESDAY)
        for block in range(40)
        for slot, target in enumerate(random.permutation(12)[:5], 1)
    ]
    found = analysis.headline_pairs(exposures_of(rows), NONE)
    assert found["lift"].mean() == pytest.approx(1, abs=0.05)
    assert found["q"].min() > 0.05  # pyright: ignore[reportOperatorIssue]
