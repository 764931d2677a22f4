"""How headlines live: how long they stand, which keep each other's company, and how they are sharpened."""

from difflib import SequenceMatcher
from typing import Any, Final

import igraph
import polars as pl

from pipelines.lake.text import headline_key
from pipelines.report import plots
from pipelines.report.figure import (
    HOLDS,
    LEAST_A_SIDE,
    LEAST_STORIES,
    MOST_PANELS,
    Ask,
    Figure,
    Pair,
    Panel,
    Run,
    counted,
    largest,
    pages_basis,
    panel,
)

_PAIRS_SHOWN: Final = 12
_PAIRS_LISTED: Final = 200  # in the numbers behind them
_MOST_TOGETHER: Final = 12  # headlines of a community that are drawn; more would hide each other
_SHORTEST: Final = 15  # characters; a shorter text on a teaser is a label (“Next”, a rank) and no headline
_EXPOSED: Final = "SELECT capture_id FROM core.exposures"


def standing(ask: Ask) -> Figure:
    """How long teaser headlines stand, between the two bounds that captures leave, a panel a site."""
    sql = """\
SELECT site, wording, hours, headlines, gone, standing_low, standing_high
FROM marts.lifetimes
ORDER BY site, wording, hours"""
    rows = ask(sql)
    drawn = rows.filter(pl.col("headlines") >= LEAST_STORIES, pl.col("gone") >= LEAST_A_SIDE)
    seen = rows.unique(["site", "wording"])
    note = None
    if drawn.is_empty():
        note = (
            f"No site has {LEAST_STORIES} headlines of one wording of which {LEAST_A_SIDE} were seen to go. A headline "
            "is seen to go when a story that showed it is captured again without it, so stories have to be captured "
            "more than once."
        )
    return Figure(
        "lifetimes",
        "How long headlines stand",
        "Share of teaser headlines that still stand some hours after they were first seen. A capture knows an interval "
        "and never a moment, so each bar runs from the least to the most that the captures allow; it is no confidence "
        "interval. Bars that overlap tell no difference.",
        pages_basis(ask, counted(int(seen["headlines"].sum()), "headline", "headlines"), _EXPOSED),
        sql,
        rows,
        panels=[
            panel(site, plots.standing(drawn.filter(pl.col("site") == site)), f"Share still standing on {site}")
            for site in largest(drawn, "headlines")
        ],
        note=note,
    )


def company(ask: Ask) -> Figure:
    """The largest groups of headlines that stand together more often than chance, each a network."""
    sql = f"""\
SELECT
    site, community, headline_a, headline_b, blocks, expected, lift, q, clickbait_a, clickbait_b, target_a, target_b
FROM marts.headline_company
WHERE q < {HOLDS}
ORDER BY site, community NULLS LAST, q, blocks DESC, target_a, target_b"""
    rows = ask(sql)
    stories = pl.concat([rows.select("site", story="target_a"), rows.select("site", story="target_b")]).unique()
    tried = ask("SELECT count(*) FROM marts.headline_pairs").item()
    note = None
    if rows.is_empty():
        note = (
            f"Of {counted(tried, 'pair', 'pairs')} of headlines that met in two distinct lists or more, none met more "
            "often than chance after correcting for their number."
            if tried
            else "No two headlines met in two distinct lists yet."
        )
    return Figure(
        "company",
        "Which headlines keep each other's company",
        "Headlines tied by a line stand in the same lists more often than lists filled by chance within the day would "
        f"have them (q below {HOLDS}); the thicker, the more lists. Orange ones are clickbait with a probability of "
        f"one half or more. The largest groups are drawn, of each the {_MOST_TOGETHER} headlines with most ties.",
        pages_basis(
            ask,
            f"{counted(tried, 'pair', 'pairs')} tried, of which {rows.height:,} hold "
            f"between {counted(stories.height, 'headline', 'headlines')},",
            _EXPOSED,
        ),
        sql,
        rows,
        panels=_networks(rows),
        note=note,
    )


def _networks(pairs: pl.DataFrame) -> list[Panel]:
    sizes = (
        pairs.drop_nulls("community")  # null: the pair ties two groups
        .group_by("site", "community")
        .agg(size=pl.concat_list("target_a", "target_b").explode().n_unique())
        .sort("size", "site", "community", descending=[True, False, False])
    )
    panels = []
    for site, community, _ in sizes.head(MOST_PANELS).iter_rows():
        nodes, ties = laid_out(pairs.filter(pl.col("site") == site, pl.col("community") == community))
        key = [_keyed(*row) for row in nodes.select("headline", "clickbait").iter_rows()]
        title = f"{site}, group {community}"
        panels.append(panel(title, plots.network(nodes, ties), f"Network of headlines: {title}", key))
    return panels


def _keyed(headline: str | None, clickbait: float | None) -> str:
    return (headline or "(no wording)") + (f" – clickbait {clickbait:.2f}" if clickbait is not None else "")


def laid_out(pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Where to draw one community: its headlines with most ties, and the ties between them.

    Headlines come as number (from 1), headline, clickbait, x, y, with x and y between 0 and 1 by Kamada and Kawai's
    springs from a circle, so the same pairs always give the same picture; ties as x, y, x2, y2, blocks.
    """
    pairs = pairs.sort("target_a", "target_b")
    sides = [
        pairs.select(story=f"target_{side}", headline=f"headline_{side}", clickbait=f"clickbait_{side}")
        for side in ("a", "b")
    ]
    nodes = (
        pl.concat(sides)
        .group_by("story")
        .agg(pl.len().alias("ties"), pl.col("headline", "clickbait").first())
        .sort("ties", "story", descending=[True, False])
        .head(_MOST_TOGETHER)
        .with_row_index("number", offset=1)
    )
    drawn = nodes["story"].implode()
    kept = pairs.filter(pl.col("target_a").is_in(drawn), pl.col("target_b").is_in(drawn))
    index = dict(nodes.select("story", pl.col("number") - 1).iter_rows())
    graph = igraph.Graph(
        n=nodes.height, edges=[(index[a], index[b]) for a, b in kept.select("target_a", "target_b").iter_rows()]
    )
    layout = graph.layout_kamada_kawai(seed=graph.layout_circle())
    layout.fit_into((0, 0, 1, 1), keep_aspect_ratio=False)
    x, y = zip(*layout.coords, strict=True)
    placed = nodes.with_columns(x=pl.Series(x, dtype=pl.Float64), y=pl.Series(y, dtype=pl.Float64))
    ends = placed.select("story", "x", "y")
    ties = (
        kept.select("target_a", "target_b", "blocks")
        .join(ends, left_on="target_a", right_on="story", maintain_order="left")
        .join(ends.rename({"x": "x2", "y": "y2"}), left_on="target_b", right_on="story", maintain_order="left")
    )
    return placed.drop("story", "ties"), ties.drop("target_a", "target_b")


def sharpened(ask: Ask) -> Figure:
    """Headlines whose card is more clickbait than their full wording, with the changed words told apart."""
    sql = f"""\
WITH pairs AS (
    SELECT DISTINCT ON (site, full_headline, shown_headline)
        site, full_headline, shown_headline, full_clickbait, shown_clickbait, sharpening, captures
    FROM marts.sharpened_headlines
    WHERE sharpening IS NOT NULL AND length(shown_headline) >= {_SHORTEST}
    ORDER BY site, full_headline, shown_headline, captures DESC
)
SELECT *, count(*) OVER () AS pairs, count_if(sharpening > 0) OVER () AS sharper_pairs
FROM pairs
ORDER BY sharpening DESC, captures DESC, site, full_headline, shown_headline
LIMIT {_PAIRS_LISTED}"""
    rows = ask(sql)
    most = rows.filter(pl.col("sharpening") > 0).head(_PAIRS_SHOWN)
    pairs, sharper = rows.select("pairs", "sharper_pairs").row(0) if rows.height else (0, 0)
    note = None if most.height else "No teaser was seen that words a story's headline more sharply than its full form."
    return Figure(
        "sharpened",
        "How headlines are sharpened",
        f"The full headline, and what the teaser shows of it; changed words are marked. On the teaser {sharper:,} of "
        f"{pairs:,} such pairs are more clickbait, and {pairs - sharper:,} are not; those that gain most are shown, so "
        f"they are no fair sample.{_on_average(ask)} Texts below {_SHORTEST} characters are labels and left out.",
        pages_basis(ask, f"{counted(pairs, 'pair', 'pairs')} of wordings", "SELECT capture_id FROM core.items"),
        sql,
        rows,
        pairs=[_pair(row) for row in most.iter_rows(named=True)],
        note=note,
    )


def _on_average(ask: Ask) -> str:
    """At which sites cards are more or less clickbait over all stories, as a sentence; empty where none can be told."""
    rows = ask(
        "SELECT site, sharpening_low, sharpening_high FROM marts.sharpening "
        "WHERE compared = 'card' AND sharpening_low IS NOT NULL ORDER BY site"
    )
    more, less = rows.filter(pl.col("sharpening_low") > 0), rows.filter(pl.col("sharpening_high") < 0)
    if rows.is_empty():
        return ""
    return (
        f" Over all stories of a site the teaser is more clickbait on average at {more.height} of "
        f"{counted(rows.height, 'site', 'sites')} where that can be told, and less at {less.height} (95% intervals, "
        "not corrected for the number of sites)."
    )


def word_runs(full: str, shown: str) -> tuple[list[Run], list[Run]]:
    """Both wordings as runs of words, those without a counterpart in the other marked; by folded word."""
    left, right = full.split(), shown.split()
    matcher = SequenceMatcher(None, list(map(headline_key, left)), list(map(headline_key, right)), autojunk=False)
    runs: tuple[list[Run], list[Run]] = ([], [])
    for tag, i, j, k, m in matcher.get_opcodes():
        for side, words in zip(runs, (left[i:j], right[k:m]), strict=True):
            if words:
                side.append(Run(" ".join(words), tag != "equal"))
    return runs


def _pair(row: dict[str, Any]) -> Pair:
    full, shown = word_runs(row["full_headline"], row["shown_headline"])
    return Pair(row["site"], full, shown, row["full_clickbait"], row["shown_clickbait"])
