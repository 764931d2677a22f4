"""Each plot compiles and draws what it was given."""

import base64
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
import vl_convert

from pipelines.report import plots

PNG = b"\x89PNG\r\n\x1a\n"


def _svg(chart: plots.alt.TopLevelMixin) -> str:
    return vl_convert.vegalite_to_svg(chart.to_dict() | {"width": 500})


def _cells(**changed: list) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "host_topic": ["sport", "politics-government", "arts-culture-entertainment-media"],
            "item_class": ["clickbait", "clickbait", "hard"],
            "exposures": [5, 20, 0],
            "expected": [10.0, 10.0, 12.0],
            "lift": [0.5, 2.0, 0.0],
            "hard": [0.1, 0.9, 0.05],
            "p": [0.3, 0.3, 0.3],
            "q": [0.5, 0.5, 0.5],
        }
        | changed
    )


def test_heat_map_puts_hard_topics_on_top_and_writes_the_lift() -> None:
    svg = _svg(plots.topic_heatmap(_cells()))
    assert svg.index(">politics government<") < svg.index(">sport<") < svg.index(">arts culture<")
    assert ">2.0×<" in svg
    assert ">0.5×<" in svg


def test_heat_map_shows_a_cell_where_nothing_was_seen() -> None:
    assert ">0.0×<" in _svg(plots.topic_heatmap(_cells()))


def test_heat_map_stars_and_frames_what_holds() -> None:
    plain, svg = _svg(plots.topic_heatmap(_cells())), _svg(plots.topic_heatmap(_cells(q=[0.5, 0.01, 0.5])))
    assert ">2.0× ★<" in svg
    assert svg.count("★<") == 1
    assert svg.count('stroke-width="2.5"') == plain.count('stroke-width="2.5"') + 1


def test_heat_map_dashes_what_was_not_tested() -> None:
    svg = _svg(plots.topic_heatmap(_cells(p=[0.3, None, 0.3], q=[0.5, None, 0.5])))
    assert "2.0×" not in svg
    assert ">–<" in svg


def test_forest_plot_puts_the_pooled_difference_last() -> None:
    contrasts = pl.DataFrame(
        {
            "site": ["all", "b", "a"],
            "difference": [0.1, 0.2, 0.0],
            "difference_low": [0.05, 0.1, -0.1],
            "difference_high": [0.15, 0.3, 0.1],
            "hosts_hard": [20, 10, 10],
            "hosts_soft": [20, 10, 10],
            "q": [0.01, 0.01, 0.9],
        }
    )
    svg = _svg(plots.difference_forest(contrasts))
    assert svg.index(">b<") < svg.index(">a<") < svg.index(">all sites<")


def test_forest_plot_leaves_hollow_what_does_not_hold() -> None:
    contrasts = pl.DataFrame(
        {
            "site": ["a", "b"],
            "difference": [0.2, 0.1],
            "difference_low": [0.1, -0.1],
            "difference_high": [0.3, 0.3],
            "hosts_hard": [10, 10],
            "hosts_soft": [10, 10],
            "q": [0.01, 0.3],
        }
    )
    filled = f'fill="{plots.SOFT}"'
    assert _svg(plots.difference_forest(contrasts)).count(filled) == 1
    assert _svg(plots.difference_forest(contrasts.with_columns(q=pl.lit(0.01)))).count(filled) == 2


def test_bounds_that_meet_are_still_drawn() -> None:
    rows = {"site": "a", "wording": "plain", "hours": 24, "headlines": 40, "gone": 12}
    svg = _svg(plots.standing(pl.DataFrame([rows | {"standing_low": 0.5, "standing_high": 0.5}])))
    assert plots.SOFT in svg


def test_a_day_has_its_hours_without_comments_too() -> None:
    chart = plots.comment_hours(pl.DataFrame({"local_hour": [9], "comments": [4]}))
    [drawn] = chart.to_dict()["datasets"].values()
    assert [row["comments"] for row in drawn] == [0] * 9 + [4] + [0] * 14


@pytest.fixture(scope="module")
def ask(database: Path) -> Callable[[str], pl.DataFrame]:
    def answer(sql: str) -> pl.DataFrame:
        with duckdb.connect(database, read_only=True) as con:
            return con.sql(sql).pl()

    return answer


def test_slot_profile_has_a_line_each_side(ask: Callable[[str], pl.DataFrame]) -> None:
    svg = _svg(plots.slot_profile(ask("FROM marts.slot_profile WHERE site = 'akşam' AND kind = 'related'")))
    assert plots.HARD in svg
    assert plots.SOFT in svg


def test_outcomes_name_every_site(ask: Callable[[str], pl.DataFrame]) -> None:
    svg = _svg(plots.outcomes_by_site(ask("FROM marts.crawl_report")))
    assert ">akşam<" in svg
    assert ">beacon<" in svg


def test_a_chart_becomes_a_picture_in_markdown(ask: Callable[[str], pl.DataFrame]) -> None:
    markdown = plots.markdown_image(plots.outcomes_by_site(ask("FROM marts.crawl_report")))
    opening, _, data = markdown.partition("base64,")
    assert opening == "![chart](data:image/png;"
    assert base64.b64decode(data.removesuffix(")")).startswith(PNG)
