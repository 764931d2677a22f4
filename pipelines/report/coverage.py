"""What was captured of each site, and what yielded nothing."""

from pipelines.report import plots
from pipelines.report.figure import Ask, Figure, counted, panel


def captured(ask: Ask) -> Figure:
    """What was captured of each site and what became of it."""
    sql = """\
SELECT
    site, count(DISTINCT day) AS days, sum(captures)::BIGINT AS captures, sum(errors)::BIGINT AS errors,
    sum(pages)::BIGINT AS pages, sum(articles)::BIGINT AS articles, sum(lists)::BIGINT AS lists,
    sum(empty)::BIGINT AS empty, sum(failed)::BIGINT AS failed, sum(untitled)::BIGINT AS untitled,
    sum(items)::BIGINT AS items, sum(comments)::BIGINT AS comments
FROM marts.crawl_report
GROUP BY site
ORDER BY captures DESC, site"""
    rows = ask(sql)
    return Figure(
        "coverage",
        "What was captured",
        "Responses archived, HTML pages read, and what was found in them: a story, a list of teasers without a story, "
        "neither, or a page that could not be read.",
        _basis(ask),
        sql,
        rows,
        panels=[panel("", plots.outcomes_by_site(rows.head(_MOST_BARS)), "Pages by site and outcome")]
        if rows["pages"].sum()
        else [],
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
        _basis(ask),
        sql,
        rows,
        table=True,
        note=None if rows.height else "Nothing failed.",
    )


_MOST_BARS = 20  # more would be a wall; the table names the others


def _basis(ask: Ask) -> str:
    captures, days = ask("SELECT count(*), count(DISTINCT day) FROM core.captures").row(0)
    return f"Rests on {counted(captures, 'response', 'responses')} captured on {counted(days, 'day', 'days')}."
