"""Changed words are told apart without losing one."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.report.figures import word_runs


def test_words_are_compared_without_case_or_punctuation() -> None:
    full, shown = word_runs("İstanbul’da köprü açıldı", "İSTANBUL’DA köprü: şok!")
    assert [(run.text, run.changed) for run in full] == [("İstanbul’da köprü", False), ("açıldı", True)]
    assert [(run.text, run.changed) for run in shown] == [("İSTANBUL’DA köprü:", False), ("şok!", True)]


@given(st.text(max_size=60), st.text(max_size=60))
def test_runs_keep_every_word_in_order(full: str, shown: str) -> None:
    for text, runs in zip((full, shown), word_runs(full, shown), strict=True):
        assert " ".join(run.text for run in runs).split() == text.split()


@given(st.text(max_size=60))
def test_a_headline_has_no_changes_to_itself(text: str) -> None:
    assert not any(run.changed for runs in word_runs(text, text) for run in runs)
