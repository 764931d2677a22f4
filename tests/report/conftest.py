"""The report on the sample lake's published file, made once."""

from pathlib import Path

import pytest

from pipelines.report import render
from pipelines.settings import ROOT
from pipelines.warehouse.publish import publish
from tests.warehouse.sample import sample_lake


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    publish(sample_lake(folder / "lake"), folder / "yanyana.duckdb", sql=ROOT / "sql", code_version="test")
    return folder / "yanyana.duckdb"


@pytest.fixture(scope="session")
def page(database: Path) -> str:
    output = database.with_name("index.html")
    render(database, output)
    return output.read_text(encoding="utf-8")
