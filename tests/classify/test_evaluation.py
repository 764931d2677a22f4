"""Measures against hand-computed values, and the shipped constants against the gold they rest on."""

import json
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipelines.classify import evaluation, measures, rules, topics, training
from pipelines.classify.calibration import CERTAINTY, SCORES, calibration, confused, confusion, cross_fitted, fit
from pipelines.classify.classifier import model_version
from pipelines.classify.features import hashed
from pipelines.classify.gold import GoldError, read_gold
from pipelines.classify.model import shipped
from pipelines.classify.words import TABLES, in_words
from tests.classify.data import write_data


def test_measures_by_hand() -> None:
    truth, probability = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.6, 0.9])
    assert measures.auc(truth, probability) == pytest.approx(3.5 / 4)
    assert measures.accuracy(truth, probability) == 0.75
    assert measures.f1(truth, probability) == pytest.approx(0.8)
    assert (measures.sensitivity(truth, probability), measures.specificity(truth, probability)) == (1, 0.5)
    # Bins: 0.1 alone misses by 0.1, the two at 0.6 together by 0.2, 0.9 by 0.1.
    assert measures.ece(truth, probability) == pytest.approx(0.4 / 4)


def test_one_class_has_no_auc_and_nothing_found_has_no_f1() -> None:
    assert np.isnan(measures.specificity(np.ones(3), np.ones(3)))
    assert np.isnan(measures.sensitivity(np.zeros(3), np.ones(3)))
    assert np.isnan(measures.auc(np.ones(3), np.ones(3)))
    assert measures.f1(np.array([1, 0]), np.array([0.1, 0.2])) == 0
    assert measures.ece(np.array([1]), np.array([1.0])) == 0


def test_an_interval_is_repeatable_and_holds_the_figure() -> None:
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 2, 200)
    probability = np.clip(truth * 0.3 + rng.random(200) * 0.7, 0, 1)
    low, high = measures.interval(measures.auc, truth, probability)
    assert low < measures.auc(truth, probability) < high
    assert (low, high) == measures.interval(measures.auc, truth, probability)


def test_fit_finds_the_curve_that_made_the_answers() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=20_000)
    answers = (rng.random(20_000) < 1 / (1 + np.exp(-(-1 + 2 * scores)))).astype(float)
    curve = fit(scores, answers)
    assert (curve.intercept, curve.slope) == (pytest.approx(-1, abs=0.1), pytest.approx(2, abs=0.1))
    assert curve.headlines == 20_000


@given(arrays(float, st.integers(1, 40), elements=st.floats(-5, 5).map(lambda x: round(x, 1))), st.randoms())
def test_fit_stays_finite_whatever_the_answers(scores: np.ndarray, random: Random) -> None:
    curve = fit(scores, np.array([float(random.randint(0, 1)) for _ in scores]))
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
    gold = read_gold(write_gold(tmp_path))
    assert [entry.opinion("clickbait") for entry in gold] == [1, 0, None, 0.5]
    assert [entry.opinion("sensational") for entry in gold] == [0.5, 0, 1, None]
    (tmp_path / "broken.jsonl").write_text(
        '{"headline": "a", "language": "tr", "clickbait": [0]}\n{"headline"\n', "utf-8"
    )
    with pytest.raises(GoldError, match=r"broken\.jsonl, line 2"):
        read_gold(tmp_path / "broken.jsonl")
    (tmp_path / "broken.jsonl").write_text('{"headline": "a"}\n', "utf-8")
    with pytest.raises(GoldError, match="line 1"):
        read_gold(tmp_path / "broken.jsonl")
    with pytest.raises(GoldError, match=r"absent\.jsonl cannot be read"):
        read_gold(tmp_path / "absent.jsonl")


def test_the_shipped_table_has_every_curve_and_unread_languages_borrow() -> None:
    for language in rules.LANGUAGES:
        for name in SCORES:
            curve = calibration(language, name)
            assert curve.headlines > 0
            assert curve.slope > 0
    assert calibration("fi", "clickbait") == calibration(None, "clickbait")
    assert calibration("fi", "clickbait").headlines == 0


def test_an_interval_over_groups_is_wider_where_neighbours_are_alike() -> None:
    truth = np.repeat([0.0, 1.0, 0.0, 1.0, 1.0, 0.0], 20)
    groups = [str(row // 20) for row in range(len(truth))]
    apart, together = (
        measures.interval(lambda t, _: float(t.mean()), truth, truth, groups=named) for named in (None, groups)
    )
    assert together[1] - together[0] > 2 * (apart[1] - apart[0])


def test_cross_fitting_never_shows_a_curve_its_own_group() -> None:
    scores = np.array([0.0, 1.0, 2.0, 3.0] * 10)
    opinions = np.array([0.0, 0.0, 1.0, 1.0] * 10)
    groups = [str(row // 4) for row in range(40)]
    before = cross_fitted(scores, opinions, groups)
    changed = opinions.copy()
    changed[:4] = 1 - changed[:4]
    after = cross_fitted(scores, changed, groups)
    assert (before[:4] == after[:4]).all()
    assert (before != after).any()


def test_right_labels_are_counted_over_headlines_whose_readers_agree() -> None:
    scores = np.array([-3.0, -2.0, 2.0, 3.0] * 10)
    opinions = np.array([0.0, 0.5, 1.0, 1.0] * 10)
    opinions[3] = 0.0
    counts = confused(scores, opinions, [str(row // 4) for row in range(40)])
    assert counts == (19, 19, 11, 10)


def test_the_shipped_counts_are_of_the_languages_that_were_read() -> None:
    for language in rules.LANGUAGES:
        counts = confusion(language)
        assert counts is not None
        assert counts.clickbait_right / counts.clickbait + counts.other_right / counts.other > 1
    assert confusion("fi") is confusion(None) is None


def test_the_card_tells_figures_data_and_errors_but_no_headline(tmp_path: Path) -> None:
    write_data(tmp_path)
    gold = read_gold(tmp_path / "gold_dev.jsonl")
    figure = evaluation.Figure("A part", "some headlines", "AUC", 0.75, 0.5, 0.875, 1234)
    text = evaluation.card([figure], tmp_path, gold)
    assert "| some headlines | 1,234 | AUC | 0.7500 [0.5000, 0.8750] |" in text
    assert model_version() in text
    assert all(f"| {name} |" in text for name in training.DATASETS)
    assert text.count(" (other)") == len(training.FILES)
    assert "| not told | 20 | 10 |" in text
    assert not [entry.headline for entry in gold if entry.headline in text]


@pytest.mark.corpus
def test_the_shipped_curves_are_those_of_the_gold(shared: Path) -> None:
    text = training.calibration_text(shipped()[0], read_gold(shared / "headlines" / "gold_dev.jsonl"))
    assert (TABLES / "calibration.toml").read_text("utf-8") == text


@pytest.mark.corpus
def test_hand_read_headlines_are_ranked_well(shared: Path) -> None:
    gold = read_gold(shared / "headlines" / "gold_dev.jsonl")
    for language, least in (("tr", 0.92), ("en", 0.85)):
        _, truth, probability = evaluation.read_probabilities(shipped()[0], gold, language, "clickbait")
        assert measures.auc(truth, probability) >= least


@pytest.mark.corpus
def test_held_out_headlines_are_ranked_well(shared: Path) -> None:
    for language, dataset, least in (("tr", "clickbaittr", 0.97), ("en", "webis17", 0.86)):
        labels = training.clickbait_set(shared / "headlines", dataset)
        words = [labels.words[row] for row in np.flatnonzero(labels.held_out)]
        scores = shipped()[0][language].in_domain(hashed(words))
        assert measures.auc((labels.targets[labels.held_out] >= 0.5).astype(float), scores) >= least


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
