"""How long headlines stand: survival from captures that know an interval and never a moment."""

from itertools import pairwise

import narwhals as nw
import numpy as np
import polars as pl
from narwhals.typing import IntoLazyFrame
from numpy.typing import NDArray

from pipelines import __version__
from pipelines.analysis.exposure import CLICKBAIT_FROM
from pipelines.analysis.tables import shaped
from pipelines.lake.engine import collected
from pipelines.lake.parts import frame
from pipelines.lake.schema import LIFETIMES

Floats = NDArray[np.float64]

HOURS = (1, 3, 6, 12, 24, 48, 96, 168)
METHOD = "Turnbull's estimate for durations known to lie in intervals"
_STEPS, _SETTLED, _NO_MASS = 5_000, 1e-9, 1e-300


def lifetimes(exposures: IntoLazyFrame, captures: IntoLazyFrame) -> pl.DataFrame:
    """Share of teaser headlines still standing some hours after they were first seen, in the schema of LIFETIMES.

    By site and whether the wording is clickbait. A headline that was seen last at one capture and was missing from the
    next capture of a story that had shown it went in between; one whose stories were not captured again afterwards
    stands for at least as long as it was seen (censored). Time counts from the first capture with it, so that it is
    less than the true age. Headlines without a clickbait probability are left out.
    """
    shown = _shown(nw.from_native(exposures), nw.from_native(captures))
    seen = _in_hours(collected(_seen(shown, nw.from_native(exposures), nw.from_native(captures))))
    rests = {(site, is_clickbait): counts for site, is_clickbait, *counts in collected(_rests_on(shown)).iter_rows()}
    rows = []
    for (site, is_clickbait), part in seen.sort("site", "is_clickbait", "low", "high").group_by(
        "site", "is_clickbait", maintain_order=True
    ):
        low, high = part["low"].to_numpy(), part["high"].fill_null(np.inf).to_numpy()
        ends, mass = turnbull(low, high)
        for hours in HOURS:
            least, most = still_there(ends, mass, float(hours))
            rows.append(
                {
                    "site": site,
                    "wording": "clickbait" if is_clickbait else "plain",
                    "hours": hours,
                    "headlines": part.height,
                    "gone": int(np.isfinite(high).sum()),
                    "standing_low": least,
                    "standing_high": most,
                    "n_articles": rests[site, is_clickbait][0],
                    "n_exposures": rests[site, is_clickbait][1],
                    "method": METHOD,
                    "strata": "site × wording",
                    "seed": 0,
                    "code_version": __version__,
                }
            )
    return shaped(LIFETIMES, frame(LIFETIMES, rows))


def turnbull(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The likeliest distribution of durations known to lie in (low, high]: intervals k × 2 and the mass in each.

    `high` is infinite where the end was not seen; low = high is a duration known exactly. Mass can lie only in
    intervals that begin at some low and end at the next high; how it lies within them nothing says. Found by
    expectation and maximisation. With exact and right-censored durations this is Kaplan and Meier's estimate.

    Source: Turnbull, "The empirical distribution function with arbitrarily grouped, censored and truncated data",
    JRSS B 38, 1976; Kaplan and Meier, JASA 53, 1958.
    """
    pairs, times = np.unique(np.column_stack([low, high]), axis=0, return_counts=True)
    # At one point an exact duration begins first (0), intervals end (1), and open ones begin after it (2).
    begin = [(low, 0 if low == high else 2) for low, high in pairs]
    points = sorted({*begin, *((high, 1) for _, high in pairs)})
    inner = [(first, second) for first, second in pairwise(points) if first[1] != 1 and second[1] == 1]
    order = {point: rank for rank, point in enumerate(points)}
    # The inner intervals within one that was seen follow each other, so that sums over them are differences of sums.
    begins = np.searchsorted([order[first] for first, _ in inner], [order[point] for point in begin])
    ends = np.searchsorted([order[second] for _, second in inner], [order[high, 1] for _, high in pairs], side="right")
    mass = np.full(len(inner), 1 / max(1, len(inner)))
    for _ in range(_STEPS):
        summed = np.concatenate([[0.0], np.cumsum(mass)])
        weight = times / np.maximum(summed[ends] - summed[begins], _NO_MASS)
        changes = np.bincount(begins, weight, len(inner) + 1) - np.bincount(ends, weight, len(inner) + 1)
        new = mass * np.cumsum(changes)[:-1] / times.sum()
        settled = np.abs(new - mass).max(initial=0.0) < _SETTLED
        mass = new
        if settled:
            break
    return np.array([(first[0], second[0]) for first, second in inner]).reshape(-1, 2), mass


def still_there(intervals: Floats, mass: Floats, time: float) -> tuple[float, float]:
    """Bounds of the share of durations longer than `time`: mass in an interval around it may lie on either side."""
    surely, perhaps = intervals[:, 0] >= time, intervals[:, 1] > time
    return float(mass[surely].sum()), float(mass[perhaps].sum())


def _shown(exposures: nw.LazyFrame, captures: nw.LazyFrame) -> nw.LazyFrame:
    """Exposures whose wording is known to be clickbait or not, each with the time of its capture."""
    return (
        exposures.with_columns(headline=nw.coalesce("display_id", "headline_id"))
        .filter(~nw.col("item_clickbait").is_null() & ~nw.col("headline").is_null())
        .select("site", "headline", "host_id", "capture_id", "item_clickbait")
        .join(captures.select("capture_id", "captured_at"), on="capture_id")
    )


def _rests_on(shown: nw.LazyFrame) -> nw.LazyFrame:
    """By site and wording (clickbait or not): the hosts beside which such headlines stood, and the exposures."""
    return (
        shown.with_columns(
            is_clickbait=nw.col("item_clickbait").mean().over("site", "headline") >= CLICKBAIT_FROM,
        )
        .group_by("site", "is_clickbait")
        .agg(articles=nw.col("host_id").n_unique().cast(nw.Int64()), exposures=nw.len().cast(nw.Int64()))
        .select("site", "is_clickbait", "articles", "exposures")
    )


def _seen(shown: nw.LazyFrame, exposures: nw.LazyFrame, captures: nw.LazyFrame) -> nw.LazyFrame:
    """Each headline with when it was seen first and last, and when it was surely gone (null: not seen)."""
    headline, at = ["site", "headline"], nw.col("captured_at")
    times = captures.select("capture_id", "captured_at")
    life = shown.group_by(headline).agg(first=at.min(), last=at.max(), clickbait=nw.col("item_clickbait").mean())
    visits = exposures.select("host_id", "capture_id").unique().join(times, on="capture_id").drop("capture_id")
    gone = (
        shown.select(*headline, "host_id")
        .unique()
        .join(life, on=headline)
        .join(visits, on="host_id")
        .filter(at > nw.col("last"))
        .group_by(headline)
        .agg(gone=at.min())
    )

    return (
        life.join(gone, on=headline, how="left")
        .with_columns(is_clickbait=nw.col("clickbait") >= CLICKBAIT_FROM)
        .select("site", "is_clickbait", "first", "last", "gone")
    )


def _in_hours(seen: pl.DataFrame) -> pl.DataFrame:
    """Rows of `_seen` with the hours for which each headline was surely there, and after which surely gone."""

    def hours(end: str) -> pl.Expr:
        return (pl.col(end) - pl.col("first")).dt.total_seconds() / 3600

    return seen.select("site", "is_clickbait", low=hours("last"), high=hours("gone"))
