"""Measures against hand-computed values, and the shipped constants against the gold they rest on."""

import json
import tomllib
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipelines.classify import evaluation, rules, topics
from pipelines.classify.calibration import CERTAINTY, SCORES, calibration
from pipelines.classify.words import in_words


def test_measures_by_hand() -> None:
    truth, probability = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.6, 0.9])
    assert evaluation.auc(truth, probability) == pytest.approx(3.5 / 4)
    assert evaluation.accuracy(truth, probability) == 0.75
    assert evaluation.f1(truth, probability) == pytest.approx(0.8)
    # Bins: 0.1 alone misses by 0.1, the two at 0.6 together by 0.2, 0.9 by 0.1.
    assert evaluation.ece(truth, probability) == pytest.approx(0.4 / 4)


def test_one_class_has_no_auc_and_nothing_found_has_no_f1() -> None:
    assert np.isnan(evaluation.auc(np.ones(3), np.ones(3)))
    assert evaluation.f1(np.array([1, 0]), np.array([0.1, 0.2])) == 0
    assert evaluation.ece(np.array([1]), np.array([1.0])) == 0


def test_an_interval_is_repeatable_and_holds_the_figure() -> None:
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 2, 200)
    probability = np.clip(truth * 0.3 + rng.random(200) * 0.7, 0, 1)
    low, high = evaluation.interval(evaluation.auc, truth, probability)
    assert low < evaluation.auc(truth, probability) < high
    assert (low, high) == evaluation.interval(evaluation.auc, truth, probability)


def test_fit_finds_the_curve_that_made_the_answers() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=20_000)
    answers = (rng.random(20_000) < 1 / (1 + np.exp(-(-1 + 2 * scores)))).astype(float)
    curve = evaluation.fit(scores, answers)
    assert (curve.intercept, curve.slope) == (pytest.approx(-1, abs=0.1), pytest.approx(2, abs=0.1))
    assert curve.headlines == 20_000


@given(arrays(float, st.integers(1, 40), elements=st.floats(-5, 5).map(lambda x: round(x, 1))), st.randoms())
def test_fit_stays_finite_whatever_the_answers(scores: np.ndarray, random: Random) -> None:
    curve = evaluation.fit(scores, np.array([float(random.randint(0, 1)) for _ in scores]))
    probability = curve.probability(scores)
    assert np.isfinite([curve.intercept, curve.slope]).all()
    assert ((probability >= CERTAINTY[0]) & (probability <= CERTAINTY[1])).all()


def write_gold(folder: Path) -> Path:
    """Four headlines; nobody could decide on the third, nobody was asked about shouting in the fourth."""
    entries = [
        {"headline": "İşte o köprü", "language": "tr", "clickbait": [1], "sensational": [0, 1]},
        {"headline": "Köprü açıldı", "language": "tr", "clickbait": [0, 0], "sensational": [0, 0]},
        {"headline": "Köprü ve deniz", "language": "tr", "clickbait": [None], "sensational": [1]},
        {"headline": "Why this bridge", "language": "en", "clickbait": [1, 0]},
    ]
    path = folder / "gold.jsonl"
    path.write_text("\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries), "utf-8")
    return path


def test_gold_is_read_and_a_broken_line_is_named(tmp_path: Path) -> None:
    gold = evaluation.read_gold(write_gold(tmp_path))
    assert [entry.opinion("clickbait") for entry in gold] == [1, 0, None, 0.5]
    assert [entry.opinion("sensational") for entry in gold] == [0.5, 0, 1, None]
    (tmp_path / "broken.jsonl").write_text(
        '{"headline": "a", "language": "tr", "clickbait": [0]}\n{"headline"\n', "utf-8"
    )
    with pytest.raises(evaluation.GoldError, match=r"broken\.jsonl, line 2"):
        evaluation.read_gold(tmp_path / "broken.jsonl")
    (tmp_path / "broken.jsonl").write_text('{"headline": "a"}\n', "utf-8")
    with pytest.raises(evaluation.GoldError, match="line 1"):
        evaluation.read_gold(tmp_path / "broken.jsonl")
    with pytest.raises(evaluation.GoldError, match=r"absent\.jsonl cannot be read"):
        evaluation.read_gold(tmp_path / "absent.jsonl")


def test_the_shipped_table_has_every_curve_and_unread_languages_borrow() -> None:
    for language in rules.LANGUAGES:
        for name in SCORES:
            curve = calibration(language, name)
            assert curve.headlines > 0
            assert curve.slope > 0
    assert calibration("fi", "clickbait") == calibration(None, "clickbait")
    assert calibration("fi", "clickbait").headlines == 0


@pytest.mark.corpus
def test_the_shipped_curves_are_those_of_the_gold(shared: Path) -> None:
    curves = evaluation.calibrate(evaluation.read_gold(shared / "headlines" / "gold_dev.jsonl"))
    for language, by_name in tomllib.loads(evaluation.calibration_text(curves)).items():
        for name, written in by_name.items():
            assert calibration(language, name)._asdict() == pytest.approx(written, abs=2e-3)


@pytest.mark.corpus
def test_headlines_not_developed_on_are_ranked_well(shared: Path) -> None:
    gold = evaluation.read_gold(shared / "headlines" / "gold_dev.jsonl")
    for language, least in (("tr", 0.87), ("en", 0.85)):
        scores, opinions = evaluation.scored(gold[1::2], language, "clickbait", language)
        agreed = (opinions == 0) | (opinions == 1)
        assert evaluation.auc(opinions[agreed], scores[agreed]) >= least


@pytest.mark.corpus
def test_word_topics_are_as_often_right_as_they_say(shared: Path) -> None:
    told = pl.read_parquet(shared / "headlines" / "topics_en.parquet").filter(pl.col("topic").is_not_null())
    told = told.sample(8000, seed=1)
    found = topics.from_words(in_words(told["headline"].to_list(), "en"), "en")
    truth = told["topic"].to_list()
    for probability in topics._word_probability()["en"]:
        right = [
            topic.slug in truth[row].split("|") for row, topic in found.items() if topic.probability == probability
        ]
        assert np.mean(right) == pytest.approx(probability, abs=0.08)
