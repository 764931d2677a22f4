"""What is told of a headline's scores: rules with their reasons, and the words that the weights would miss."""

import numpy as np

from pipelines.classify import rules
from pipelines.classify.cues import cues
from pipelines.classify.features import BUCKETS, hashed
from pipelines.classify.model import Model
from pipelines.classify.words import in_words


def test_cues_name_phrase_reason_and_weight_strongest_first() -> None:
    words = in_words(["Sessiz sokak", "İşte o kasaba!"], "tr")
    quiet, loud = cues(words, rules.score(words, "tr").fired, None)
    assert quiet == ()
    assert loud[0] == "işte: points ahead to what it withholds (+1.6 clickbait)"
    assert loud[-1] == "!: shouts (+0.3 clickbait, +1.6 sensational)"


def test_the_word_that_carries_the_weights_is_told() -> None:
    weights = np.zeros(BUCKETS, np.float32)
    weights[hashed([" ^ kasaba $ "]).fine.indices] = 3.0
    model = Model(weights, np.zeros((BUCKETS, 17), np.float32), np.zeros(17, np.float32), 1.0, 1.0, 0.0)
    words = in_words(["Küçük kasaba uyudu"], "tr")
    (told,) = cues(words, rules.score(words, "tr").fired, model)
    assert told[0].startswith("kasaba: weighs so in the trained weights (+")


def test_no_headlines_have_no_cues() -> None:
    assert cues([], rules.score([], "tr").fired, None) == []
