"""docs/scaling.md from the figures of docs/scaling.json: what a capture costs, and what 10⁵, 10⁷ and 10⁹ of them do.

    python benchmarks/scaling.py

Nothing is measured here (`benchmarks/scale.py` does that) and nothing typed by hand: each table of the page stands
between marks and is written anew. Lines are fitted to lakes of up to three million exposures; what the larger ones took
shows whether they hold.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import polars as pl
import vl_convert

from benchmarks.lakes import month_of
from benchmarks.scale import FIGURES, MEASURES, ON_SPARK, STEPS, Figures
from pipelines.settings import ROOT

COUNTED = ("exposures", "checks of exposures")  # which judge nothing
ALONE = ("classification", "judging", "publishing")  # what one process does
SMALL = 3_100_000  # exposures of the largest lake that the lines are fitted to
ROOM = 64 * 2**30  # bytes of memory of the machine that judges and publishes
PRICE_CORE_HOUR, PRICE_GB_MONTH = 0.04, 0.02  # assumed, in whatever money


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through figures of small lakes: what is spent anyhow, and what each exposure adds."""

    start: float
    slope: float

    def at(self, exposures: float) -> float:
        """The figure that it foretells for so many exposures."""
        return self.start + self.slope * exposures


def line(points: Sequence[tuple[float, float]]) -> Line:
    """The line nearest to (exposures, figure) in proportion, so that small lakes count as much as large ones."""
    x, y = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    weight = 1 / np.maximum(y, 1e-9)
    slope, start = np.polyfit(x, y, 1, w=weight) if len(x) > 1 else (y[0] / x[0], 0.0)
    return Line(float(start), float(slope))


class Measured:
    """The figures of docs/scaling.json, and the lines fitted to the small lakes among them."""

    def __init__(self, figures: Mapping[str, Any]) -> None:
        self.page: Figures = figures["pages"]["one core"]
        self.growth: list[Figures] = [*figures["growth"].values()]
        self.lengths: list[Figures] = sorted(figures.get("lengths", {}).values(), key=lambda found: found["slots"])
        self.spark: list[Figures] = [*figures.get("spark", {}).values()]

    def points(self, step: str, figure: str) -> list[tuple[float, float]]:
        """(exposures, figure) of a step on every lake that it was finished on, in order of size."""
        done = [found for found in self.growth if found["step"] == step and figure in found]
        return sorted((float(found["exposures"]), float(found[figure])) for found in done)

    def fitted(self, step: str, figure: str) -> Line:
        """The line of a step's figure over the lakes of up to SMALL exposures."""
        return line([(x, y) for x, y in self.points(step, figure) if x <= SMALL])

    def slope(self, figure: str, steps: Iterable[str]) -> float:
        """What an exposure adds to a figure, all these steps together."""
        return sum(max(0.0, self.fitted(step, figure).slope) for step in steps)

    @property
    def exposures_a_page(self) -> float:
        """Exposures on a real page."""
        return self.page["exposures"] / self.page["pages"]

    @property
    def headlines_a_capture(self) -> float:
        """Headlines that a capture adds to those of its day, on the largest lake where this was counted."""
        exposures, headlines = self.points("distinct headlines", "result")[-1]
        one = month_of(1)
        return headlines / exposures * one.items / (one.days * one.stories * one.captures)

    def bytes_a_page(self) -> float:
        """Bytes of a page's rows in all tables of the lake."""
        largest = max((found for found in self.growth if "lake_bytes" in found), key=lambda found: found["exposures"])
        exposure = largest["lake_bytes"]["exposures"] / largest["exposures"]
        headline = self.page["table_bytes"]["headlines"] / self.page["headlines"]
        extracted = sum(size for name, size in self.page["table_bytes"].items() if name != "headlines")
        return extracted / self.page["pages"] + self.headlines_a_capture * headline + self.exposures_a_page * exposure

    def core_seconds(self) -> dict[str, float]:
        """CPU seconds of each stage for one more capture."""
        exposures = self.exposures_a_page
        counting = self.slope("counting", MEASURES)
        return {
            "extraction": self.page["extraction_cpu"] / self.page["pages"],
            "classification": self.headlines_a_capture * self.page["classification_cpu"] / self.page["headlines"],
            "counting": exposures * (self.slope("cpu", ("distinct headlines", *COUNTED)) + counting),
            "judging": exposures * (self.slope("cpu", MEASURES) - counting),
            "publishing": exposures * self.slope("cpu", ("publish",)),
        }

    def shuffled(self) -> float:
        """Bytes that Spark shuffles for one more exposure; nought where that was not measured."""
        total = sum(
            line([(found["exposures"], found["shuffle"]) for found in self.spark if found["step"] == step]).slope
            for step in {found["step"] for found in self.spark}
        )
        return max(0.0, total)

    def spark_factor(self) -> float | None:
        """CPU seconds on Spark over those here, for the same steps and the largest lake that both counted."""
        done = {found["step"]: found for found in sorted(self.spark, key=lambda found: found["exposures"])}
        here = {step: dict(self.points(step, "counting" if step in MEASURES else "cpu")) for step in done}
        pairs = [(found["cpu"], here[step].get(float(found["exposures"]))) for step, found in done.items()]
        known = [(there, local) for there, local in pairs if local]
        return sum(there for there, _ in known) / sum(local for _, local in known) if known else None


def sizes_text(value: float, unit: str = "B") -> str:
    """A number of bytes as people write it."""
    for prefix in ("", "k", "M", "G", "T", "P"):
        if value < 1000 or prefix == "P":
            return f"{value:,.0f} {prefix}{unit}" if value >= 10 or not prefix else f"{value:.1f} {prefix}{unit}"
        value /= 1000
    raise AssertionError


def number_text(value: float) -> str:
    """A number to two digits or more."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def hours_text(hours: float) -> str:
    """Hours as people write them."""
    for span, name in ((1 / 60, "min"), (1, "h"), (24, "d")):
        if hours < {"min": 2, "h": 72, "d": float("inf")}[name]:
            value = hours / span
            return f"{value:.1f} {name}" if value < 10 else f"{value:,.0f} {name}"
    raise AssertionError


def page_table(found: Measured) -> str:
    """What one capture costs."""
    seconds, page = found.core_seconds(), found.page
    total = sum(seconds.values())
    rows = [(f"{name}, CPU", f"{1000 * value:.2f} ms", f"{value / total:.0%}") for name, value in seconds.items()]
    rows += [
        ("archive", sizes_text(page["archive_bytes"] / page["pages"]), ""),
        ("lake", sizes_text(found.bytes_a_page()), ""),
    ]
    said = (
        f"{page['pages']} real pages with {page['articles']} stories, {page['blocks']} lists and "
        f"{found.exposures_a_page:.1f} exposures a page; {found.headlines_a_capture:.1f} headlines a capture that are "
        "new in their archive day, as on the generated lakes."
    )
    return said + "\n\n" + as_table(("one capture", "takes", "share"), rows)


def growth_table(found: Measured) -> str:
    """Each step beside what the line through the small lakes foretells of the large ones."""
    rows = []
    for step in STEPS:
        cpu, memory = found.fitted(step, "cpu"), found.fitted(step, "memory")
        for x, y in found.points(step, "cpu"):
            if x > SMALL:
                held = dict(found.points(step, "memory"))[x]
                rows.append(
                    (
                        step,
                        f"{1e6 * cpu.slope:.1f} s",
                        f"{x / 1e6:.0f} M",
                        f"{y:.0f} s",
                        f"{y / cpu.at(x):.2f}",
                        sizes_text(1e6 * max(0.0, memory.slope)),
                        sizes_text(held),
                        f"{held / memory.at(x):.2f}",
                    )
                )
    head = ("step", "CPU a million", "exposures", "CPU", "of the model", "memory a million", "memory", "of the model")
    failed = sorted(
        {
            f"{each['step']} on {each['exposures'] / 1e6:.0f} M ({each['failed']})"
            for each in found.growth
            if "failed" in each
        }
    )
    return as_table(head, rows) + (f"\n\nNot finished: {'; '.join(failed)}." if failed else "")


def lengths_table(found: Measured) -> str:
    """What pairs cost on lists of different lengths."""
    rows = [
        (
            str(each["slots"]),
            f"{each['joined'] / 1e6:.2f} M",
            f"{each['counting']:.1f} s",
            sizes_text(each["memory"]),
            f"{each['result']:,}",
        )
        for each in found.lengths
        if "counting" in each
    ]
    return as_table(("slots", "pairs to count", "CPU of counting", "memory", "pairs that met twice"), rows)


def captures_table(found: Measured) -> str:
    """Core-hours, bytes and wall time for 10⁵, 10⁷ and 10⁹ captures."""
    seconds, exposures = found.core_seconds(), found.exposures_a_page
    columns = [10**5, 10**7, 10**9]
    rows: list[tuple[str, ...]] = [("exposures", *(f"{n * exposures:.1e}" for n in columns))]
    rows += [
        (f"{name}, core-hours", *(number_text(n * value / 3600) for n in columns)) for name, value in seconds.items()
    ]
    rows += [
        (name, *(sizes_text(n * value) for n in columns))
        for name, value in (
            ("archive", found.page["archive_bytes"] / found.page["pages"]),
            ("lake", found.bytes_a_page()),
            ("shuffled on Spark", found.shuffled() * exposures),
        )
    ]
    alone = sum(seconds[name] for name in ALONE)
    spread = sum(seconds.values()) - alone
    rows += [
        (f"wall time, {cores:,} cores", *(hours_text(n * (spread / cores + alone) / 3600) for n in columns))
        for cores in (10, 100, 1000)
    ]
    rows += [
        (
            "the same, classified on all of them",
            *(
                hours_text(n * ((spread + seconds["classification"]) / 1000 + alone - seconds["classification"]) / 3600)
                for n in columns
            ),
        ),
        ("first bottleneck", *(bottleneck(found, n) for n in columns)),
    ]
    return as_table(("captures", *(f"{n:,}" for n in columns)), rows)


def bottleneck(found: Measured, captures: int) -> str:
    """What stops first on one machine of ROOM bytes, or else takes longest."""
    exposures = captures * found.exposures_a_page
    needed = {step: found.fitted(step, "memory").at(exposures) for step in MEASURES}
    worst = max(needed, key=lambda step: needed[step])
    if needed[worst] > ROOM:
        return f"memory of {worst}: {sizes_text(needed[worst])} on one machine"
    seconds = found.core_seconds()
    slowest = max(ALONE, key=lambda name: seconds[name])
    return f"{slowest}, in one process: {hours_text(captures * seconds[slowest] / 3600)}"


def machine_table(found: Measured) -> str:
    """Where one machine ends, step by step."""
    rows = []
    for step in (*MEASURES, "publish"):
        memory, cpu = found.fitted(step, "memory"), found.fitted(step, "cpu")
        most = (ROOM - memory.start) / memory.slope if memory.slope > 0 else float("inf")
        handed = found.fitted(step, "handed_bytes").slope
        judging = cpu.slope - found.fitted(step, "counting").slope
        rows.append(
            (
                step,
                f"{most / 1e6:,.0f} M",
                f"{most / found.exposures_a_page / 1e6:,.0f} M",
                sizes_text(1e6 * handed) if step in MEASURES else "",
                f"{1e6 * judging:.1f} s",
            )
        )
    head = (
        "step",
        f"exposures in {ROOM // 2**30} GiB",
        "captures",
        "handed to judging, a million",
        "judged here, CPU a million",
    )
    return as_table(head, rows)


def publish_table(found: Measured) -> str:
    """What publishing took, lake by lake."""
    rows = [
        (
            f"{each['exposures'] / 1e6:.1f} M",
            f"{each['cpu']:.0f} s",
            sizes_text(each["memory"]),
            sizes_text(each["result"]),
        )
        for each in sorted(found.growth, key=lambda each: each["exposures"])
        if each["step"] == "publish" and "cpu" in each
    ]
    return as_table(("exposures", "CPU", "memory", "the DuckDB file"), rows)


def cost_table(found: Measured) -> str:
    """What a million pages cost."""
    hours = 1e6 * sum(found.core_seconds().values()) / 3600
    factor = found.spark_factor()
    stored = 1e6 * (found.page["archive_bytes"] / found.page["pages"] + found.bytes_a_page())
    rows = [
        ("core-hours", f"{hours:.1f}", f"× {PRICE_CORE_HOUR} a core-hour", f"{hours * PRICE_CORE_HOUR:.2f}"),
        (
            "stored, a month",
            sizes_text(stored),
            f"× {PRICE_GB_MONTH} a GB and month",
            f"{stored / 1e9 * PRICE_GB_MONTH:.2f}",
        ),
    ]
    if factor:
        more = hours + 1e6 * found.core_seconds()["counting"] / 3600 * (factor - 1)
        rows.insert(
            1, ("core-hours, counted on Spark", f"{more:.1f}", f"× {PRICE_CORE_HOUR}", f"{more * PRICE_CORE_HOUR:.2f}")
        )
    return as_table(("a million pages", "amount", "price", "cost"), rows)


def spark_table(found: Measured) -> str:
    """The steps on Spark beside the same here."""
    rows = []
    for each in sorted(found.spark, key=lambda each: (each["exposures"], [*ON_SPARK].index(each["step"]))):
        here = dict(found.points(each["step"], "cpu")).get(float(each["exposures"]))
        rows.append(
            (
                each["step"],
                f"{each['exposures'] / 1e6:.1f} M",
                f"{each['cpu']:.1f} s",
                f"{here:.1f} s" if here else "–",
                sizes_text(each["shuffle"]),
                sizes_text(each["shuffle"] / each["exposures"]),
            )
        )
    return as_table(("step", "exposures", "CPU of executors", "CPU here", "shuffled", "an exposure"), rows)


def as_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown; numbers to the right."""
    lines = [" | ".join(head), "|".join(["---", *["---:"] * (len(head) - 1)]), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {text} |" if number != 1 else f"|{text}|" for number, text in enumerate(lines))


def chart(found: Measured) -> alt.FacetChart:
    """CPU seconds of each step by exposures: points as measured, lines as fitted to the small lakes."""
    steps = [step for step in STEPS if found.points(step, "cpu")]
    rows = [
        {"step": step, "exposures": x, "measured": y, "model": max(0.01, found.fitted(step, "cpu").at(x))}
        for step in steps
        for x, y in found.points(step, "cpu")
    ]
    far = [
        {"step": step, "exposures": x, "model": max(0.01, found.fitted(step, "cpu").at(x))}
        for step in steps
        for x in np.geomspace(3e5, 1e8, 40)
    ]
    x = alt.X("exposures:Q", scale=alt.Scale(type="log"), title="exposures", axis=alt.Axis(format="~s", tickCount=4))
    y = alt.Y("model:Q", scale=alt.Scale(type="log"), title="CPU seconds", axis=alt.Axis(tickCount=4, format="~g"))
    data = pl.DataFrame(rows + far, infer_schema_length=None)
    base = alt.Chart().properties(width=170, height=110)
    model = base.mark_line(strokeWidth=1.5, color="#2b8cc4").encode(x=x, y=y)
    points = base.transform_filter("datum.measured != null").mark_point(
        filled=True, size=45, color="#d55e00", opacity=1
    )
    return (
        alt.layer(model, points.encode(x=x, y=alt.Y("measured:Q", title="CPU seconds")), data=data)
        .facet(alt.Facet("step:N", sort=steps, title=None), columns=4)
        .configure(font="sans-serif", background="white", padding=8)
    )


def write_page(page: Path) -> None:
    """Put the tables between the marks of docs/scaling.md, and the chart beside it."""
    found = Measured(json.loads(FIGURES.read_text(encoding="utf-8")))
    text = page.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        before, mark, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        if not (mark and end):
            raise SystemExit(f"{page} lacks the marks <!-- {name} --> and <!-- end of {name} -->")
        text = f"{before}{mark}\n{table(found)}\n\n{end}{after}"
    page.write_text(text, encoding="utf-8")
    page.with_suffix(".svg").write_text(vl_convert.vegalite_to_svg(chart(found).to_dict()), encoding="utf-8")


TABLES: dict[str, Callable[[Measured], str]] = {
    "page": page_table,
    "captures": captures_table,
    "cost": cost_table,
    "growth": growth_table,
    "lengths": lengths_table,
    "machine": machine_table,
    "publish": publish_table,
    "spark": spark_table,
}


if __name__ == "__main__":
    write_page(ROOT / "docs" / "scaling.md")
