"""What the documentation repeats of the code is what the code says."""

from pipelines.lake.schema import TABLES
from pipelines.settings import ROOT
from pipelines.warehouse.dictionary import dictionary_markdown, table_list_markdown


def test_the_page_of_tables_is_that_of_the_dictionary() -> None:
    written = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    assert written == dictionary_markdown(TABLES), "run `make docs`"


def test_the_readme_lists_the_tables_of_the_dictionary() -> None:
    written = (ROOT / "README.md").read_text(encoding="utf-8")
    assert table_list_markdown(TABLES) in written, f"the list is now:\n{table_list_markdown(TABLES)}"
