"""Is the card more clickbait than the story's own headline? The wordings of one story, compared in pairs."""

import math
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from pipelines import __version__
from pipelines.analysis.exposure import CLICKBAIT_FROM
from pipelines.analysis.tables import shaped
from pipelines.lake.parts import frame
from pipelines.lake.schema import SHARPENING

Floats = NDArray[np.float64]
# Each comparison: the form read in full, and the forms that stand for what the teaser shows, the first known one.
FORMS = ("title", "headline", "display")
# Pairs that changed class below which McNemar's test could not reject at 0.05 whatever they say.
FEWEST_CHANGED = 5
METHOD = "wordings of one story in pairs: McNemar's mid-p, Student's t, Wilcoxon's signed ranks"
COMPARED = {"article": ("title", ("display", "headline")), "card": ("headline", ("display",))}


def sharpening(variants: pl.DataFrame) -> pl.DataFrame:
    """How much more clickbait teasers are than the stories they lead to, by site, in the schema of SHARPENING.

    Takes HEADLINE_VARIANTS. `article` compares what teasers show with the title above the story, `card` the text shown
    with the fuller headline of the same teaser, where it differs. The unit is the story: the clickbait probabilities of
    its wordings in a form are averaged by how often each was shown. Where fewer than two stories differ, interval and
    p-values are null; McNemar's where fewer than five changed class.
    """
    forms = (
        variants.filter(pl.col("clickbait").is_not_null())
        .group_by("site", "target_id", "form")
        .agg(
            clickbait=(pl.col("clickbait") * pl.col("shown")).sum() / pl.col("shown").sum(), times=pl.col("shown").sum()
        )
        .sort("site", "target_id", "form")
        .pivot("form", on_columns=FORMS, index=["site", "target_id"], values=["clickbait", "times"])
    )
    rows = []
    for (site,), of_site in forms.group_by("site", maintain_order=True):
        for compared, (full, shown) in COMPARED.items():
            pairs = of_site.select(
                full=pl.col(f"clickbait_{full}"),
                shown=pl.coalesce(f"clickbait_{form}" for form in shown),
                times=pl.coalesce(f"times_{form}" for form in shown),
            ).drop_nulls()
            if pairs.height:
                found = _compared(pairs["full"].to_numpy(), pairs["shown"].to_numpy())
                basis = {"n_articles": pairs.height, "n_exposures": pairs["times"].sum(), "method": METHOD}
                basis |= {"strata": "site × story", "seed": 0, "code_version": __version__}
                rows.append({"site": site, "compared": compared, **basis, **found})
    return shaped(SHARPENING, frame(SHARPENING, rows))


def mean_change(full: Floats, shown: Floats, level: float = 0.95) -> tuple[float, float, float] | None:
    """Mean of shown − full with its interval by the paired t-test; None for fewer than two pairs or equal changes.

    Source: Student, "The probable error of a mean", Biometrika 6, 1908.
    """
    change = shown - full
    if len(change) < 2 or np.ptp(change) < 1e-12:
        return None
    reach = float(stats.t.ppf((1 + level) / 2, len(change) - 1) * change.std(ddof=1) / math.sqrt(len(change)))
    mean = float(change.mean())
    return mean, max(-1.0, mean - reach), min(1.0, mean + reach)


def signed_rank_p(full: Floats, shown: Floats) -> float | None:
    """Wilcoxon's two-sided signed-rank test of the changes; stories that did not change are left out. None without two.

    Source: Wilcoxon, Biometrics Bulletin 1, 1945, as SciPy has it (exact without ties up to 50, else normal).
    """
    change = shown - full
    if np.count_nonzero(change) < 2:
        return None
    return float(stats.wilcoxon(change).pvalue)  # pyright: ignore[reportAttributeAccessIssue]


def mcnemar_p(only_shown: int, only_full: int) -> float | None:
    """McNemar's two-sided test, exact with mid-p: of the pairs that changed class, are half sharper?

    None for fewer than five such pairs: even if all went one way, p would be above 0.05, so that nothing can be told.

    Source: McNemar, Psychometrika 12, 1947; the mid-p form: Fagerland, Lydersen and Laake, BMC Medical Research
    Methodology 13, 2013.
    """
    n, fewer = only_shown + only_full, min(only_shown, only_full)
    if n < FEWEST_CHANGED:
        return None
    law: Any = stats.binom(n, 0.5)
    return float(min(1.0, 2 * law.cdf(fewer) - law.pmf(fewer)))


def _compared(full: Floats, shown: Floats) -> dict[str, Any]:
    sharper = int(((full < CLICKBAIT_FROM) & (shown >= CLICKBAIT_FROM)).sum())
    milder = int(((full >= CLICKBAIT_FROM) & (shown < CLICKBAIT_FROM)).sum())
    change = mean_change(full, shown)
    return {
        "stories": len(full),
        "changed": int(np.count_nonzero(shown != full)),
        "became_clickbait": sharper,
        "ceased_to_be": milder,
        "mcnemar_p": mcnemar_p(sharper, milder),
        "sharpening": change and change[0],
        "sharpening_low": change and change[1],
        "sharpening_high": change and change[2],
        "wilcoxon_p": signed_rank_p(full, shown),
    }
