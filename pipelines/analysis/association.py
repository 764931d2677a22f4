"""How far two things that are counted together are from independence: formulas over columns of counts.

Each takes the joint count, the two margins and the total as Polars expressions, and is null, never NaN or infinite,
where the counts cannot tell. What is counted is decided by the modules that use them.
"""

import polars as pl


def expected(row: pl.Expr, column: pl.Expr, total: pl.Expr) -> pl.Expr:
    """The joint count under independence with these margins: row × column / total."""
    return row.cast(pl.Float64) * column.cast(pl.Float64) / total.cast(pl.Float64)


def lift(joint: pl.Expr, row: pl.Expr, column: pl.Expr, total: pl.Expr) -> pl.Expr:
    """joint / expected: 1 under independence, 0 when never together.

    Source: Brin, Motwani, Ullman and Tsur, "Dynamic itemset counting and implication rules", SIGMOD 1997 (as
    *interest*).
    """
    return joint.cast(pl.Float64) / expected(row, column, total)


def npmi(joint: pl.Expr, row: pl.Expr, column: pl.Expr, total: pl.Expr) -> pl.Expr:
    """Normalised pointwise mutual information ln(lift) / −ln(joint / total), in −1–1.

    1 when each occurs only with the other, 0 under independence, −1 when never together (its limit). Null when the
    joint count is the total: what always happens carries no information, and the formula is 0 / 0.

    Source: Bouma, "Normalized (pointwise) mutual information in collocation extraction", GSCL 2009, equation 7.
    """
    together = pl.when((joint > 0) & (joint < total)).then(joint)
    value = lift(together, row, column, total).log() / -(together.cast(pl.Float64) / total.cast(pl.Float64)).log()
    return pl.when(joint == 0).then(-1.0).otherwise(value.clip(-1.0, 1.0))
