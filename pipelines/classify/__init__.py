"""Headline in, topic, hard-or-soft, clickbait and sensational probability and their cues out. Pure and offline.

`classify` and `describe` are what other rooms use, and `confusion` for how often the clickbait label is right;
`evaluation` says how good all of it is.
"""

from pipelines.classify.calibration import Confusion, confusion
from pipelines.classify.classifier import Classification, ClassifyError, classify, describe, model_version
from pipelines.classify.topics import TopicError, read_hardness
from pipelines.lake.schema import TOPICS

__all__ = [
    "TOPICS",
    "Classification",
    "ClassifyError",
    "Confusion",
    "TopicError",
    "classify",
    "confusion",
    "describe",
    "model_version",
    "read_hardness",
]
