"""What a section of the report is made of, and the words that every section uses for what it rests on.

Which sections there are is in `beside`, `headlines`, `readers` and `coverage`, how a chart is drawn in `plots`, how the
page is laid out in `templates/`. No comment's text and no commenter is ever asked for here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import altair as alt
import polars as pl

Ask = Callable[[str], pl.DataFrame]

LEAST_STORIES: Final = 20  # fewer than that are an anecdote, and get a note instead of a figure
LEAST_A_SIDE: Final = 5  # hard and other stories in a slot, or headlines seen to go, before a value is drawn
LEAST_COMMENTS: Final = 50  # about two for each hour of a day
MOST_PANELS: Final = 8
HOLDS: Final = 0.1  # a finding whose q is below that survives the correction for how many were looked at


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart of a figure, as a Vega-Lite specification; `title` tells it from its neighbours.

    `key` names what the numbers 1, 2, … in the chart stand for, where texts are too long to stand in it.
    """

    title: str
    spec: dict[str, Any]
    key: list[str] = field(default_factory=list)


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


def panel(title: str, chart: alt.TopLevelMixin, description: str, key: list[str] | None = None) -> Panel:
    """The chart as a panel; `description` is what a screen reader says of it."""
    return Panel(title, chart.to_dict() | {"description": description}, key or [])


def known_stories(ask: Ask) -> int:
    """Stories with teasers beside them whose topic is known."""
    return ask("SELECT count(DISTINCT host_id) FROM core.exposures WHERE host_hard IS NOT NULL").item()


def stories_basis(ask: Ask, where: str = "true") -> str:
    """The stories of known topic with teasers beside them, their pages and days; `where` narrows the exposures."""
    stories, pages, days = ask(
        "SELECT count(DISTINCT host_id), count(DISTINCT capture_id), count(DISTINCT day) FROM core.exposures "
        f"WHERE host_hard IS NOT NULL AND {where}"
    ).row(0)
    return f"Rests on {counted(stories, 'story', 'stories')} in {pages_and_days(pages, days)}."


def pages_basis(ask: Ask, counts: str, captures: str) -> str:
    """What is counted, and the pages and days it was read from; `captures` is SQL that gives their capture_id."""
    pages, days = ask(f"SELECT count(*), count(DISTINCT day) FROM core.captures WHERE capture_id IN ({captures})").row(
        0
    )
    return f"Rests on {counts} in {pages_and_days(pages, days)}."


def pages_and_days(pages: int, days: int) -> str:
    """How many pages on how many days, in words."""
    return f"{counted(pages, 'page', 'pages')} captured on {counted(days, 'day', 'days')}"


def too_few(n: int, what: str, least: int = LEAST_STORIES) -> str:
    """The note that stands where the data carry no chart."""
    return f"Only {n:,} {what} so far; at least {least} are needed to show anything."


def counted(n: int, one: str, many: str) -> str:
    """A number and what it counts."""
    return f"{n:,} {one if n == 1 else many}"


def listed(names: list[str]) -> str:
    """Names as a list in a sentence; at least one."""
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]


def largest(rows: pl.DataFrame, size: str, most: int = MOST_PANELS) -> list[str]:
    """The sites with most of `size` over their rows, as many as there is room for, by name."""
    sites = rows.group_by("site").agg(pl.col(size).sum()).sort(size, "site", descending=[True, False])
    return sites.head(most)["site"].sort().to_list()
