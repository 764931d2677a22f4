"""Lift and NPMI on counts small enough to work out by hand."""

import math

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given

from pipelines.analysis import association


def measured(joint: int, row: int, column: int, total: int) -> dict[str, float | None]:
    counts = (pl.col("row"), pl.col("column"), pl.col("total"))
    table = pl.DataFrame({"joint": [joint], "row": [row], "column": [column], "total": [total]})
    return table.select(
        expected=association.expected(*counts),
        lift=association.lift(pl.col("joint"), *counts),
        npmi=association.npmi(pl.col("joint"), *counts),
    ).row(0, named=True)


def test_by_hand() -> None:
    # 8 of 100 together, margins 20 and 10: expected 20·10/100 = 2, lift 4, NPMI ln 4 / −ln 0.08.
    assert measured(8, 20, 10, 100) == {
        "expected": 2.0,
        "lift": 4.0,
        "npmi": pytest.approx(math.log(4) / -math.log(0.08)),
    }


def test_only_together_is_one() -> None:
    assert measured(5, 5, 5, 20)["npmi"] == pytest.approx(1)


def test_never_together_is_minus_one() -> None:
    assert measured(0, 5, 5, 20) == {"expected": 1.25, "lift": 0.0, "npmi": -1.0}


def test_what_always_happens_tells_nothing() -> None:
    assert measured(7, 7, 7, 7) == {"expected": 7.0, "lift": 1.0, "npmi": None}


def test_counts_beyond_32_bits() -> None:
    assert measured(2**40, 2**41, 2**41, 2**42) == {"expected": 2.0**40, "lift": 1.0, "npmi": pytest.approx(0)}


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_independence_has_lift_one_and_npmi_zero(row: int, column: int, scale: int) -> None:
    # Margins row·s and column·s of row·column·s·… : joint × total = row × column by construction.
    found = measured(row * column, row * column * scale, row * column, row * column * scale)
    assert found["lift"] == pytest.approx(1)
    assert found["npmi"] is None if scale == 1 else found["npmi"] == pytest.approx(0, abs=1e-12)


@given(st.data())
def test_npmi_is_within_its_bounds_and_no_further_from_nought_than_lift_says(data: st.DataObject) -> None:
    total = data.draw(st.integers(1, 1000))
    row, column = data.draw(st.integers(1, total)), data.draw(st.integers(1, total))
    joint = data.draw(st.integers(max(0, row + column - total), min(row, column)))
    found = measured(joint, row, column, total)
    if found["npmi"] is None:
        assert joint == total
    else:
        assert -1 <= found["npmi"] <= 1
        assert found["lift"] is not None
        assert (found["npmi"] > 1e-9) <= (found["lift"] > 1)
        assert (found["npmi"] < -1e-9) <= (found["lift"] < 1)
