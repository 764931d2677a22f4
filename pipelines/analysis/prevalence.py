"""How much clickbait stands beside stories at all: counted, expected, and corrected for the classifier's errors.

Three answers to one question, side by side. What stands beside which stories is in `contrast`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from narwhals.typing import IntoLazyFrame

from pipelines import __version__
from pipelines.analysis.exposure import CLICKBAIT_FROM
from pipelines.analysis.mantel_haenszel import Interval
from pipelines.analysis.misclassification import Gold
from pipelines.analysis.tables import ALL, shaped
from pipelines.lake.engine import collected, compact
from pipelines.lake.parts import frame
from pipelines.lake.schema import CLICKBAIT_SHARES

METHOD = "shares of teasers; Rogan and Gladen's correction, gold and stories drawn together"
_DRAWS = 4_000


def clickbait_shares(
    exposures: IntoLazyFrame, *, golds: Mapping[str, Gold] | None = None, seed: int = 0
) -> pl.DataFrame:
    """Clickbait among the teasers beside stories per site and block kind, in the schema of CLICKBAIT_SHARES.

    A teaser is one target beside one host in one kind of block, however often captured; its probability is the mean
    over its captures. Kind `all` counts it once in each kind. Teasers without a probability count for nothing. `golds`
    names, by site, how the classifier did on headlines read by hand; without it nothing is corrected.
    """
    by_host = collected(_by_host(compact(nw.from_native(exposures), "host_id", "target_id")))
    return shaped(CLICKBAIT_SHARES, frame(CLICKBAIT_SHARES, _rows(by_host, golds or {}, seed)))


def corrected_share(called: np.ndarray, teasers: np.ndarray, gold: Gold, *, seed: int = 0) -> Interval | None:
    """The true share of clickbait behind what is called so among each host's teasers, with a 95 % interval.

    (share + specificity − 1) / (sensitivity + specificity − 1), kept within 0 and 1. The interval draws gold (both
    rates from Beta distributions under Jeffreys' prior) and hosts (the normal distribution of a share over clusters)
    together. None where the classifier may be no better than chance, or a single host says nothing of how much hosts
    differ.

    Source: Rogan and Gladen, "Estimating prevalence from the results of a screening test", American Journal of
    Epidemiology 107, 1978.
    """
    if len(teasers) < 2:
        return None
    random = np.random.default_rng(seed)
    rates = [
        random.beta(right + 0.5, of - right + 0.5, _DRAWS)
        for right, of in ((gold.clickbait_right, gold.clickbait), (gold.other_right, gold.other))
    ]
    youden = rates[0] + rates[1] - 1
    if np.quantile(youden, 0.025) <= 0:
        return None
    share = called.sum() / teasers.sum()
    # Of a ratio of sums over clusters (Cochran 1977, Sampling Techniques, section 6.3).
    residuals = called - share * teasers
    error = np.sqrt(len(teasers) / (len(teasers) - 1) * np.sum(residuals**2)) / teasers.sum()
    shares = random.normal(share, error, _DRAWS)
    low, high = np.quantile((shares + rates[1] - 1) / np.maximum(youden, 1e-3), [0.025, 0.975])
    estimate = (share + gold.other_right / gold.other - 1) / gold.youden
    return Interval(*(float(np.clip(value, 0, 1)) for value in (estimate, low, high)))


def _by_host(exposures: nw.LazyFrame) -> nw.LazyFrame:
    """Per host and kind: teasers with a probability, how many are called clickbait, and how many are expected to be."""
    teasers = (
        exposures.filter(~nw.col("item_clickbait").is_null())
        .group_by("site", "kind", "host_id", "target_id")
        .agg(clickbait=nw.col("item_clickbait").mean(), exposures=nw.len().cast(nw.Int64()))
    )
    return (
        teasers.with_columns(called=(nw.col("clickbait") >= CLICKBAIT_FROM).cast(nw.Int64()))
        .group_by("site", "kind", "host_id")
        .agg(
            nw.col("exposures", "called").sum(),
            teasers=nw.len().cast(nw.Int64()),
            expected=nw.col("clickbait").sum(),
        )
    )


def _rows(by_host: pl.DataFrame, golds: Mapping[str, Gold], seed: int) -> Iterator[dict[str, Any]]:
    counts = pl.col("teasers", "called", "expected", "exposures").sum()
    of_all = by_host.group_by("site", "host_id").agg(counts).with_columns(kind=pl.lit(ALL))
    every = pl.concat([by_host, of_all.select(by_host.columns)]).sort("site", "kind", "host_id")
    for (site, kind), hosts in every.group_by("site", "kind", maintain_order=True):
        called, teasers = hosts["called"].to_numpy(), hosts["teasers"].to_numpy()
        gold = golds.get(str(site))
        corrected = corrected_share(called, teasers, gold, seed=seed) if gold else None
        yield {
            "site": site,
            "kind": kind,
            "hosts": hosts.height,
            "teasers": int(teasers.sum()),
            "called": int(called.sum()),
            "expected": hosts["expected"].sum(),
            "share_called": called.sum() / teasers.sum(),
            "share_expected": hosts["expected"].sum() / teasers.sum(),
            "share_corrected": corrected.estimate if corrected else None,
            "share_corrected_low": corrected.low if corrected else None,
            "share_corrected_high": corrected.high if corrected else None,
            "n_articles": hosts.height,
            "n_exposures": int(hosts["exposures"].sum()),
            "method": METHOD,
            "strata": "site × kind",
            "seed": seed,
            "code_version": __version__,
        }
