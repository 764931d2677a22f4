"""What the analysis is told of the classifier's errors."""

import polars as pl

from pipelines.analysis.misclassification import Gold
from pipelines.assets.analyse import _golds
from pipelines.classify import confusion


def test_a_sites_errors_are_those_of_the_language_of_most_of_its_stories() -> None:
    articles = pl.LazyFrame(
        {
            "site": ["sabah", "sabah", "sabah", "abend", "stumm"],
            "language": ["tr-TR", "tr", "en", "de", None],
        }
    )
    turkish = confusion("tr")
    assert turkish is not None
    assert _golds(articles) == {"sabah": Gold(*turkish)}
