"""The warnings name the site and say what to do; the blocking checks tell what is wrong with a table."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.assets.checks import extract_integrity, fetch_success, layout_kept, parse_yield, volume
from pipelines.lake import schema
from pipelines.lake.ids import article_id
from pipelines.lake.parts import Lake, frame
from pipelines.lake.schema import Table
from pipelines.settings import Settings

DAY = date(2026, 3, 8)


def capture(n: int, site: str, day: date = DAY, status: int = 200) -> dict[str, Any]:
    return {
        "capture_id": f"{site}/{day}/{n}",
        "site": site,
        "url": f"https://{site}/{n}",
        "address_id": article_id(f"https://{site}/{n}"),
        "captured_at": datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None),
        "day": day,
        "status": status,
        "body_bytes": 1,
        "body_hash": "0",
        "source": "crawl",
        "segment": "s",
        "offset": n,
    }


def page(n: int, site: str, outcome: str) -> dict[str, Any]:
    return {
        "capture_id": f"{site}/{DAY}/{n}",
        "site": site,
        "url": f"https://{site}/{n}",
        "outcome": outcome,
        "n_blocks": 0,
        "n_items": 0,
        "n_comments": 0,
        "extractor_version": "1",
    }


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def write(settings: Settings, table: Table, rows: list[dict[str, Any]], day: date = DAY) -> None:
    Lake(settings.lake).write(table, frame(table, rows), part="s", day=day, made_by="test")


def run(check: Any, settings: Settings) -> dg.AssetCheckResult:
    return check(dg.build_asset_check_context(), settings=settings)


def test_a_site_whose_pages_give_nothing_is_named(settings: Settings) -> None:
    outcomes = [("good.example", "article")] * 9 + [("good.example", "list"), ("changed.example", "empty")]
    write(settings, schema.CAPTURES, [capture(n, site) for n, (site, _) in enumerate(outcomes)])
    write(settings, schema.PAGES, [page(n, site, outcome) for n, (site, outcome) in enumerate(outcomes)])
    result = run(parse_yield, settings)
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.WARN
    assert "changed.example (0%)" in (result.description or "")
    assert "`yanyana inspect https://changed.example/10`" in (result.description or "")
    assert "good.example" not in (result.description or "")


def test_a_site_that_answers_with_errors_is_named(settings: Settings) -> None:
    answers = [("good.example", 200)] * 10 + [("ill.example", 200), ("ill.example", 503)]
    write(settings, schema.CAPTURES, [capture(n, site, status=status) for n, (site, status) in enumerate(answers)])
    result = run(fetch_success, settings)
    assert not result.passed
    assert "ill.example (50%)" in (result.description or "")


def test_a_site_that_went_quiet_is_named_and_a_first_day_is_not_judged(settings: Settings) -> None:
    write(settings, schema.CAPTURES, [capture(0, "new.example")])
    assert run(volume, settings).passed
    for back in (1, 2, 3):
        day = DAY - timedelta(days=back)
        usual = [capture(n, site, day) for site in ("busy.example", "new.example") for n in range(10)]
        write(settings, schema.CAPTURES, usual, day)
    result = run(volume, settings)
    assert not result.passed
    assert "busy.example (0%)" in (result.description or "")


def test_repeated_keys_and_orphans_are_told_by_table(settings: Settings) -> None:
    write(settings, schema.CAPTURES, [capture(1, "a.example"), capture(1, "a.example")])
    write(settings, schema.PAGES, [page(2, "a.example", "article")])
    check: Any = extract_integrity
    results = list(check(dg.build_asset_check_context(), settings=settings))
    failed = {(r.asset_key.to_user_string(), r.check_name): r.description for r in results if not r.passed}
    remedy = "see docs/operating.md, “When a table fails its checks”"
    assert failed == {
        ("captures", "keys_unique"): f"1 values of (capture_id) stand on several rows of {DAY} (a.example): {remedy}",
        ("pages", "no_orphans"): f"rows of {DAY} that point at nothing, by column: {{'capture_id': 1}}: {remedy}",
    }


def story_pages(settings: Settings, site: str, day: date, *, heading: str, title: str | None = "T") -> None:
    """A day on which twelve stories of a site were read, with a list of related posts each."""
    captures = [capture(n, site, day) | {"purpose": "story"} for n in range(12)]
    ids = [row["capture_id"] for row in captures]
    block = {"site": site, "position": 1, "kind": "related", "heading": heading, "placement": "below", "n_items": 1}
    tables = {
        schema.CAPTURES: captures,
        schema.PAGES: [page(n, site, "article") | {"capture_id": i} for n, i in enumerate(ids)],
        schema.ARTICLES: [
            {"capture_id": i, "article_id": "a", "site": site, "url": f"https://{i}", "title": title} for i in ids
        ],
        schema.BLOCKS: [block | {"block_id": i, "capture_id": i, "content_hash": "0"} for i in ids],
    }
    for table, rows in tables.items():
        Lake(settings.lake).write(table, frame(table, rows), part=site, day=day, made_by="test")


def test_a_site_whose_layout_changed_is_named_with_what_is_no_longer_found(settings: Settings) -> None:
    story_pages(settings, "changed.example", DAY - timedelta(days=1), heading="Related posts")
    assert run(layout_kept, settings).passed, "a first day has nothing to be compared with"
    story_pages(settings, "kept.example", DAY - timedelta(days=1), heading="Read also")
    story_pages(settings, "changed.example", DAY, heading="More like this", title=None)
    story_pages(settings, "kept.example", DAY, heading="Read also")
    result = run(layout_kept, settings)
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.WARN
    said = result.description or ""
    assert said.startswith("changed.example: no longer on its 12 story pages: ")
    assert "title (0%, usually 100%)" in said
    assert "related list below under “Related posts” (0%, usually 100%)" in said
    assert "new there: related list below under “More like this”" in said
    assert "yanyana inspect https://changed.example/0" in said
    assert "kept.example" not in said
