"""Many tests at once: p-values adjusted for the false discovery rate."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def q_values(p: ArrayLike, *, hypotheses: int | None = None, dependent: bool = False) -> NDArray[np.float64]:
    """The least false discovery rate at which each test would be called a finding; NaN in, NaN out.

    Benjamini–Hochberg, for independent or positively dependent tests; with `dependent`, Benjamini–Yekutieli, which
    holds under any dependence at the price of a factor Σ 1/i. `hypotheses` is how many were looked at where not all are
    given (those left out must be the ones with larger p-values); by default as many as there are.

    Source: Benjamini and Hochberg, JRSS B 57, 1995; Benjamini and Yekutieli, Annals of Statistics 29, 2001.
    """
    values = np.asarray(p, dtype=float)
    known = np.flatnonzero(~np.isnan(values))
    m = max(len(known), hypotheses or 0)
    order = known[np.argsort(values[known], kind="stable")]
    scaled = values[order] * m / np.arange(1, len(order) + 1)
    if dependent:
        scaled *= (1 / np.arange(1, m + 1)).sum()
    q = np.full(len(values), np.nan)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q
