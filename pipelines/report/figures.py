"""What the report shows: each figure's SQL, what it says, and whether the data can carry it.

How a figure is drawn is in `pipelines.report.plots`, how the page is laid out in `templates/`. No comment and no
commenter is ever asked for here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

import polars as pl

from pipelines.lake.text import headline_key
from pipelines.report import plots

Ask = Callable[[str], pl.DataFrame]

LEAST_STORIES: Final = 20  # fewer than that are an anecdote, and get a note instead of a figure
LEAST_A_SIDE: Final = 5  # hard and other stories in a slot before its mean is drawn
LEAST_EXPECTED: Final = (
    5  # pairs of host and target before a cell's lift is shown; the usual bound for a table of counts
)
# A row of contrasts that has an interval and rests on enough stories to show it.
_TELLING: Final = pl.col("difference_low").is_not_null() & (
    pl.col("hosts_hard") + pl.col("hosts_soft") >= LEAST_STORIES
)
_MOST_PANELS: Final = 8
_PAIRS_SHOWN: Final = 12
_PAIRS_LISTED: Final = 200  # in the numbers behind them


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart of a figure, as a Vega-Lite specification; `title` tells it from its neighbours."""

    title: str
    spec: dict[str, Any]


class Run(NamedTuple):
    """A run of words of a headline; `changed` ones are not in the other wording."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two wordings of one story with the changed words told apart."""

    site: str
    full: list[Run]
    shown: list[Run]
    full_clickbait: float
    shown_clickbait: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One section of the report: panels, pairs or a table, else the `note` why there is nothing to show.

    `reading` says how to read it, `basis` what it rests on; `rows` and `sql` are the numbers behind it.
    """

    id: str
    title: str
    reading: str
    basis: str
    sql: str
    rows: pl.DataFrame
    panels: list[Panel] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    table: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The main answer: a headline, the sentence with its interval, what holds for which site, and its basis."""

    headline: str
    sentence: str
    sites: str
    basis: str


ANSWER_SQL = """\
SELECT
    site, hosts_hard, hosts_soft, hosts_unknown, n_exposures, exposures_site_wide,
    share_hard, share_soft, difference, difference_low, difference_high, verdict
FROM marts.contrasts
WHERE kind = 'all' AND outcome = 'clickbait'
ORDER BY site <> 'all', site"""


def answer(ask: Ask) -> Answer:
    """Whether more clickbait stands beside hard news, in words with an interval: pooled, else of the only site."""
    rows = ask(ANSWER_SQL)
    basis = _basis(ask)
    if rows.is_empty():
        return Answer("Nothing can be told yet", "No story with teasers was classified.", "", basis)
    telling = rows.filter(_TELLING)
    by_site = _sites_in_words(rows.filter(pl.col("site") != "all"))
    if telling.height != 1 and "all" not in telling["site"]:
        return Answer("Nothing can be told yet", _why_not(rows.row(0, named=True)), by_site, basis)
    row = telling.row(0, named=True)
    if row["difference_low"] > 0:
        headline = "More clickbait stands beside hard news than beside other stories"
    elif row["difference_high"] < 0:
        headline = "Less clickbait stands beside hard news than beside other stories"
    else:
        headline = "No difference can be told between hard news and other stories"
    where = "Over the stories of all sites" if row["site"] == "all" else f"On {row['site']}"
    return Answer(
        headline,
        f"{where}, {row['share_hard']:.0%} of the teasers beside a hard-news story are clickbait, and "
        f"{row['share_soft']:.0%} beside another story: a difference of {_points(row['difference'])} percentage points "
        f"(95% interval {_points(row['difference_low'])} to {_points(row['difference_high'])}).",
        by_site,
        basis,
    )


def _why_not(row: dict[str, Any]) -> str:
    stories = row["hosts_hard"] + row["hosts_soft"]
    return row["verdict"] if row["difference_low"] is None else _too_few(stories, "stories")


def _sites_in_words(rows: pl.DataFrame) -> str:
    """Which sites show a difference and which do not, as a few sentences; empty for a single site."""
    if rows.height < 2 or rows.filter(_TELLING).is_empty():
        return ""
    telling, low, high = rows.filter(_TELLING), pl.col("difference_low"), pl.col("difference_high")
    found = {
        "More at": telling.filter(low > 0),
        "Less at": telling.filter(high < 0),
        "No difference can be told at": telling.filter((low <= 0) & (high >= 0)),
        "Too little to tell at": rows.filter(~_TELLING),
    }
    return " ".join(f"{words} {_listed(part['site'].to_list())}." for words, part in found.items() if part.height)


def heat_map(ask: Ask) -> Figure:
    """Lift of each item class beside each host topic, over all sites and days."""
    sql = """\
SELECT
    host_topic, item_class, sum(exposures)::BIGINT AS exposures, sum(expected) AS expected,
    sum(exposures) / nullif(sum(expected), 0) AS lift, any_value(topics.hard) AS hard
FROM marts.topic_matrix
LEFT JOIN (
    SELECT coalesce(host_topic, 'unknown') AS host_topic, avg(host_hard) AS hard FROM core.exposures GROUP BY 1
) AS topics USING (host_topic)
GROUP BY ALL
ORDER BY hard DESC NULLS LAST, host_topic, item_class"""
    rows = ask(sql)
    cells = rows.with_columns(pl.col("hard").fill_null(-1.0), solid=pl.col("expected").fill_null(0) >= LEAST_EXPECTED)
    note = _note_on_exposures(ask)
    if note is None and not cells["solid"].any():
        note = "No combination of topic and teaser was expected often enough to compare what was seen with it."
    return Figure(
        "topics",
        "What stands beside which topic",
        "How often teasers of a class stand beside stories of a topic, compared with what each site's own mix of the "
        f"day would give by chance. Hard topics stand on top. A dash: fewer than {LEAST_EXPECTED} were "
        "expected; blank: none was seen.",
        _basis(ask),
        sql,
        rows,
        panels=[]
        if note
        else [_panel("", plots.topic_heatmap(cells), "Heat map of lift by host topic and item class")],
        note=note,
    )


def forest(ask: Ask) -> Figure:
    """The difference in clickbait share by site with its interval."""
    rows = ask(ANSWER_SQL)
    drawn = rows.filter(_TELLING)
    note = _note_on_exposures(ask) or (
        None if drawn.height else "No site has enough hard and other stories to compare."
    )
    sites = rows.filter(pl.col("site") != "all")
    untold = sites.filter(~_TELLING)["site"].to_list()
    unknown = _counted(int(sites["hosts_unknown"].sum()), "story", "stories")
    site_wide = _counted(int(sites["exposures_site_wide"].sum()), "exposure", "exposures")
    return Figure(
        "sites",
        "Where the difference is",
        "Share of clickbait beside hard news minus share beside other stories, with its 95% interval. An interval that "
        "crosses zero tells no difference."
        + (f" Too little to tell: {_listed(untold)}." if untold else "")
        + f" Left out: {unknown} of unknown topic, and {site_wide} of teasers that stand beside nearly every story of "
        "their site.",
        _basis(ask),
        ANSWER_SQL,
        rows,
        panels=[] if note else [_panel("", plots.difference_forest(drawn), "Forest plot of the difference by site")],
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
    widest = (
        rows.group_by("site")
        .agg(hosts=(pl.col("hosts_hard") + pl.col("hosts_soft")).max())
        .sort("hosts", "site", descending=[True, False])
        .head(_MOST_PANELS)
    )
    note = _note_on_exposures(ask)
    if note is None and rows.is_empty():
        note = f"No slot of a related list has {LEAST_A_SIDE} hard-news and {LEAST_A_SIDE} other stories beside it."
    panels = [
        _panel(site, plots.slot_profile(rows.filter(pl.col("site") == site)), f"Clickbait by slot on {site}")
        for site in widest["site"].sort()
    ]
    return Figure(
        "slots",
        "Where in the list clickbait stands",
        "Mean clickbait probability in each place of the related list, beside hard news and beside other stories. "
        f"Slots with fewer than {LEAST_A_SIDE} stories on either side are left out.",
        _basis(ask, "kind = 'related'"),
        sql,
        rows,
        panels=[] if note else panels,
        note=note,
    )


def sharpened(ask: Ask) -> Figure:
    """Headlines whose card is more clickbait than their full wording, with the changed words told apart."""
    sql = f"""\
WITH pairs AS (
    SELECT DISTINCT ON (site, full_headline, shown_headline)
        site, full_headline, shown_headline, full_clickbait, shown_clickbait, sharpening, captures
    FROM marts.sharpened_headlines
    WHERE sharpening IS NOT NULL
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
        f"{pairs:,} such pairs are more clickbait; those that gain most are shown.",
        f"Rests on {_counted(pairs, 'pair', 'pairs')} of wordings.",
        sql,
        rows,
        pairs=[] if note else [_pair(row) for row in most.iter_rows(named=True)],
        note=note,
    )


def coverage(ask: Ask) -> Figure:
    """What was captured of each site and what became of it."""
    sql = """\
SELECT
    site, count(DISTINCT day) AS days, sum(captures)::BIGINT AS captures, sum(errors)::BIGINT AS errors,
    sum(pages)::BIGINT AS pages, sum(articles)::BIGINT AS articles, sum(lists)::BIGINT AS lists,
    sum(empty)::BIGINT AS empty, sum(failed)::BIGINT AS failed, sum(untitled)::BIGINT AS untitled,
    sum(items)::BIGINT AS items, sum(comments)::BIGINT AS comments
FROM marts.crawl_report
GROUP BY site
ORDER BY site"""
    rows = ask(sql)
    return Figure(
        "coverage",
        "What was captured",
        "Responses archived, HTML pages read, and what was found in them: a story, a list of teasers without a story, "
        "neither, or a page that could not be read.",
        f"Rests on {_counted(int(rows['captures'].sum()), 'capture', 'captures')}.",
        sql,
        rows,
        panels=[_panel("", plots.outcomes_by_site(rows), "Pages by site and outcome")] if rows["pages"].sum() else [],
        table=True,
        note=None if rows.height else "Nothing was captured yet.",
    )


def failures(ask: Ask) -> Figure:
    """What yielded nothing, by site and reason."""
    sql = """\
SELECT site, outcome, reason, count(*) AS captures
FROM marts.parse_failures
GROUP BY ALL
ORDER BY captures DESC, site, outcome, reason"""
    rows = ask(sql)
    return Figure(
        "failures",
        "What yielded nothing",
        "Pages without a story or teasers and responses that were errors, by reason. marts.parse_failures lists each.",
        f"Rests on {_counted(int(rows['captures'].sum()), 'capture', 'captures')}.",
        sql,
        rows,
        table=True,
        note=None if rows.height else "Nothing failed.",
    )


FIGURES: Final[tuple[Callable[[Ask], Figure], ...]] = (heat_map, forest, slots, sharpened, coverage, failures)


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


def _panel(title: str, chart: Any, description: str) -> Panel:
    return Panel(title, chart.properties(description=description).to_dict())


def _counts(ask: Ask, where: str = "true") -> tuple[int, int]:
    """Stories with a known hardness and the days on which they were seen."""
    return ask(
        "SELECT count(DISTINCT host_id), count(DISTINCT day) FROM core.exposures "
        f"WHERE host_hard IS NOT NULL AND {where}"
    ).row(0)


def _basis(ask: Ask, where: str = "true") -> str:
    stories, days = _counts(ask, where)
    return f"Rests on {_counted(stories, 'story', 'stories')} seen on {_counted(days, 'day', 'days')}."


def _note_on_exposures(ask: Ask) -> str | None:
    stories, _ = _counts(ask)
    return _too_few(stories, "stories with teasers and a known topic") if stories < LEAST_STORIES else None


def _too_few(n: int, what: str) -> str:
    return f"Only {n} {what} so far; at least {LEAST_STORIES} are needed to show anything."


def _counted(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _points(share: float) -> str:
    return f"{round(100 * share):+d}".replace("-", "−")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
