"""The report in a real browser, on a phone, a tablet and a desk: no error, nothing clipped, no accessibility fault."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import WebDriverWait

from pipelines.report import render
from pipelines.settings import ROOT
from pipelines.warehouse.publish import publish
from tests.browser import INSTALL, chromium
from tests.warehouse.sample import sample_lake

pytestmark = pytest.mark.slow

AXE = ROOT / "build" / "axe" / "axe.min.js"

DRAWN = """
const charts = [...document.querySelectorAll('.chart')];
return charts.length > 0 && charts.every((chart) => chart.querySelector('svg') || !chart.querySelector('script'));
"""
# Scrolling regions are made for what is wider than the page.
BEYOND_THE_PAGE = """
const width = document.documentElement.clientWidth;
return [...document.body.querySelectorAll('*')]
  .filter((element) => !element.closest('.scroll, pre, svg, script'))
  .filter((element) => { const box = element.getBoundingClientRect(); return box.right > width + 1 || box.left < -1; })
  .map((element) => `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`);
"""
BEYOND_ITS_CHART = """
return [...document.querySelectorAll('.chart svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
  }).map((text) => `${svg.closest('section').id}: ${text.textContent}`);
});
"""
FAULTS = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then((found) => done(found.violations
  .filter((fault) => ['serious', 'critical'].includes(fault.impact))
  .map((fault) => `${fault.id}: ${fault.help}: ${fault.nodes.slice(0, 3).map((node) => node.html).join(' ')}`)));
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in which every figure is drawn: more stories, and so more comments, than other tests need."""
    folder = tmp_path_factory.mktemp("browser")
    publish(sample_lake(folder / "lake", stories=104), folder / "yanyana.duckdb", sql=ROOT / "sql", code_version="test")
    render(folder / "yanyana.duckdb", folder / "index.html")
    return folder / "index.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as chrome:  # the file must need nobody
        yield chrome


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1400])
def test_it_is_drawn_whole_and_accessible(browser: Chrome, report: Path, width: int, scheme: str) -> None:
    _open(browser, report, width, scheme)
    assert [entry for entry in browser.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}] == []
    assert browser.execute_script("return document.querySelectorAll('.note, .chart:not(:has(svg))').length") == 0
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script(BEYOND_THE_PAGE) == []
    assert browser.execute_script(BEYOND_ITS_CHART) == []
    assert _faults(browser) == []


def test_numbers_and_sql_fit_a_phone_when_opened(browser: Chrome, report: Path) -> None:
    _open(browser, report, 390, "dark")
    browser.execute_script("document.querySelectorAll('details').forEach((closed) => { closed.open = true; })")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    assert browser.execute_script(BEYOND_THE_PAGE) == []
    assert _faults(browser) == []


def test_a_fault_would_be_found(browser: Chrome, report: Path) -> None:
    _open(browser, report, 390, "light")
    browser.execute_script("document.querySelector('h1').style.width = '2000px'; document.documentElement.lang = ''")
    assert browser.execute_script(BEYOND_THE_PAGE) != []
    assert any(fault.startswith("html-has-lang") for fault in _faults(browser))


def test_the_numbers_behind_a_figure_can_be_saved(browser: Chrome, report: Path, tmp_path: Path) -> None:
    _open(browser, report, 1400, "light")
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.find_element("css selector", "#coverage a[download]").click()
    saved = tmp_path / "coverage.csv"
    WebDriverWait(browser, 30).until(lambda _: saved.exists() and saved.stat().st_size)
    assert pl.read_csv(saved)["site"].to_list() == ["akşam", "beacon"]


def _open(browser: Chrome, report: Path, width: int, scheme: str) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    browser.get(report.as_uri())
    WebDriverWait(browser, 30).until(lambda here: here.execute_script(DRAWN))


def _faults(browser: Chrome) -> list[str]:
    """What axe-core calls serious or critical; skips the rest of the test where it is not installed."""
    if not AXE.exists():
        pytest.skip(f"no axe-core here; {INSTALL}")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    return browser.execute_async_script(FAULTS)
