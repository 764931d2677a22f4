"""A published warehouse of the sample lake, made once for all tests that only read it."""

from pathlib import Path

import pytest

from pipelines.settings import ROOT
from pipelines.warehouse.publish import publish
from tests.warehouse.sample import sample_lake

SQL = ROOT / "sql"


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    publish(sample_lake(folder / "lake"), folder / "yanyana.duckdb", sql=SQL, code_version="test")
    return folder / "yanyana.duckdb"
