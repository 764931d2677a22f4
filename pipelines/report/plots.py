"""Frames in, Altair charts out; the report embeds them and the assets attach them as pictures.

No data is read or judged here: `pipelines.report.figures` asks for it and decides whether it can carry a chart.
Text, axes and rules are drawn in `currentColor`, so that one chart serves a light page, a dark one and paper.
"""

import base64
import textwrap
from typing import Any, Final

import altair as alt
import polars as pl
import vl_convert

HARD, SOFT = "#d55e00", "#2b8cc4"  # told apart with any colour vision, on white and on black
_CLASSES: Final = ["clickbait", "tabloid", "soft", "hard", "unknown"]
_OUTCOMES: Final = {"articles": SOFT, "lists": "#8fc3e4", "empty": "#e69f00", "failed": HARD}
_ROW = 34  # pixels a row of a heat map or forest plot takes

alt.data_transformers.disable_max_rows()


def topic_heatmap(cells: pl.DataFrame) -> alt.LayerChart:
    """Lift by host topic and item class; expects host_topic, item_class, exposures, expected, lift, hard, solid.

    Topics stand in descending `hard`. A cell that is not `solid` is drawn as a dash: its lift would be noise.
    """
    data = cells.with_columns(
        topic=pl.col("host_topic").map_elements(_on_two_lines, return_dtype=pl.String),
        log2_lift=pl.when("solid").then(pl.max_horizontal("lift", 1 / 8).log(2)),
        label=pl.when("solid").then(pl.col("lift").round(1).cast(pl.String) + "×").otherwise(pl.lit("–")),
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
        ],
    )
    colour = alt.Color(
        "log2_lift:Q",
        title=None,
        scale=alt.Scale(domain=[-1, 0, 1], range=["#6baed6", "#f5f5f5", "#fdae6b"], clamp=True),
        legend=alt.Legend(
            orient="bottom", gradientLength=220, values=[-1, 0, 1],
            labelExpr="datum.value < 0 ? 'half as often' : datum.value > 0 ? 'twice' : 'as expected'",
        ),
    )  # fmt: skip
    fill = base.transform_filter("isValid(datum.log2_lift)").mark_rect(cornerRadius=2).encode(color=colour)
    solid_text = base.transform_filter("datum.solid").mark_text(color="#111").encode(text="label:N")
    faint_text = base.transform_filter("!datum.solid").mark_text(opacity=0.6).encode(text="label:N")
    return _styled(alt.layer(fill, solid_text, faint_text), height=_ROW * topics.height)


def difference_forest(contrasts: pl.DataFrame) -> alt.LayerChart:
    """Difference in clickbait share by site, the pooled one last; expects rows of `contrasts` that have an interval."""
    data = contrasts.with_columns(
        pooled=pl.col("site") == "all",
        label=pl.when(pl.col("site") == "all").then(pl.lit("all sites")).otherwise("site"),
        estimate=pl.format(
            "{} ({} to {})",
            *(pl.col(name).mul(100).round(0).cast(pl.Int64) for name in _INTERVAL),
        ),
    ).sort("pooled", "difference", "site", descending=[False, True, False])
    axis = alt.Axis(labelExpr="format(100 * datum.value, '+')", tickCount=5, grid=True)
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
    title = "points more (+) or less (−) clickbait beside hard news"
    interval = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("difference_low:Q", title=title, axis=axis), x2="difference_high:Q"
    )
    point = base.mark_point(filled=True, size=90, opacity=1).encode(
        x="difference:Q", shape=alt.condition("datum.pooled", alt.value("diamond"), alt.value("circle"))
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


def outcomes_by_site(coverage: pl.DataFrame) -> alt.Chart:
    """What became of each site's pages; expects site and the counts articles, lists, empty, failed."""
    counts = coverage.select("site", *_OUTCOMES)
    data = counts.unpivot(index="site", variable_name="outcome", value_name="pages")
    chart = (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("pages:Q", title="pages", axis=alt.Axis(tickCount=5, tickMinStep=1, format="~s")),
            y=alt.Y("site:N", title=None, axis=alt.Axis(labelLimit=150)),
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
    return _styled(chart, height=_ROW * max(1, coverage["site"].n_unique()))


def markdown_image(chart: alt.TopLevelMixin, *, width: int = 640) -> str:
    """The chart as a PNG in a line of Markdown, as Dagster shows it in metadata."""
    spec = chart.to_dict() | {"width": width, "background": "white", "padding": 10}
    png = vl_convert.vegalite_to_png(spec, scale=1.5)
    return f"![{spec.get('description', 'chart')}](data:image/png;base64,{base64.b64encode(png).decode()})"


_INTERVAL: Final = ("difference", "difference_low", "difference_high")


def _on_two_lines(topic: str) -> str:
    return "\n".join(textwrap.wrap(topic.replace("-", " "), 20))


def _split_labels() -> alt.Axis:
    return alt.Axis(
        labelExpr="split(datum.label, '\\n')", labelLimit=150, labelLineHeight=11, domain=False, ticks=False
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
