"""What readers do: when comments are written. Counts by site and hour only: no comment's text and no commenter."""

import polars as pl

from pipelines.report import plots
from pipelines.report.figure import LEAST_A_SIDE, LEAST_COMMENTS, Ask, Figure, counted, largest, pages_basis, panel

# Before a site's comments are spread over hours.
_ENOUGH = pl.col("comments").sum().over("site") >= LEAST_COMMENTS


def rhythm(ask: Ask) -> Figure:
    """Comments by hour of the day on the page's clock, a panel a site."""
    sql = """\
SELECT
    site, hour(created_at + to_minutes(created_offset)) AS local_hour, count(DISTINCT comment_id) AS comments
FROM core.comments
WHERE created_at_from = 'stated' AND created_offset IS NOT NULL
GROUP BY ALL
ORDER BY site, local_hour"""
    rows = ask(sql)
    drawn = rows.filter(_ENOUGH)
    note = None if drawn.height else _too_few(rows, "with a time of day on its page's clock")
    return Figure(
        "rhythm",
        "When readers write",
        "Comments by hour of the day, by the clock that the page goes by. Comments whose page states no offset from "
        f"UTC are left out, and so are sites with fewer than {LEAST_COMMENTS}.",
        _basis(ask, "created_at_from = 'stated' AND created_offset IS NOT NULL"),
        sql,
        rows,
        panels=[
            panel(site, plots.comment_hours(drawn.filter(pl.col("site") == site)), f"Comments by hour on {site}")
            for site in largest(drawn, "comments")
        ],
        note=note,
    )


def velocity(ask: Ask) -> Figure:
    """Comments per story in each hour after publication, a panel a site."""
    sql = """\
SELECT
    site, age, sum(stories)::BIGINT AS stories, sum(comments)::BIGINT AS comments,
    sum(comments) / nullif(sum(stories), 0) AS per_story
FROM marts.comment_velocity
WHERE age < 24
GROUP BY ALL
ORDER BY site, age"""
    rows = ask(sql)
    followed = rows.filter(pl.col("stories") >= LEAST_A_SIDE)
    drawn = followed.filter(_ENOUGH)
    which = f"in the first 24 hours of {LEAST_A_SIDE} stories or more"
    note = None if drawn.height else _too_few(followed, which)
    return Figure(
        "velocity",
        "How soon comments come",
        "Comments that a story gets in each hour after publication. Each hour rests on the stories whose comments were "
        f"read after it, at least {LEAST_A_SIDE}; sites with fewer than {LEAST_COMMENTS} comments are left out.",
        _basis(ask, "created_at IS NOT NULL"),
        sql,
        rows,
        panels=[
            panel(site, plots.comment_velocity(drawn.filter(pl.col("site") == site)), f"Comments by age on {site}")
            for site in largest(drawn, "comments")
        ],
        note=note,
    )


def _too_few(rows: pl.DataFrame, which: str) -> str:
    by_site = rows.group_by("site").agg(pl.col("comments").sum())
    most = by_site["comments"].max()
    if not most:
        return f"No comment {which} was read yet."
    return f"No site has {LEAST_COMMENTS} comments {which}; the most is {most:,}."


def _basis(ask: Ask, where: str) -> str:
    comments = ask(f"SELECT count(DISTINCT comment_id) FROM core.comments WHERE {where}").item()
    counts = counted(comments, "comment", "comments")
    return pages_basis(ask, counts, f"SELECT capture_id FROM core.comments WHERE {where}")
