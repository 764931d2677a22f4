"""Which language each comment is written in. A page's language says little: readers answer in their own."""

from typing import Final

import polars as pl

from pipelines.analysis.tables import shaped
from pipelines.lake.schema import COMMENT_LANGUAGES

LEAST_CONFIDENCE: Final = 0.5
"""Below this the language is unknown: one word, a name, laughter."""
_LANGUAGES: Final = ("ar", "az", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ru", "tr")
# Masked mentions and addresses, links and numbers are of no language.
_NOT_WORDS: Final = r"\[(?:mention|e-mail|phone)\]|https?://\S+|\d+"


def comment_languages(comments: pl.LazyFrame, known: pl.LazyFrame) -> pl.DataFrame:
    """The language of each comment, in the schema of COMMENT_LANGUAGES; comments that are `known` are not read again.

    Told by lingua among a dozen languages, with the confidence that it gives; null below `LEAST_CONFIDENCE`. Its models
    take two seconds and 250 MB, so they are loaded only where a comment is new.
    """
    texts = (
        comments.filter(pl.col("text").is_not_null(), pl.col("state").fill_null("visible") == "visible")
        .sort("capture_id")
        .unique(["comment_id"], keep="last", maintain_order=True)
        .select("comment_id", "site", "article_id", "text")
    )
    kept = known.join(texts.select("comment_id"), on="comment_id", how="semi").collect()
    new = texts.join(known.select("comment_id"), on="comment_id", how="anti").collect()
    told = new.select("comment_id", "site", "article_id").with_columns(_told(new["text"]))
    return shaped(COMMENT_LANGUAGES, pl.concat([kept, told], how="diagonal_relaxed"))


def _told(texts: pl.Series) -> list[pl.Series]:
    """The language and the confidence for each text."""
    words = texts.str.replace_all(_NOT_WORDS, " ").str.strip_chars()
    sure = [] if words.is_empty() else _likeliest(words.to_list())
    return [
        pl.Series("language", [code if value >= LEAST_CONFIDENCE else None for code, value in sure], dtype=pl.String),
        pl.Series("confidence", [value for _, value in sure], dtype=pl.Float64),
    ]


def _likeliest(texts: list[str]) -> list[tuple[str, float]]:
    """The likeliest language of each text and the confidence in it; the models are let go afterwards."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in _LANGUAGES]
    detector = LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
    values = detector.compute_language_confidence_values_in_parallel(texts)
    detector.unload_language_models()
    return [(first.language.iso_code_639_1.name.lower(), first.value) for first, *_ in values]
