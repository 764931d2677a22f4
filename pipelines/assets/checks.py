"""What must hold of the tables (blocking) and what an operator should look at (warnings).

The blocking checks come from the data dictionary; a failure stops whatever is made from the table. The warnings name
the site and say what to do.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import dagster as dg
import polars as pl

from pipelines.analysis import layout
from pipelines.assets.tables import SettingsResource, checked_days
from pipelines.lake import schema
from pipelines.lake.integrity import duplicate_keys, orphans, schema_differences, sites_of_duplicates
from pipelines.lake.parts import Lake
from pipelines.lake.schema import TABLES, Table
from pipelines.settings import ROOT
from pipelines.warehouse import query
from pipelines.warehouse.dictionary import PUBLISHED, qualified

_LEAST_FETCH_SUCCESS = 0.9
_LEAST_PARSE_YIELD = 0.8
_LEAST_VOLUME = 0.3
_USUAL_DAYS = 7
_PARTS_TOLD = 4
_REMEDY = "see docs/operating.md, “When a table fails its checks”"
_SHARES = ["part", "share", "usual"]


def _integrity_specs(tables: tuple[Table, ...]) -> list[dg.AssetCheckSpec]:
    named = {
        "schema_as_declared": "The parts have exactly the columns and types of the data dictionary.",
        "keys_unique": "No key stands on two rows.",
        "no_orphans": "Every row that points at another table finds its row there.",
    }
    return [
        dg.AssetCheckSpec(name, asset=table.name, description=what, blocking=True)
        for table in tables
        for name, what in named.items()
        if name != "no_orphans" or table.references
    ]


def _integrity(tables: tuple[Table, ...], lake: Lake, days: list[date | None]) -> Iterator[dg.AssetCheckResult]:
    for table in tables:
        differences = [line for day in days for line in schema_differences(table, lake, day)]
        yield dg.AssetCheckResult(
            check_name="schema_as_declared",
            asset_key=table.name,
            passed=not differences,
            description="; ".join(differences[:5]) + ": run `yanyana reparse`" if differences else None,
        )
        if differences:
            unread = "not looked at: the parts cannot be read under the declared schema"
            for name in ("keys_unique", "no_orphans") if table.references else ("keys_unique",):
                yield dg.AssetCheckResult(check_name=name, asset_key=table.name, passed=False, description=unread)
            continue
        repeated = {day: keys for day in days if (keys := duplicate_keys(table, lake, day))}
        total = sum(repeated.values())
        sites = sorted({site for day in repeated for site in sites_of_duplicates(table, lake, day)})
        yield dg.AssetCheckResult(
            check_name="keys_unique",
            asset_key=table.name,
            passed=not repeated,
            description=f"{total} values of ({', '.join(table.key)}) stand on several rows{_where(repeated, sites)}: "
            + _REMEDY
            if repeated
            else None,
            metadata={"repeated keys": total},
        )
        if table.references:
            lost = {day: found for day in days if (found := orphans(table, lake, day))}
            totals = {column: sum(found.get(column, 0) for found in lost.values()) for column in table.references}
            yield dg.AssetCheckResult(
                check_name="no_orphans",
                asset_key=table.name,
                passed=not lost,
                description=f"rows{_where(lost)} that point at nothing, by column: {totals}: {_REMEDY}"
                if lost
                else None,
                metadata=dict(totals),
            )


def _where(days: Iterable[date | None], sites: Sequence[str] = ()) -> str:
    """The archive days (none of a table over all of them) and the sites that a message is about."""
    of_days = _first([str(day) for day in days if day])
    return (f" of {of_days}" if of_days else "") + (f" ({_first(sites)})" if sites else "")


def _integrity_check(name: str, tables: tuple[Table, ...], *, by_day: bool) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(name=name, specs=_integrity_specs(tables))
    def integrity(context: dg.AssetCheckExecutionContext, settings: SettingsResource) -> Iterator[dg.AssetCheckResult]:
        lake = Lake(settings.lake)
        yield from _integrity(tables, lake, [*checked_days(context, lake)] if by_day else [None])

    return integrity


extract_integrity = _integrity_check("extract_integrity", schema.EXTRACTED, by_day=True)
headlines_integrity = _integrity_check("headlines_integrity", (schema.HEADLINES,), by_day=True)
exposures_integrity = _integrity_check("exposures_integrity", (schema.EXPOSURES,), by_day=True)
comments_integrity = _integrity_check("comments_integrity", schema.COMMENTS_FOLLOWED, by_day=False)
comment_measures_integrity = _integrity_check("comment_measures_integrity", schema.COMMENT_MEASURES, by_day=False)
measures_integrity = _integrity_check("measures_integrity", schema.MEASURES, by_day=False)


def _by_site(shares: pl.DataFrame, least: float, advice: str) -> dg.AssetCheckResult:
    """A warning that names each site whose `share` (columns: site, share) is below `least`."""
    low = shares.filter(pl.col("share") < least).sort("site")
    names = ", ".join(f"{site} ({share:.0%})" for site, share in low.select("site", "share").iter_rows())
    return dg.AssetCheckResult(
        passed=low.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"below {least:.0%}: {names}. {advice}" if names else None,
        metadata=dict(shares.sort("site").select("site", "share").iter_rows()),
    )


def _days_before(day: date, lake: Lake) -> list[date]:
    """The archive days that tell what is usual."""
    return [past for past in lake.days(schema.CAPTURES) if past < day][-_USUAL_DAYS:]


@dg.asset_check(
    asset="captures",
    description=f"Of each site's requests at least {_LEAST_FETCH_SUCCESS:.0%} brought a usable response (2xx or 3xx).",
)
def fetch_success(context: dg.AssetCheckExecutionContext, settings: SettingsResource) -> dg.AssetCheckResult:
    """Warn of sites that answer with errors or not at all."""
    lake = Lake(settings.lake)
    days = checked_days(context, lake)
    answered = pl.concat([lake.scan(schema.CAPTURES, day) for day in days]).filter(pl.col("source") == "crawl")
    failed = pl.concat([lake.scan(schema.CRAWL_REPORTS, day) for day in days])
    requests = pl.concat(
        [
            answered.group_by("site").agg(good=(pl.col("status") < 400).sum(), asked=pl.len()),
            failed.group_by("site").agg(good=pl.lit(0), asked=pl.col("failed").sum()),
        ],
        how="vertical_relaxed",
    )
    shares = (
        requests.group_by("site")
        .sum()
        .filter(pl.col("asked") > 0)
        .select("site", share=pl.col("good") / pl.col("asked"))
        .collect()
    )
    advice = (
        "What failed is tried again by itself. `yanyana query crawl-failures` tells why, as of the last publication."
    )
    return _by_site(shares, _LEAST_FETCH_SUCCESS, advice)


@dg.asset_check(
    asset="pages",
    description=f"Of each site's pages at least {_LEAST_PARSE_YIELD:.0%} gave a story or a teaser list.",
)
def parse_yield(context: dg.AssetCheckExecutionContext, settings: SettingsResource) -> dg.AssetCheckResult:
    """Warn of sites whose pages give nothing: a changed layout, a consent wall, or pages made by scripts only."""
    lake = Lake(settings.lake)
    pages = pl.concat([lake.scan(schema.PAGES, day) for day in checked_days(context, lake)])
    found = pl.col("outcome").is_in(["article", "list"])
    shares = pages.group_by("site").agg(share=found.mean(), example=pl.col("url").filter(~found).first()).collect()
    low = shares.filter(pl.col("share") < _LEAST_PARSE_YIELD).sort("site")
    examples = [f"`yanyana inspect {url}`" for url in low["example"]]
    advice = f"Run {_first(examples)}; `yanyana query parse-failures` has the reasons of what is published."
    return _by_site(shares, _LEAST_PARSE_YIELD, advice)


@dg.asset_check(
    asset="captures",
    description=f"No site brought less than {_LEAST_VOLUME:.0%} of its usual captures (median of {_USUAL_DAYS} days).",
)
def volume(context: dg.AssetCheckExecutionContext, settings: SettingsResource) -> dg.AssetCheckResult:
    """Warn of sites that went quiet. Sites without earlier days are not judged."""
    lake = Lake(settings.lake)
    day = checked_days(context, lake)[-1]
    earlier = _days_before(day, lake)
    if not earlier:
        return dg.AssetCheckResult(passed=True, description="no earlier day to compare with")
    counts = [
        lake.scan(schema.CAPTURES, past)
        .filter(pl.col("source") == "crawl")
        .group_by("site")
        .agg(n=pl.len())
        .with_columns(day=pl.lit(past))
        for past in (*earlier, day)
    ]
    by_day = pl.concat(counts).collect()
    usual = by_day.filter(pl.col("day") < day).group_by("site").agg(usual=pl.col("n").median())
    now = by_day.filter(pl.col("day") == day).select("site", "n")
    shares = usual.join(now, on="site", how="left").select("site", share=pl.col("n").fill_null(0) / pl.col("usual"))
    advice = "Open the site's start page and feed in a browser: do they answer, and name stories of today?"
    return _by_site(shares, _LEAST_VOLUME, advice)


@dg.asset_check(
    asset="blocks",
    description="What most story pages of a site had in the days before (fields, lists) they still have.",
)
def layout_kept(context: dg.AssetCheckExecutionContext, settings: SettingsResource) -> dg.AssetCheckResult:
    """Warn of sites whose layout changed, with the fields, lists and headings that are no longer found."""
    lake = Lake(settings.lake)
    day = checked_days(context, lake)[-1]
    earlier = _days_before(day, lake)
    if not earlier:
        return dg.AssetCheckResult(passed=True, description="no earlier day to compare with")
    before, now = [_page_parts(lake, past) for past in earlier], [_page_parts(lake, day)]
    # What is usual now and was not before is the other side of a change: the same list under another heading, say.
    lost, new = layout.lost_parts(before, now), layout.lost_parts(now, before)
    examples = dict(now[0].select("site", "example").iter_rows())
    changes = {
        site: _layout_change(site, lost.filter(site=site), new.filter(site=site), examples[site])
        for site in lost["site"].unique().sort()
    }
    return dg.AssetCheckResult(
        passed=not changes,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(changes.values()) or None,
        metadata=changes,
    )


def _page_parts(lake: Lake, day: date) -> pl.DataFrame:
    tables = (schema.CAPTURES, schema.PAGES, schema.ARTICLES, schema.BLOCKS, schema.COMMENT_SECTIONS)
    return layout.page_parts(*(lake.scan(table, day) for table in tables))


def _layout_change(site: str, lost: pl.DataFrame, new: pl.DataFrame, example: str) -> str:
    """One site's change in words; `lost` and `new` are its rows of `layout.lost_parts`, forward and backward."""
    gone = [f"{part} ({share:.0%}, usually {usual:.0%})" for part, share, usual in lost[_SHARES].iter_rows()]
    said = f"{site}: no longer on its {lost['pages'][0]} story pages: {_first(gone)}"
    if new.height:
        said += f"; new there: {_first(new['part'].to_list())}"
    return f"{said}. Run `yanyana inspect {example}` and see docs/operating.md, “When a site changes”"


def _first(parts: Sequence[str]) -> str:
    more = len(parts) - _PARTS_TOLD
    return ", ".join(parts[:_PARTS_TOLD]) + (f" and {more} more" if more > 0 else "")


@dg.asset_check(
    asset="warehouse",
    blocking=True,
    description="The published file opens read-only and has as many rows in every table as the lake.",
)
def published_whole(settings: SettingsResource) -> dg.AssetCheckResult:
    """Fail when what analysts open is not what the lake holds."""
    lake, published_at = Lake(settings.lake), settings.database.stat().st_mtime
    tables = {
        name: table
        for name, table in PUBLISHED.items()
        # A capture or a backfill may write on while we publish; what it writes is in the next file.
        if all(part.stat().st_mtime < published_at for part in lake.parts(table))
    }
    counting = " UNION ALL ".join(
        f"SELECT '{n}' AS name, count(*) AS rows FROM {qualified(t)}" for n, t in tables.items()
    )
    published = dict(query.run(settings.database, counting, sql=ROOT / "sql").iter_rows())
    held = {
        name: lake.scan(TABLES[name]).select(pl.struct(table.key).n_unique()).collect().item()
        for name, table in tables.items()
    }
    differing = {name: (published[name], rows) for name, rows in held.items() if published[name] != rows}
    return dg.AssetCheckResult(
        passed=not differing,
        description=f"rows by table (published, in the lake): {differing}; materialise warehouse again"
        if differing
        else None,
        metadata={"tables compared": len(tables)},
    )


CHECKS = [
    extract_integrity,
    headlines_integrity,
    exposures_integrity,
    comments_integrity,
    comment_measures_integrity,
    measures_integrity,
    fetch_success,
    parse_yield,
    volume,
    layout_kept,
    published_whole,
]
