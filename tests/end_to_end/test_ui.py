"""The Dagster UI in a real browser, as whoever is on call uses it: publish, read why a run failed, backfill a month.

What is typed and clicked goes through the browser; the web server's GraphQL is asked only whether runs have ended.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import httpx
import polars as pl
import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from pipelines.assets.tables import today
from pipelines.lake.parts import Lake
from pipelines.lake.schema import PAGES
from pipelines.settings import ROOT
from tests.browser import chromium
from tests.end_to_end.workplace import Workplace, free_port, workplace
from tests.marked_pages import segment

pytestmark = pytest.mark.slow

PATIENCE = 240  # seconds, for a machine that others use too
T = TypeVar("T")
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}


@dataclass(frozen=True)
class Ui:
    """A served workplace and a browser that looks at it."""

    place: Workplace
    url: str
    browser: Chrome

    def open(self, path: str) -> None:
        self.browser.get(self.url + path)

    def text(self) -> str:
        return self.browser.find_element(By.TAG_NAME, "body").text

    def reads(self, *expected: str) -> None:
        """Wait until the page shows all of this."""
        wait(lambda: all(each in self.text() for each in expected), f"{expected} on {self.browser.current_url}")

    def find(self, css: str, text: str = "") -> WebElement:
        """Wait for an element that is shown and whose text or placeholder begins so."""

        def shown() -> WebElement | None:
            for element in self.browser.find_elements(By.CSS_SELECTOR, css):
                said = element.text or element.get_attribute("placeholder") or ""
                if element.is_displayed() and element.is_enabled() and said.startswith(text):
                    return element
            return None

        return wait(shown, f"{css} {text!r} on {self.browser.current_url}")

    def runs(self) -> dict[str, tuple[str, str]]:
        """Job and status of every run, by its id."""
        query = "{runsOrError {... on Runs {results {runId pipelineName status}}}}"
        answer = httpx.post(f"{self.url}/graphql", json={"query": query}, timeout=30).json()
        found = answer["data"]["runsOrError"]["results"]
        return {run["runId"]: (run["pipelineName"], run["status"]) for run in found}

    def launch(self, job: str, days: str) -> dict[str, tuple[str, str]]:
        """Start a job from its page for the days as one types them there; the runs that came of it, when they ended."""
        before = self.runs().keys()
        self.open(f"/locations/yanyana/jobs/{job}")
        self.find("button", "Materialize all").click()
        self.find("button", "Confirm").click()  # that no crawl of Dagster's filled the archive
        field = self.find("input", "No matching partitions")
        field.click()
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(days, Keys.TAB)
        self.find("button", "Launch").click()

        def ended() -> dict[str, tuple[str, str]] | None:
            new = {run: said for run, said in self.runs().items() if run not in before}
            return new if new and all(status in ENDED for _, status in new.values()) else None

        return wait(ended, f"the end of {job}")


def wait(ready: Callable[[], T | None], what: str) -> T:
    """The first answer of `ready` that is not empty; a page that redraws itself meanwhile is looked at again."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        try:
            if answer := ready():
                return answer
        except (WebDriverException, httpx.TransportError):
            pass
        time.sleep(0.3)
    raise AssertionError(f"waited {PATIENCE} s for {what}")


@pytest.fixture(scope="module")
def days() -> list[date]:
    """A month, as an operator backfills it."""
    return [today() - timedelta(days=back) for back in range(29, -1, -1)]


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory, days: list[date]) -> Iterator[Ui]:
    place = workplace(tmp_path_factory.mktemp("ui"))
    place.yanyana("init")
    for day in (days[0], days[11], days[-1]):
        segment(place.data / "archive", day)
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "--workspace",
        "workspace.yaml",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    with chromium(loopback=True) as browser, (place.folder / "log").open("w") as log:
        served = subprocess.Popen(
            command, cwd=ROOT, env=place.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            ui = Ui(place, f"http://127.0.0.1:{port}", browser)
            wait(lambda: httpx.get(f"{ui.url}/server_info").is_success, "the web server")
            yield ui
        finally:
            os.killpg(served.pid, signal.SIGKILL)  # the web server, the daemon and their code servers; nothing is kept
            served.wait(timeout=60)


def test_a_day_is_published_from_the_ui(ui: Ui, days: list[date]) -> None:
    [(job, status)] = ui.launch("refresh", str(days[-1])).values()
    assert (job, status) == ("refresh", "SUCCESS")
    ui.open("/assets/warehouse")
    ui.reads("When it fails:", str(ui.place.data / "yanyana.duckdb"))
    ui.open("/assets/items")
    ui.reads(
        "One teaser in one block at one slot.", "yanyana", "Fails if more than 24 hours since last materialization"
    )


def test_who_is_on_call_reads_which_table_day_and_site_and_what_to_do(ui: Ui, days: list[date]) -> None:
    [part] = Lake(ui.place.data / "lake").parts(PAGES, days[-1])
    made_by, pages = pl.read_parquet_metadata(part), pl.read_parquet(part)
    pl.concat([pages, pages.head(1)]).write_parquet(part, metadata=made_by)
    try:
        [(run, (_, status))] = ui.launch("refresh", str(days[-1])).items()
        assert status == "FAILURE"
        ui.open(f"/runs/{run}")
        ui.reads("1 blocking asset check failed with ERROR severity", "pages: keys_unique")
        ui.open("/assets/pages?view=checks&checkDetail=keys_unique")
        said = (
            f"1 values of (capture_id) stand on several rows of {days[-1]} ({pages['site'][0]}): see docs/operating.md"
        )
        ui.reads("This is a blocking asset check", said)
        log = ui.place.folder / "log"
        wait(
            lambda: f"pages, keys_unique: {said}" in log.read_text(encoding="utf-8"), "the failure in the daemon's log"
        )
    finally:
        pages.write_parquet(part, metadata=made_by)


def test_a_month_is_backfilled_from_the_ui_as_one_run(ui: Ui, days: list[date]) -> None:
    [(job, status)] = ui.launch("backfill", f"[{days[0]}...{days[-1]}]").values()
    assert (job, status) == ("backfill", "SUCCESS")
    ui.open("/assets/items?view=partitions")
    ui.reads("Materialized (30)", "Failed (0)")
    published = ui.place.yanyana("query", "SELECT DISTINCT day FROM core.captures ORDER BY day", "--format", "csv")
    assert published.split() == ["day", str(days[0]), str(days[11]), str(days[-1])]
