"""What the report says of what stands beside hard news, for each state the measures can be in."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.lake.parts import frame
from pipelines.lake.schema import CONTRASTS, EXPOSURES, TOPIC_MATRIX
from pipelines.report.beside import Answer, answer, sites, topics
from pipelines.warehouse.dictionary import qualified, statements

Ask = Callable[[str], pl.DataFrame]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA marts")
        for table in (CONTRASTS, EXPOSURES, TOPIC_MATRIX):
            for statement in statements(table):
                con.execute(statement)
        yield con


def _contrast(
    site: str, interval: tuple[float, float, float] | None, *, hosts: int = 30, changed: dict[str, float] | None = None
) -> dict[str, Any]:
    difference, low, high = interval or (None, None, None)
    return {
        "site": site,
        "kind": "all",
        "outcome": "clickbait",
        "hosts_hard": hosts,
        "hosts_soft": hosts,
        "hosts_unknown": 1,
        "n_articles": 2 * hosts,
        "n_exposures": 300,
        "method": "as tested",
        "strata": "site",
        "seed": 0,
        "code_version": "test",
        "exposures_site_wide": 40,
        "share_hard": 0.5,
        "share_soft": 0.4,
        "difference": difference,
        "difference_low": low,
        "difference_high": high,
        "q": 0.9 if interval in {None, NONE} else 0.01,
        "verdict": "cannot be told: one hard-news story only" if interval is None else "as given",
    } | (changed or {})


def _answer(con: duckdb.DuckDBPyConnection, *rows: dict[str, Any]) -> Answer:
    con.register("given", frame(CONTRASTS, rows))
    con.execute(f"INSERT INTO {qualified(CONTRASTS)} FROM given")
    return answer(lambda sql: con.sql(sql).pl())


MORE, LESS, NONE = (0.1, 0.05, 0.15), (-0.1, -0.15, -0.05), (0.01, -0.04, 0.06)


@pytest.mark.parametrize(
    ("interval", "headline", "numbers"),
    [
        (MORE, "More clickbait", "+10 percentage points (95% interval +5 to +15)"),
        (LESS, "Less clickbait", "−10 percentage points (95% interval −15 to −5)"),
        (NONE, "No difference can be told", "+1 percentage points (95% interval −4 to +6)"),
    ],
)
def test_the_pooled_interval_decides_the_headline(
    con: duckdb.DuckDBPyConnection, interval: tuple[float, float, float], headline: str, numbers: str
) -> None:
    told = _answer(con, _contrast("all", interval), _contrast("a", MORE), _contrast("b", None))
    assert told.headline.startswith(headline)
    assert told.sentence.startswith("Over the stories of all sites")
    assert numbers in told.sentence
    assert told.sites == "More at a. Too little to tell at b."


def test_a_single_site_is_named(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("all", None), _contrast("a", MORE))
    assert told.headline.startswith("More clickbait")
    assert told.sentence.startswith("On a,")
    assert told.sites == ""


def test_what_cannot_be_told_is_said_with_its_reason(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("all", None), _contrast("a", None))
    assert (told.headline, told.sentence) == ("Nothing can be told yet", "cannot be told: one hard-news story only")


def test_an_interval_on_too_few_stories_is_not_shown(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("all", MORE, hosts=4), _contrast("a", MORE, hosts=4))
    assert told.headline == "Nothing can be told yet"
    assert "Only 8 stories" in told.sentence
    assert told.sites == ""


def test_sites_that_differ_without_a_pooled_answer_are_listed(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("a", MORE), _contrast("b", LESS), _contrast("c", NONE))
    assert told.headline == "Nothing can be told yet"
    assert told.sites == "More at a. Less at b. No difference can be told at c."


def test_no_measure_at_all(con: duckdb.DuckDBPyConnection) -> None:
    assert _answer(con).headline == "Nothing can be told yet"
    assert sites(lambda sql: con.sql(sql).pl()).note
    assert topics(lambda sql: con.sql(sql).pl()).note


def _corrected(difference: float, low: float, high: float) -> dict[str, float]:
    return {
        "corrected_difference": difference,
        "corrected_difference_low": low,
        "corrected_difference_high": high,
    }


def test_a_difference_that_the_classifiers_errors_could_make_is_one_of_labels(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("a", MORE, changed=_corrected(0.05, -0.2, 0.3)))
    assert told.headline.startswith("More is called clickbait beside hard news")
    assert told.headline.endswith("whether more is, cannot be told")
    assert "+5 percentage points (95% interval −20 to +30)" in told.correction


def test_a_difference_that_stands_when_corrected_is_one_of_headlines(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("a", LESS, changed=_corrected(-0.2, -0.3, -0.1)))
    assert told.headline == "Less clickbait stands beside hard news than beside other stories"


def test_what_is_not_corrected_is_said_to_be_so(con: duckdb.DuckDBPyConnection) -> None:
    assert "nothing is corrected" in _answer(con, _contrast("a", MORE)).correction


def test_one_of_many_sites_that_stands_out_by_chance_is_not_named(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("all", NONE), _contrast("a", MORE, changed={"q": 0.3}), _contrast("b", NONE))
    assert told.sites == "No difference can be told at a and b."


def test_many_sites_are_counted_and_not_listed(con: duckdb.DuckDBPyConnection) -> None:
    told = _answer(con, _contrast("all", NONE), *(_contrast(f"site-{n}", NONE) for n in range(9)))
    assert told.sites == "No difference can be told at 9 sites."


def test_more_sites_than_there_is_room_for_are_cut_to_those_with_most_stories(con: duckdb.DuckDBPyConnection) -> None:
    exposures = [
        {
            "item_id": f"{n}", "block_id": "b", "capture_id": f"{n}", "site": "site-0", "day": date(2026, 3, 2),
            "host_id": f"{n}", "host_hard": 0.9, "kind": "related", "slot": 1, "target_id": "t", "item_class": "soft",
        }
        for n in range(20)
    ]  # fmt: skip
    con.register("shown", frame(EXPOSURES, exposures))
    con.execute(f"INSERT INTO {qualified(EXPOSURES)} FROM shown")
    _answer(con, _contrast("all", NONE), *(_contrast(f"site-{n}", NONE, hosts=20 + n) for n in range(40)))
    figure = sites(lambda sql: con.sql(sql).pl())
    assert figure.rows.height == 41
    labels = {row["label"] for rows in figure.panels[0].spec["datasets"].values() for row in rows if "label" in row}
    assert labels == {"all sites", *(f"site-{n}" for n in range(10, 40))}
