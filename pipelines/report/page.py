"""The report as one HTML file that opens anywhere: no request leaves it, its script and style stand in it.

What is shown is in `beside`, `headlines`, `readers` and `coverage`, in the order of FIGURES; the page is laid out in
`templates/report.html`.
"""

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from pipelines.errors import YanyanaError
from pipelines.lake.files import replacing
from pipelines.report.beside import answer, sites, slots, topics
from pipelines.report.coverage import captured, failures
from pipelines.report.figure import Ask, Figure
from pipelines.report.headlines import company, sharpened, standing
from pipelines.report.readers import rhythm, velocity

FIGURES: Final[tuple[Callable[[Ask], Figure], ...]] = (
    topics,
    sites,
    slots,
    standing,
    company,
    sharpened,
    rhythm,
    velocity,
    captured,
    failures,
)
_ROWS_SHOWN: Final = 60  # of a figure's numbers on the page; the CSV has them all


class ReportError(YanyanaError):
    """The report could not be written; the one that was there is as it was."""


def render(database: Path, output: Path) -> None:
    """Write the report on the published DuckDB file `database` to `output`, whole, over the previous one.

    Raises ReportError when the file is not there or is none that `pipelines.warehouse` published.
    """
    if not database.exists():
        raise ReportError(f"{database}: nothing is published there yet; `yanyana run` makes it")
    try:
        with duckdb.connect(database, read_only=True) as con:
            page = _page(con)
    except duckdb.Error as error:
        raise ReportError(f"{database}: not a file that this version published; publish again: {error}") from error
    with replacing(output) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _page(con: duckdb.DuckDBPyConnection) -> str:
    def ask(sql: str) -> pl.DataFrame:
        return con.sql(sql).pl()

    return _template().render(
        publish=ask("FROM meta.publish").row(0, named=True),
        answer=answer(ask),
        figures=[figure(ask) for figure in FIGURES],
        rows_shown=_ROWS_SHOWN,
        script=_charting_script(),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pipelines.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"csv_link": _csv_link, "cell": _cell}
    return environment.get_template("report.html")


@cache
def _charting_script() -> str:
    """Vega, Vega-Lite and vega-embed as one script, which sets `vegaEmbed`."""
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # Inside an element, `</script` would end it wherever it stands, in a string too.
    return script.replace("</script", "<\\/script")


def _csv_link(rows: pl.DataFrame) -> str:
    """The rows as the address of a CSV file that stands in the page."""
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(rows.write_csv().encode()).decode()


def _cell(value: object) -> str:
    """A value as readers see it: thousands apart, three digits of a fraction, a dash for unknown."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
