"""Pages under docs/ that are written from the code say what the code says."""

from pipelines.lake.schema import TABLES
from pipelines.settings import ROOT
from pipelines.warehouse.dictionary import dictionary_markdown


def test_the_table_list_is_that_of_the_dictionary() -> None:
    written = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert written == dictionary_markdown(TABLES), "run `make docs`"
