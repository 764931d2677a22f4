"""Fitting on made-up headlines, the weights' file, and data that are not there."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.classify import model, rules, training
from pipelines.classify.features import hashed
from pipelines.classify.gold import read_gold
from pipelines.classify.training import DataError
from pipelines.classify.words import in_words
from pipelines.lake.schema import TOPICS
from tests.classify.data import TEASED, TOLD, write_data


def test_clickbait_weights_rank_what_they_have_not_seen() -> None:
    words = in_words([*TEASED[:8], *TOLD[:8]], "tr")
    score = training.fit_clickbait(words, np.repeat([1.0, 0.0], 8), "tr")
    assert np.std(hashed(words).fine @ score.clickbait) == pytest.approx(1)
    teased, told = (hashed(in_words(headlines[8:], "tr")).fine @ score.clickbait for headlines in (TEASED, TOLD))
    assert teased.min() > told.max()


def test_topic_weights_find_the_topic_and_give_the_unlearnt_next_to_nothing() -> None:
    words = in_words([*TEASED[:8], *TOLD[:8]], "tr")
    targets = np.zeros((16, len(TOPICS)))
    targets[:8, TOPICS.index("human-interest")] = 1
    targets[8:, TOPICS.index("politics-government")] = 1
    weights, bias = training.fit_topics(words, targets)
    found = model.softmax(hashed(in_words([TEASED[9], TOLD[9]], "tr")).coarse @ weights + bias)
    assert [TOPICS[at] for at in found.argmax(axis=1)] == ["human-interest", "politics-government"]
    assert found[:, TOPICS.index("weather")].max() < 0.05


def test_the_weights_file_holds_what_was_put_in_up_to_a_step() -> None:
    random = np.random.default_rng(3)
    before = model.Model(random.normal(size=500), random.normal(size=(50, 17)), random.normal(size=17), 1.5, 2.5, -0.5)
    data = model.packed({"tr": before}, {"file": "sum"})
    assert data == model.packed({"tr": before}, {"file": "sum"})
    models, notes = model.unpacked(data)
    after = models["tr"]
    assert notes == {"file": "sum"}
    assert (after.rule_spread, after.own_slope, after.own_intercept) == (1.5, 2.5, -0.5)
    for name in ("clickbait", "topics"):
        wanted, got = getattr(before, name), getattr(after, name)
        assert got.dtype == np.float32
        assert np.abs(wanted - got).max() <= np.abs(wanted).max() / 127


def test_the_shipped_weights_are_small_and_of_every_language_with_rules() -> None:
    assert len(model.WEIGHTS.read_bytes()) <= 2_000_000
    models, notes = model.shipped()
    assert set(models) == rules.LANGUAGES
    assert set(notes) == set(training.FILES)


def test_the_same_data_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_ITERATIONS", 5)
    monkeypatch.setattr(training, "_TOPIC_ITERATIONS", 2)
    write_data(tmp_path)
    gold = read_gold(tmp_path / "gold_dev.jsonl")
    weights, calibration = training.train(tmp_path, gold)
    assert (weights, calibration) == training.train(tmp_path, gold)
    models, notes = model.unpacked(weights)
    assert set(models) == {"tr", "en"}
    assert notes == training.checksums(tmp_path)
    assert "[tr]" in calibration


def test_topics_of_two_sections_are_halved_and_unmapped_sections_left_out(tmp_path: Path) -> None:
    write_data(tmp_path)
    english, turkish = (training.topic_set(tmp_path, language) for language in ("en", "tr"))
    by_section = english.source != "words"
    assert english.targets[by_section].sum(axis=1) == pytest.approx(1)
    assert english.targets[0, TOPICS.index("sport")] == 0.5
    assert (turkish.source != "words").sum() == 19


def test_absent_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"clickbait\.parquet cannot be read"):
        training.checksums(tmp_path)


def test_too_few_answers_make_no_curve(tmp_path: Path) -> None:
    write_data(tmp_path)
    gold = read_gold(tmp_path / "gold_dev.jsonl")
    with pytest.raises(DataError, match="20 headlines are decided for clickbait, 10 of them yes"):
        training.own_calibration(gold, "tr")
    assert training.own_calibration(gold * 3, "tr").startswith("[tr]\nclickbait = { intercept")
