"""Names that hold a word are found among all names of a page."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.document import parse
from pipelines.extract.names import elements_named, names_holding
from pipelines.extract.page import Page

NAMES = st.lists(st.text(st.sampled_from("abAB-_İı語"), min_size=1, max_size=8), unique=True)


@given(NAMES, st.lists(st.sampled_from(["a", "ab", "b-a", "bb"])))
def test_finds_what_a_look_at_each_name_finds(names: list[str], words: list[str]) -> None:
    # Upper case is folded as ASCII's only: "İ" holds no "i".
    folded = {name: name.encode().lower().decode() for name in names}
    assert names_holding(names, words) == [name for name in names if any(word in folded[name] for word in words)]


def test_class_names_and_ids_come_with_their_elements() -> None:
    page = Page(
        parse(b'<div class="Comments x" id="comments"><p class="comment-text"></p></div>'), "https://a.example/"
    )
    found = [(name, element.name) for name, element in elements_named(page, ["comment"])]
    assert found == [("Comments", "div"), ("comment-text", "p"), ("comments", "div")]
