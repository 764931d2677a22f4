"""Hashed n-grams: what a headline's row depends on and what not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.classify.features import BUCKETS, hashed, plain
from pipelines.classify.words import in_words


@settings(deadline=None)  # the first example builds tables
@given(st.lists(st.text(), max_size=6), st.sampled_from(["tr", "en", None]))
def test_a_row_depends_on_its_own_headline_only(headlines: list[str], language: str | None) -> None:
    words = in_words(headlines, language)
    together = hashed(words).fine
    assert together.shape == (len(headlines), BUCKETS)
    for row, each in enumerate(words):
        alone = hashed([each]).fine
        mine = slice(together.indptr[row], together.indptr[row + 1])
        assert together.indices[mine].tolist() == alone.indices.tolist()
        assert together.data[mine].tolist() == alone.data.tolist()


@given(st.text(min_size=1))
def test_a_row_has_length_one(headline: str) -> None:
    row = hashed(in_words([headline], "tr")).fine
    assert np.sum(row.data.astype(float) ** 2) == pytest.approx(1, abs=1e-5)


def test_n_grams_are_those_of_the_text() -> None:
    """Of ` ^ ab c $ ` (10 characters): runs of 3, 4 and 5; 4 words, 3 pairs and 2 triples; the length."""
    assert hashed(in_words(["ab c"], "en")).fine.nnz == 8 + 7 + 6 + 4 + 3 + 2 + 1


def test_weights_of_topics_read_runs_of_five_words_and_pairs() -> None:
    assert hashed(in_words(["ab c"], "en")).coarse.nnz == 6 + 4 + 3


def test_accents_and_case_make_no_difference_but_words_do() -> None:
    rows = hashed(in_words(["Işık SÖNDÜ", "ışık söndü", "isik sondu", "ışık yandı"], "tr")).fine.toarray()
    assert (rows[0] == rows[1]).all()
    assert (rows[0] == rows[2]).all()
    assert (rows[0] != rows[3]).any()


def test_plain_keeps_what_has_no_plain_letter() -> None:
    assert plain("çığ ñ é 橋 …") == "cig n e 橋 …"


def test_word_order_matters() -> None:
    rows = hashed(in_words(["ev yandı bugün", "bugün yandı ev"], "tr")).fine.toarray()
    assert (rows[0] != rows[1]).any()
