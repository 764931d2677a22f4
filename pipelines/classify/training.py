"""From other people's labelled headlines to the shipped weights and calibration, the same bytes for the same data.

The data stay outside the project; `DATASETS` says which sets there are, under which licence, and which are learnt from.
Logistic and softmax regression over the hashed n-grams of `features`. What the weights say is in `model`.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.sparse import csr_array, diags_array

from pipelines.classify import rules, topics
from pipelines.classify.calibration import SCORES, Calibration, Confusion, confused, fit, topic_temperature
from pipelines.classify.features import BUCKETS, COARSE, hashed
from pipelines.classify.gold import Gold, of_language
from pipelines.classify.model import Model, packed, shipped, softmax, unpacked
from pipelines.classify.words import in_words
from pipelines.errors import YanyanaError
from pipelines.lake.schema import TOPICS

FILES = ("clickbait.parquet", "topics_en.parquet", "topics_tr.parquet", "gold_dev.jsonl")
_CLICKBAIT_PENALTY = {"tr": 7.5e-5, "en": 3e-5}
# Two classes differ in which n-grams they use; mean opinions, which lie between, are predicted worse with these ratios.
_BY_RATIO = frozenset({"tr"})
_TOPIC_PENALTY = 3e-6
_ITERATIONS = 150
_TOPIC_ITERATIONS = 60
# Every tenth group of near-duplicates is never trained on.
_HELD_OUT_OF = 10
_FEWEST_READ = 50


class DataError(YanyanaError):
    """The training data are missing or not what they should be; the message names the file."""


class Dataset(NamedTuple):
    """A published set of headlines and what the weights take from it."""

    licence: str
    clickbait: bool
    """Whether the shipped clickbait weights learn from its labels."""
    why: str


DATASETS: Mapping[str, Dataset] = {
    "clickbaittr": Dataset(
        "CC BY-SA 4.0",
        True,
        "the one large Turkish set; whether weights are an adaptation that share-alike reaches is an open question",
    ),
    "webis17": Dataset("none stated in the copy", True, "the mean of five annotators, which is what is predicted"),
    "suley20k": Dataset("none stated", False, "its label is mostly the site; kept as a test across sources"),
    "stopclickbait": Dataset("MIT", False, "its label is the publisher; pooling it made English worse"),
    "clickid": Dataset("CC BY 4.0", False, "Indonesian: no weights of that language are shipped"),
    "ta1c": Dataset("MIT", False, "Spanish: no weights of that language are shipped"),
    "roclico_test": Dataset("CC BY-NC-SA", False, "its licence forbids commercial use"),
    "hu32k": Dataset("none stated", False, "Hungarian, and its label looks like the source"),
    "huffpost, agnews_test, ensonhaber_slugs": Dataset(
        "none stated in the copy", False, "topics only, from the publishers' own sections"
    ),
}
CLICKBAIT_SET = {"tr": "clickbaittr", "en": "webis17"}


class Labelled(NamedTuple):
    """Headlines in words with their targets, and which of them are held out."""

    words: list[str]
    targets: np.ndarray
    """Opinions (n) or topic probabilities (n × topics)."""
    held_out: np.ndarray
    source: np.ndarray


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every data file. Raises `DataError` for one that cannot be read."""
    try:
        return {name: sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    except OSError as error:
        raise DataError(
            f"{error.filename} cannot be read ({error.strerror}); --data names the folder with {', '.join(FILES)}"
        ) from error


def clickbait_set(folder: Path, dataset: str) -> Labelled:
    """One clickbait set, each near-duplicate group once; targets are mean opinions where there are some."""
    told = (
        pl.read_parquet(folder / "clickbait.parquet")
        .filter(pl.col("dataset") == dataset)
        .unique("cluster", keep="first", maintain_order=True)
    )
    test = (
        told["source"] == "webis17_test"
        if dataset == "webis17"
        else told["cluster"].map_elements(_is_held_out, return_dtype=pl.Boolean)
    )
    return Labelled(
        in_words(told["headline"].to_list(), told["language"][0]),
        told.select(pl.coalesce("score", pl.col("clickbait").cast(pl.Float64))).to_series().to_numpy(),
        test.to_numpy().astype(bool),
        told["source"].to_numpy(),
    )


def topic_set(folder: Path, language: str) -> Labelled:
    """Headlines whose section tells the topic, and of other sources those whose words vote for one.

    The votes (`tables/topic_words.toml`) bring topics that no section of the sets stands for, and other publishers'
    style. A section that stands for two topics is half of each.
    """
    told = pl.read_parquet(folder / f"topics_{language}.parquet").unique("headline", keep="first", maintain_order=True)
    if "topic" not in told.columns:
        known = topics.sections({})
        found = {label: topics.from_section(label, known) for label in told["label"].unique()}
        told = told.with_columns(
            topic=pl.col("label").replace_strict(
                {label: topic.slug if topic else None for label, topic in found.items()}, return_dtype=pl.String
            )
        )
    told = told.filter(pl.col("topic").is_not_null()).select("headline", "topic", "dataset")
    untold = (
        pl.read_parquet(folder / "clickbait.parquet")
        .filter((pl.col("language") == language) & pl.col("dataset").is_in(["clickbaittr", "stopclickbait", "webis17"]))
        .unique("cluster", keep="first", maintain_order=True)
    )
    by_words = topics.from_words(in_words(untold["headline"].to_list(), language), language)
    rows = sorted(by_words)
    told = pl.concat(
        [
            told,
            untold[rows].select(
                "headline", topic=pl.Series([by_words[row].slug for row in rows]), dataset=pl.lit("words")
            ),
        ]
    )
    targets = np.zeros((told.height, len(TOPICS)))
    for row, topic in enumerate(told["topic"]):
        slugs = topic.split("|")
        targets[row, [TOPICS.index(slug) for slug in slugs]] = 1 / len(slugs)
    return Labelled(
        in_words(told["headline"].to_list(), language),
        targets,
        np.array([_is_held_out(headline) for headline in told["headline"]]),
        told["dataset"].to_numpy(),
    )


class ClickbaitWeights(NamedTuple):
    """A clickbait score of unit variance over the headlines it was fitted on; fields as in `Model`."""

    clickbait: np.ndarray
    rule_spread: float
    own_slope: float
    own_intercept: float


def fit_clickbait(words: list[str], opinions: np.ndarray, language: str) -> ClickbaitWeights:
    """A linear score from headlines of one language and what share of readers called each clickbait.

    Logistic regression, for the languages of `_BY_RATIO` in a space where each n-gram counts by how differently the
    classes use it (Wang and Manning 2012, “Baselines and bigrams”) and by how rare it is (Spärck Jones 1972, “A
    statistical interpretation of term specificity”); the weights are linear in the n-grams all the same.
    """
    grams, columns = _for_training(hashed(words).fine)
    by_ratio = language in _BY_RATIO
    ratio = _log_ratio(grams, opinions) * _rarity(grams) if by_ratio else np.ones(len(columns))
    solution = _minimise(
        csr_array(grams @ diags_array(ratio)), opinions[:, None], _CLICKBAIT_PENALTY[language], _ITERATIONS
    )[:, 0]
    weights = ratio * solution[:-1]
    spread = float(np.std(grams @ weights))
    by_rules = float(np.std(rules.score(words, language).clickbait)) or 1.0  # no rule fired, so nothing to weigh
    return ClickbaitWeights(_in_buckets(weights / spread, columns, BUCKETS), by_rules, spread, float(solution[-1]))


def fit_topics(words: list[str], targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (`COARSE` × topics) and bias of a softmax regression."""
    grams, columns = _for_training(hashed(words).coarse)
    solution = _minimise(grams, targets, _TOPIC_PENALTY, _TOPIC_ITERATIONS)
    return _in_buckets(solution[:-1], columns, COARSE), solution[-1]


def train_model(folder: Path, language: str) -> Model:
    """The weights of one language from all that is not held out."""
    labels = clickbait_set(folder, CLICKBAIT_SET[language])
    learnt = np.flatnonzero(~labels.held_out)
    score = fit_clickbait([labels.words[row] for row in learnt], labels.targets[learnt], language)
    labels = topic_set(folder, language)
    learnt = np.flatnonzero(~labels.held_out)
    weights, bias = fit_topics([labels.words[row] for row in learnt], labels.targets[learnt])
    return Model(score.clickbait, weights, bias, score.rule_spread, score.own_slope, score.own_intercept)


def train(folder: Path, gold: list[Gold]) -> tuple[bytes, str]:
    """The weights' file and the text of `tables/calibration.toml`, of a folder's data and hand-read headlines."""
    made_of = checksums(folder)
    weights = packed({language: train_model(folder, language) for language in sorted(rules.LANGUAGES)}, made_of)
    return weights, calibration_text(unpacked(weights)[0], gold)


def clickbait_scores(models: Mapping[str, Model], words: list[str], language: str | None) -> np.ndarray:
    """The uncalibrated clickbait score of a language's headlines: weights and rules, or the rules alone."""
    by_rules = rules.score(words, language).clickbait
    model = models.get(language) if language else None
    return model.clickbait_scores(hashed(words), by_rules) if model else by_rules


def scored(
    models: Mapping[str, Model], gold: list[Gold], language: str, name: str, spoken: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Scores and opinions of a language's headlines that were read for `name`; `spoken` picks weights and rules."""
    read, opinions = of_language(gold, language, name)
    words = in_words([entry.headline for entry in read], spoken)
    scores = clickbait_scores(models, words, spoken) if name == "clickbait" else rules.score(words, spoken).sensational
    return scores, np.array(opinions)


def calibrate(models: Mapping[str, Model], gold: list[Gold]) -> dict[str, dict[str, Calibration]]:
    """The curves of every language with rules, and of `other`: the shared rules alone on all of these languages."""
    curves: dict[str, dict[str, Calibration]] = {}
    for language in sorted(rules.LANGUAGES):
        curves[language] = {name: fit(*scored(models, gold, language, name, language)) for name in SCORES}
    for name in SCORES:
        scores, opinions = zip(
            *(scored(models, gold, language, name, None) for language in sorted(rules.LANGUAGES)), strict=True
        )
        borrowed = fit(np.concatenate(scores), np.concatenate(opinions))
        curves.setdefault("other", {})[name] = borrowed._replace(headlines=0)
    return curves


def counted(models: Mapping[str, Model], gold: list[Gold], language: str) -> Confusion:
    """How often the clickbait label of a language's hand-read headlines is right; curves are cross-fitted."""
    read, _ = of_language(gold, language, "clickbait")
    return confused(*scored(models, gold, language, "clickbait", language), [entry.group for entry in read])


class TopicGold(NamedTuple):
    """What is known of the headlines on whose topic the readers agreed, one row each."""

    scores: np.ndarray
    shares: np.ndarray
    truth: np.ndarray
    """Position of the topic in `TOPICS`."""

    def distribution(self, temperature: float) -> np.ndarray:
        """Topic distributions as `classify` gives them."""
        return topics.pooled(softmax(self.scores / temperature), self.shares)


def topic_gold(model: Model, gold: list[Gold], language: str) -> TopicGold:
    """Topic scores, vote shares and truth of a language's headlines."""
    read = [(entry.headline, topic) for entry in gold if entry.language == language and (topic := entry.agreed_topic())]
    words = in_words([headline for headline, _ in read], language)
    truth = np.array([TOPICS.index(topic) for _, topic in read], dtype=int)
    return TopicGold(model.topic_scores(hashed(words)), topics.vote_shares(words, language), truth)


def temperature(known: TopicGold) -> float:
    """What scores must be divided by for the truth to be likeliest (Guo et al. 2017, section 4.2); ½ to 5, 1 unread."""
    if not len(known.truth):
        return 1.0
    steps = np.linspace(0.5, 5, 91)
    rows = np.arange(len(known.truth))
    likelihood = [np.log(known.distribution(step)[rows, known.truth] + 1e-12).sum() for step in steps]
    return float(steps[int(np.argmax(likelihood))])


def calibration_text(models: Mapping[str, Model], gold: list[Gold]) -> str:
    """`tables/calibration.toml` as it stands in the project."""
    lines = [
        "# Constants of the curves from score to probability; see ../calibration.py. Written by `yanyana train`.",
        "# `headlines` is how many hand-read headlines of the language a curve rests on; `other`, for every other",
        "# language, borrows those of all, scored by the shared rules alone. `at_one_half` counts how often the",
        "# clickbait label was right on headlines that the curve had not seen: what a corrected share needs.",
    ]
    for language, by_name in calibrate(models, gold).items():
        lines += ["", *_curve_lines(language, by_name)]
        if language in models:
            lines.append(_confusion_line(counted(models, gold, language)))
            lines.append(f"topic_temperature = {temperature(topic_gold(models[language], gold, language)):.2f}")
    return "\n".join(lines) + "\n"


def own_calibration(gold: list[Gold], language: str) -> str:
    """A language's part of `tables/calibration.toml`, of the shipped weights on headlines that one's own readers read.

    Raises `DataError` where too few were read for a curve to mean anything.
    """
    models, _ = shipped()
    curves = {}
    for name in SCORES:
        scores, opinions = scored(models, gold, language, name, language)
        if len(scores) < _FEWEST_READ or not 0 < opinions.sum() < len(opinions):
            raise DataError(
                f"{len(scores)} headlines are decided for {name}, {opinions.sum():g} of them yes: a curve needs "
                f"{_FEWEST_READ} or more with both answers among them; read on with `yanyana label`"
            )
        curves[name] = fit(scores, opinions)
    lines = [
        *_curve_lines(language, curves),
        _confusion_line(counted(models, gold, language)),
        f"topic_temperature = {topic_temperature(language):.2f}",
    ]
    return "\n".join(lines) + "\n"


def _confusion_line(counts: Confusion) -> str:
    return f"at_one_half = {{ {', '.join(f'{name} = {count}' for name, count in counts._asdict().items())} }}"


def _curve_lines(language: str, curves: Mapping[str, Calibration]) -> list[str]:
    lines = [f"[{language}]"]
    for name, curve in curves.items():
        constants = f"intercept = {curve.intercept:.4f}, slope = {curve.slope:.4f}, headlines = {curve.headlines}"
        lines.append(f"{name} = {{ {constants} }}")
    return lines


def _is_held_out(group: str) -> bool:
    return int(sha256(group.encode()).hexdigest()[:8], 16) % _HELD_OUT_OF == 0


def _for_training(grams: csr_array) -> tuple[csr_array, np.ndarray]:
    """n-grams of which two headlines or more have one, and their columns; the rest says nothing of other headlines."""
    grams = csr_array(grams, dtype=np.float64)
    grams.sum_duplicates()
    columns = np.flatnonzero(np.bincount(grams.indices) > 1)
    return csr_array(grams[:, columns]), columns


def _in_buckets(weights: np.ndarray, columns: np.ndarray, buckets: int) -> np.ndarray:
    """Weights of some columns as those of every bucket, the others zero."""
    spread = np.zeros((buckets, *weights.shape[1:]))
    spread[columns] = weights
    return spread


def _log_ratio(grams: csr_array, opinions: np.ndarray) -> np.ndarray:
    """By bucket, |log of how much more of the clickbait than of the rest it makes up|, one headline's worth added."""
    present = csr_array((np.ones_like(grams.data), grams.indices, grams.indptr), shape=grams.shape)
    for_it, against = present.T @ opinions + 1, present.T @ (1 - opinions) + 1
    return np.abs(np.log(for_it / for_it.sum()) - np.log(against / against.sum()))


def _rarity(grams: csr_array) -> np.ndarray:
    """By bucket, log of how many headlines there are for each that has it; every bucket is in one."""
    return np.log((len(grams.indptr) - 1) / np.bincount(grams.indices))


def _minimise(grams: csr_array, targets: np.ndarray, penalty: float, iterations: int) -> np.ndarray:
    """Weights of greatest penalised likelihood, one column a target, the last row the bias.

    One column of targets is a logistic regression, several that sum to one a softmax. L-BFGS from zero, so the same
    data give the same weights.
    """
    transposed = csr_array(grams.T)
    count, outputs = targets.shape

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(-1, outputs)
        scores = grams @ weights[:-1] + weights[-1]
        if outputs == 1:
            probability = 1 / (1 + np.exp(-scores))
            total = np.logaddexp(0, scores).sum()
        else:
            probability = softmax(scores)
            highest = scores.max(axis=1)
            total = (highest + np.log(np.exp(scores - highest[:, None]).sum(axis=1))).sum()
        error = (probability - targets) / count
        gradient = np.vstack([transposed @ error + penalty * weights[:-1], error.sum(axis=0)])
        value = (total - np.sum(targets * scores)) / count + penalty / 2 * np.sum(weights[:-1] ** 2)
        return float(value), gradient.ravel()

    start = np.zeros(transposed.indptr.size * outputs)  # a row each column of the n-grams and one for the bias
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": iterations})
    return found.x.reshape(-1, outputs)
