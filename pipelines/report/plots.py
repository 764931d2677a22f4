"""Frames in, Altair charts out; the report embeds them and the assets attach them as pictures.

No data is read or judged here: the sections of the report ask for it and decide whether it can carry a chart.
Text, axes and rules are drawn in `currentColor`, so that one chart serves a light page, a dark one and paper.
"""

import base64
import textwrap
from typing import Any, Final

import altair as alt
import polars as pl
import vl_convert

from pipelines.report.figure import HOLDS

HARD, SOFT = "#d55e00", "#2b8cc4"  # told apart with any colour vision, on white and on black
_CLASSES: Final = ["clickbait", "tabloid", "soft", "hard", "unknown"]
_WORDINGS: Final = ["clickbait", "plain"]
_OUTCOMES: Final = {"articles": SOFT, "lists": "#8fc3e4", "empty": "#e69f00", "failed": HARD}
_ROW = 34  # pixels a row of a heat map or forest plot takes

alt.data_transformers.disable_max_rows()


def topic_heatmap(cells: pl.DataFrame) -> alt.LayerChart:
    """Lift by host topic and item class of one site.

    Expects rows of `topic_matrix` and how `hard` each topic is, in descending order of which the topics stand. A cell
    without a p-value is drawn as a dash: its lift would be noise. One whose q is below HOLDS is framed and starred.
    """
    data = cells.with_columns(tested=pl.col("p").is_not_null(), holds=_holds()).with_columns(
        topic=pl.col("host_topic").map_elements(_on_two_lines, return_dtype=pl.String),
        log2_lift=pl.when("tested").then(pl.max_horizontal("lift", 1 / 8).log(2)),
        label=pl.when("tested")
        .then(pl.col("lift").round(1).cast(pl.String) + pl.when("holds").then(pl.lit("× ★")).otherwise(pl.lit("×")))
        .otherwise(pl.lit("–")),
    )
    topics = data.group_by("topic").agg(pl.col("hard").max()).sort("hard", "topic", descending=[True, False])
    position = {
        "x": alt.X(
            "item_class:N", sort=_CLASSES, title=None, axis=alt.Axis(orient="top", labelAngle=-35, domain=False)
        ),
        "y": alt.Y("topic:N", sort=topics["topic"].to_list(), title=None, axis=_split_labels()),
    }
    base = alt.Chart(data).encode(
        **position,
        tooltip=[
            alt.Tooltip("host_topic:N", title="story's topic"),
            alt.Tooltip("item_class:N", title="teaser"),
            alt.Tooltip("exposures:Q", title="observed"),
            alt.Tooltip("expected:Q", title="expected", format=".1f"),
            alt.Tooltip("lift:Q", format=".2f"),
            alt.Tooltip("q:Q", format=".3f"),
        ],
    )
    colour = alt.Color(
        "log2_lift:Q",
        title=None,
        scale=alt.Scale(domain=[-1, 0, 1], range=["#6baed6", "#f5f5f5", "#fdae6b"], clamp=True),
        legend=alt.Legend(
            orient="bottom", gradientLength=200, values=[-1, 0, 1],
            labelExpr="datum.value < 0 ? 'half as often' : datum.value > 0 ? 'twice' : 'as expected'",
        ),
    )  # fmt: skip
    fill = base.transform_filter("datum.tested").mark_rect(cornerRadius=2).encode(color=colour)
    frame = base.transform_filter("datum.holds").mark_rect(
        cornerRadius=2, fill=None, stroke="currentColor", strokeWidth=2.5
    )
    told = base.transform_filter("datum.tested").mark_text(color="#111").encode(text="label:N")
    untold = base.transform_filter("!datum.tested").mark_text(opacity=0.6).encode(text="label:N")
    return _styled(alt.layer(fill, frame, told, untold), height=_ROW * topics.height)


def difference_forest(contrasts: pl.DataFrame) -> alt.LayerChart:
    """Difference in clickbait share by site, the pooled one last.

    Expects rows of `contrasts` that have an interval. The point of one whose q is not below HOLDS is hollow.
    """
    data = contrasts.with_columns(
        pooled=pl.col("site") == "all",
        label=pl.when(pl.col("site") == "all").then(pl.lit("all sites")).otherwise("site"),
        fill=pl.when(~_holds())
        .then(pl.lit("transparent"))
        .when(pl.col("site") == "all")
        .then(pl.lit("currentColor"))
        .otherwise(pl.lit(SOFT)),
        estimate=pl.format(
            "{} ({} to {})",
            *(pl.col(name).mul(100).round(0).cast(pl.Int64) for name in _INTERVAL),
        ),
    ).sort("pooled", "difference", "site", descending=[False, True, False])
    axis = alt.Axis(labelExpr="datum.value ? format(100 * datum.value, '+') : '0'", tickCount=5, grid=True)
    base = alt.Chart(data).encode(
        y=alt.Y("label:N", sort=data["label"].to_list(), title=None, axis=alt.Axis(labelLimit=150)),
        color=alt.condition("datum.pooled", alt.value("currentColor"), alt.value(SOFT)),
        tooltip=[
            alt.Tooltip("label:N", title="site"),
            alt.Tooltip("estimate:N", title="points (95 % interval)"),
            alt.Tooltip("hosts_hard:Q", title="hard-news stories"),
            alt.Tooltip("hosts_soft:Q", title="other stories"),
        ],
    )
    title = ["points more (+) or less (−)", "clickbait beside hard news"]  # on one line a phone would cut it
    interval = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("difference_low:Q", title=title, axis=axis), x2="difference_high:Q"
    )
    point = base.mark_point(size=90, opacity=1, strokeWidth=2).encode(
        x="difference:Q",
        shape=alt.condition("datum.pooled", alt.value("diamond"), alt.value("circle")),
        fill=alt.Fill("fill:N", scale=None),
    )
    zero = alt.Chart(pl.DataFrame({"x": [0.0]})).mark_rule(strokeDash=[4, 3], color="currentColor").encode(x="x:Q")
    return _styled(alt.layer(zero, interval, point), height=_ROW * data.height + 10)


def slot_profile(slots: pl.DataFrame) -> alt.Chart:
    """Clickbait by slot beside hard news and beside the rest; expects one site's and kind's rows of `slot_profile`."""
    data = pl.concat(
        slots.select(
            "slot",
            beside=pl.lit(beside),
            clickbait=pl.col(f"clickbait_{side}"),
            hosts=pl.col(f"hosts_{side}"),
        )
        for side, beside in (("hard", "hard news"), ("soft", "other stories"))
    )
    chart = (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=45, filled=True, opacity=1), strokeWidth=2)
        .encode(
            x=alt.X("slot:O", title="slot in the list", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("clickbait:Q", title="mean clickbait probability", scale=alt.Scale(domain=[0, 1])),
            color=alt.Color(
                "beside:N",
                title=None,
                scale=alt.Scale(domain=["hard news", "other stories"], range=[HARD, SOFT]),
                legend=alt.Legend(orient="top"),
            ),
            shape=alt.Shape("beside:N", legend=None),
            tooltip=[
                alt.Tooltip("slot:O"),
                alt.Tooltip("beside:N"),
                alt.Tooltip("clickbait:Q", format=".2f"),
                alt.Tooltip("hosts:Q", title="stories"),
            ],
        )
    )
    return _styled(chart, height=200)


def standing(lifetimes: pl.DataFrame) -> alt.Chart:
    """Bounds on the share of headlines still standing, by hours and wording; expects one site's rows of `lifetimes`."""
    hours = lifetimes["hours"].unique().sort().to_list()
    # Where the bounds meet there would be nothing to see.
    data = lifetimes.with_columns(foot=pl.min_horizontal("standing_low", pl.col("standing_high") - 0.01).clip(0))
    chart = (
        alt.Chart(data)
        .mark_bar(cornerRadius=2, minBandSize=4)
        .encode(
            x=alt.X("hours:O", sort=hours, title="hours since first seen", axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("wording:N", sort=_WORDINGS),
            y=alt.Y("foot:Q", title="still standing", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%")),
            y2="standing_high:Q",
            color=alt.Color(
                "wording:N",
                title=None,
                scale=alt.Scale(domain=_WORDINGS, range=[HARD, SOFT]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("hours:O"),
                alt.Tooltip("wording:N"),
                alt.Tooltip("standing_low:Q", title="at least", format=".0%"),
                alt.Tooltip("standing_high:Q", title="at most", format=".0%"),
                alt.Tooltip("headlines:Q"),
                alt.Tooltip("gone:Q", title="seen to go"),
            ],
        )
    )
    return _styled(chart, height=200)


def network(nodes: pl.DataFrame, ties: pl.DataFrame) -> alt.LayerChart:
    """Numbered headlines and the lines that tie them, where `laid_out` put them.

    Expects nodes of number, headline, clickbait, x, y and ties of x, y, x2, y2, blocks.
    """
    data = nodes.with_columns(
        wording=pl.when(pl.col("clickbait") >= 0.5).then(pl.lit("clickbait")).otherwise(pl.lit("plain"))
    )
    place = {
        "x": alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.06, 1.06])),
        "y": alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.12, 1.12])),
    }
    lines = (
        alt.Chart(ties)
        .mark_rule(color="currentColor", opacity=0.35)
        .encode(
            **place,
            x2="x2:Q",
            y2="y2:Q",
            strokeWidth=alt.StrokeWidth("blocks:Q", legend=None, scale=alt.Scale(range=[1, 5])),
            tooltip=[alt.Tooltip("blocks:Q", title="lists with both")],
        )
    )
    base = alt.Chart(data).encode(
        **place,
        tooltip=[alt.Tooltip("headline:N"), alt.Tooltip("clickbait:Q", format=".2f")],
    )
    points = base.mark_circle(size=420, opacity=1).encode(
        color=alt.Color("wording:N", legend=None, scale=alt.Scale(domain=_WORDINGS, range=[HARD, SOFT]))
    )
    numbers = base.mark_text(color="#111", fontWeight="bold").encode(text="number:O")
    return _styled(alt.layer(lines, points, numbers), height=220)


def comment_hours(hours: pl.DataFrame) -> alt.Chart:
    """Comments by hour of the day; expects one site's local_hour and comments. Hours without any are drawn as none."""
    day = pl.DataFrame({"local_hour": pl.int_range(24, eager=True)})
    seen = hours.select(pl.col("local_hour").cast(pl.Int64), "comments")
    data = day.join(seen, on="local_hour", how="left", maintain_order="left").with_columns(
        pl.col("comments").fill_null(0)
    )
    chart = (
        alt.Chart(data)
        .mark_bar(color=SOFT)
        .encode(
            x=alt.X("local_hour:O", title="hour of the day", axis=alt.Axis(labelAngle=0, values=list(range(0, 24, 3)))),
            y=alt.Y("comments:Q", title="comments", axis=alt.Axis(tickMinStep=1, format="~s")),
            tooltip=["local_hour:O", "comments:Q"],
        )
    )
    return _styled(chart, height=160)


def comment_velocity(ages: pl.DataFrame) -> alt.Chart:
    """Comments per story by hours since publication; expects one site's age, per_story, stories and comments."""
    chart = (
        alt.Chart(ages)
        .mark_line(point=alt.OverlayMarkDef(size=35, filled=True, opacity=1), color=SOFT, strokeWidth=2)
        .encode(
            x=alt.X(
                "age:Q",
                title="hours since publication",
                scale=alt.Scale(domain=[0, 24]),
                axis=alt.Axis(values=list(range(0, 25, 6))),
            ),
            y=alt.Y("per_story:Q", title="comments per story"),
            tooltip=[
                alt.Tooltip("age:Q", title="from hour"),
                alt.Tooltip("per_story:Q", title="comments per story", format=".2f"),
                "stories:Q",
                "comments:Q",
            ],
        )
    )
    return _styled(chart, height=160)


def outcomes_by_site(coverage: pl.DataFrame) -> alt.Chart:
    """What became of each site's pages, in the order given; expects site, articles, lists, empty, failed."""
    counts = coverage.select("site", *_OUTCOMES)
    data = counts.unpivot(index="site", variable_name="outcome", value_name="pages")
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("pages:Q", title="pages", axis=alt.Axis(tickCount=5, tickMinStep=1, format="~s")),
            y=alt.Y(
                "site:N",
                title=None,
                sort=coverage["site"].unique(maintain_order=True).to_list(),
                axis=alt.Axis(labelLimit=150),
            ),
            color=alt.Color(
                "outcome:N",
                title=None,
                sort=list(_OUTCOMES),
                scale=alt.Scale(domain=list(_OUTCOMES), range=list(_OUTCOMES.values())),
                legend=alt.Legend(orient="top"),
            ),
            order=alt.Order("rank:Q"),
            tooltip=["site:N", "outcome:N", "pages:Q"],
        )
        .transform_calculate(rank=f"indexof({list(_OUTCOMES)}, datum.outcome)")
    )
    return _styled(chart, height=26 * max(1, coverage["site"].n_unique()))


def markdown_image(chart: alt.TopLevelMixin, *, width: int = 640) -> str:
    """The chart as a PNG in a line of Markdown, as Dagster shows it in metadata."""
    spec = chart.to_dict() | {"width": width, "background": "white", "padding": 10}
    png = vl_convert.vegalite_to_png(spec, scale=1.5)
    return f"![{spec.get('description', 'chart')}](data:image/png;base64,{base64.b64encode(png).decode()})"


_INTERVAL: Final = ("difference", "difference_low", "difference_high")


def _holds() -> pl.Expr:
    return pl.col("q").fill_null(1.0) < HOLDS


def _on_two_lines(topic: str) -> str:
    return "\n".join(textwrap.wrap(topic.replace("-", " "), 20))


def _split_labels() -> alt.Axis:
    return alt.Axis(
        labelExpr="split(datum.label, '\\n')",
        labelLimit=150,
        labelLineHeight=11,
        labelPadding=6,
        domain=False,
        ticks=False,
    )


def _styled(chart: Any, height: int) -> Any:
    """The house style; width follows the container."""
    ink = "currentColor"
    return (
        chart.properties(width="container", height=height, background="transparent")
        .configure(font="system-ui, sans-serif", autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=ink, titleColor=ink, tickColor=ink, domainColor=ink, gridColor=ink, gridOpacity=0.15,
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal",
        )
        .configure_legend(labelColor=ink, titleColor=ink, labelFontSize=11, symbolOpacity=1)
        .configure_text(color=ink, fontSize=11)
    )  # fmt: skip
