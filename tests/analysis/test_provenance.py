"""That a reader of the marts is led from each number to the function that made it, and to what it rests on."""

import importlib
import re
from functools import reduce

import pytest

from pipelines.lake import schema

MEASURES = (*schema.MEASURES, schema.COMMENT_ASSOCIATION, schema.ENGAGEMENT_OVERLAP)
# Lists of what was seen, of which nothing is concluded.
DESCRIPTIVE = (schema.COOCCURRENCE, schema.HEADLINE_VARIANTS)


@pytest.mark.parametrize("table", MEASURES, ids=lambda table: table.name)
def test_each_column_names_the_function_it_comes_from(table: schema.Table) -> None:
    for column in table.columns:
        named = re.search(r"; (\w+)\.([\w.]+)$", column.meaning)
        assert named, f"{table.name}.{column.name}: {column.meaning}"
        module = importlib.import_module(f"pipelines.analysis.{named[1]}")
        assert callable(reduce(getattr, named[2].split("."), module)), column.meaning


@pytest.mark.parametrize(
    "table", [table for table in MEASURES if table not in DESCRIPTIVE], ids=lambda table: table.name
)
def test_each_measure_says_what_it_rests_on(table: schema.Table) -> None:
    assert {column.name for column in schema.BASIS_COLUMNS} <= set(table.schema.names())
