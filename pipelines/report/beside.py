"""What stands beside hard news: the main answer, and the figures by topic, by site and by slot."""

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipelines.report import plots
from pipelines.report.figure import (
    HOLDS,
    LEAST_A_SIDE,
    LEAST_STORIES,
    Ask,
    Figure,
    counted,
    known_stories,
    largest,
    listed,
    panel,
    stories_basis,
    too_few,
)

# A row of contrasts that has an interval and rests on enough stories to show it.
_TELLING: Final = pl.col("difference_low").is_not_null() & (
    pl.col("hosts_hard") + pl.col("hosts_soft") >= LEAST_STORIES
)
_MOST_ROWS: Final = 30  # sites in the forest plot; the numbers have them all
_SITES: Final = pl.col("site") != "all"
_HOLDS: Final = pl.col("q").fill_null(1.0) < HOLDS

ANSWER_SQL: Final = """\
SELECT
    site, hosts_hard, hosts_soft, hosts_unknown, n_exposures, exposures_site_wide,
    share_hard, share_soft, difference, difference_low, difference_high, p, q,
    corrected_difference, corrected_difference_low, corrected_difference_high, strata, verdict
FROM marts.contrasts
WHERE kind = 'all' AND outcome = 'clickbait'
ORDER BY site <> 'all', site"""


@dataclass(frozen=True, slots=True)
class Answer:
    """The main answer: a headline, the sentence with its interval, what it says once the classifier's errors are
    allowed for, what holds for which site, and its basis. Where there is nothing to say, a part is empty."""

    headline: str
    sentence: str
    correction: str
    sites: str
    basis: str


def answer(ask: Ask) -> Answer:
    """Whether more clickbait stands beside hard news, in words with an interval: pooled, else of the only site."""
    rows = ask(ANSWER_SQL)
    basis = stories_basis(ask)
    if rows.is_empty():
        return Answer("Nothing can be told yet", "No story with teasers was classified.", "", "", basis)
    telling = rows.filter(_TELLING)
    by_site = _sites_in_words(rows.filter(_SITES))
    if telling.height != 1 and "all" not in telling["site"]:
        return Answer("Nothing can be told yet", _why_not(rows.row(0, named=True)), "", by_site, basis)
    row = telling.row(0, named=True)
    where = "Over the stories of all sites" if row["site"] == "all" else f"On {row['site']}"
    return Answer(
        _headline(row),
        f"{where}, the classifier calls on average {row['share_hard']:.0%} of the teasers beside a hard-news story "
        f"clickbait, and {row['share_soft']:.0%} beside another story: a difference of "
        f"{_with_interval(row, 'difference')}.",
        _correction(row),
        by_site,
        f"{basis} Stories are compared within {row['strata']}.",
    )


def _headline(row: dict[str, Any]) -> str:
    sign = _sign(row, "difference")
    if not sign:
        return "No difference can be told between hard news and other stories"
    more = "More" if sign > 0 else "Less"
    # A difference between labels that the classifier's errors could make is none between headlines.
    if row["corrected_difference"] is not None and _sign(row, "corrected_difference") != sign:
        return f"{more} is called clickbait beside hard news than beside other stories; whether more is, cannot be told"
    return f"{more} clickbait stands beside hard news than beside other stories"


def _correction(row: dict[str, Any]) -> str:
    if row["corrected_difference"] is None:
        return "The classifier's errors on these sites' language are not known, so nothing is corrected for them."
    return f"Corrected for the classifier's known errors it is {_with_interval(row, 'corrected_difference')}."


def _sign(row: dict[str, Any], name: str) -> int:
    """1 or −1 where the whole interval lies on that side of zero, else 0."""
    return (row[f"{name}_low"] > 0) - (row[f"{name}_high"] < 0)


def _with_interval(row: dict[str, Any], name: str) -> str:
    estimate, low, high = (_points(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return f"{estimate} percentage points (95% interval {low} to {high})"


def _points(share: float) -> str:
    return f"{round(100 * share):+d}".replace("-", "−")


def _why_not(row: dict[str, Any]) -> str:
    stories = row["hosts_hard"] + row["hosts_soft"]
    return row["verdict"] if row["difference_low"] is None else too_few(stories, "stories")


def _sites_in_words(rows: pl.DataFrame) -> str:
    """Which sites show a difference and which do not, as a few sentences; empty for a single site."""
    telling = rows.filter(_TELLING)
    if rows.height < 2 or telling.is_empty():
        return ""
    found = {
        "More at": telling.filter(_HOLDS, pl.col("difference_low") > 0),
        "Less at": telling.filter(_HOLDS, pl.col("difference_high") < 0),
    }
    told = pl.concat(found.values())["site"].implode()
    found |= {
        "No difference can be told at": telling.filter(~pl.col("site").is_in(told)),
        "Too little to tell at": rows.filter(~_TELLING),
    }
    return " ".join(f"{words} {_some(part['site'].to_list())}." for words, part in found.items() if part.height)


def _some(sites: list[str], most: int = 8) -> str:
    """The sites by name, or how many they are where that would be a wall of names."""
    return listed(sites) if len(sites) <= most else f"{len(sites)} sites"


def topics(ask: Ask) -> Figure:
    """Lift of each item class beside each host topic, a heat map a site; only what the analysis could test."""
    sql = """\
SELECT
    site, host_topic, item_class, hosts, exposures, expected, lift, residual, p, q,
    (SELECT avg(host_hard) FROM core.exposures WHERE exposures.host_topic = matrix.host_topic) AS hard
FROM marts.topic_matrix AS matrix
ORDER BY site, hard DESC NULLS LAST, host_topic, item_class"""
    rows = ask(sql)
    tested = pl.col("p").is_not_null()
    told = rows.with_columns(pl.col("hard").fill_null(-1.0)).filter(
        tested.any().over("site", "host_topic") & tested.any().over("site", "item_class")
    )
    note = _note(ask) or (None if told.height else "No topic stands beside enough teasers to test what is seen.")
    panels = [
        panel(
            "all sites" if site == "all" else site,
            plots.topic_heatmap(told.filter(pl.col("site") == site)),
            f"Lift by topic and class on {'all sites' if site == 'all' else site}",
        )
        for site in largest(told.filter(tested), "exposures")
    ]
    holding = rows.filter(_HOLDS, _SITES).height
    return Figure(
        "topics",
        "What stands beside which topic",
        "How often teasers of a class stand beside stories of a topic, compared with what the site's own mix of the "
        "day would give by chance. Hard topics stand on top. A frame and a star: still there after correcting for "
        f"all cells of the site (q below {HOLDS}); {counted(holding, 'cell is', 'cells are')}. Without them a cell may "
        "be chance. A dash: too little to test; blank: none was seen. Topics and classes with nothing to test are left "
        "out.",
        stories_basis(ask),
        sql,
        rows,
        panels=[] if note else panels,
        note=note,
    )


def sites(ask: Ask) -> Figure:
    """The difference in clickbait share by site with its interval."""
    rows = ask(ANSWER_SQL)
    telling = rows.filter(_TELLING).with_columns(stories=pl.col("hosts_hard") + pl.col("hosts_soft"))
    shown = largest(telling.filter(_SITES), "stories", _MOST_ROWS)
    drawn = telling.filter(pl.col("site").is_in([*shown, "all"]))
    note = _note(ask) or (None if drawn.height else "No site has enough hard and other stories to compare.")
    by_site = rows.filter(_SITES)
    untold = by_site.filter(~_TELLING)["site"].to_list()
    unknown = counted(int(by_site["hosts_unknown"].sum()), "story", "stories")
    site_wide = counted(int(by_site["exposures_site_wide"].sum()), "exposure", "exposures")
    return Figure(
        "sites",
        "Where the difference is",
        "Share of teasers called clickbait beside hard news minus share beside other stories, with its 95% interval. "
        "An interval that crosses zero tells no difference; a hollow point does not survive the correction for the "
        f"number of sites (q below {HOLDS})."
        + (f" The {_MOST_ROWS} sites with most stories are drawn." if len(shown) == _MOST_ROWS else "")
        + (f" Too little to tell: {_some(untold)}." if untold else "")
        + f" Left out: {unknown} of unknown topic, and {site_wide} of teasers that stand beside nearly every story of "
        "their site.",
        stories_basis(ask),
        ANSWER_SQL,
        rows,
        panels=[] if note else [panel("", plots.difference_forest(drawn), "Difference by site with its interval")],
        note=note,
    )


def slots(ask: Ask) -> Figure:
    """Clickbait by slot of the related lists, a panel a site."""
    sql = f"""\
SELECT site, slot, hosts_hard, hosts_soft, clickbait_hard, clickbait_soft, difference
FROM marts.slot_profile
WHERE kind = 'related' AND hosts_hard >= {LEAST_A_SIDE} AND hosts_soft >= {LEAST_A_SIDE}
ORDER BY site, slot"""
    rows = ask(sql)
    note = _note(ask)
    if note is None and rows.is_empty():
        note = f"No slot of a related list has {LEAST_A_SIDE} hard-news and {LEAST_A_SIDE} other stories beside it."
    panels = [
        panel(site, plots.slot_profile(rows.filter(pl.col("site") == site)), f"Clickbait by slot on {site}")
        for site in largest(rows, "hosts_hard")
    ]
    return Figure(
        "slots",
        "Where in the list clickbait stands",
        "Mean clickbait probability in each place of the related list, beside hard news and beside other stories. "
        f"Slots with fewer than {LEAST_A_SIDE} stories on either side are left out. Descriptive: no interval is given.",
        stories_basis(ask, "kind = 'related'"),
        sql,
        rows,
        panels=[] if note else panels,
        note=note,
    )


def _note(ask: Ask) -> str | None:
    stories = known_stories(ask)
    return too_few(stories, "stories with teasers and a known topic") if stories < LEAST_STORIES else None
