"""Which language a comment is written in, also without diacritics, and when that is not told."""

import polars as pl
import pytest

from pipelines.analysis import comment_languages as module
from pipelines.analysis.comment_languages import comment_languages
from pipelines.lake.schema import COMMENT_LANGUAGES
from tests.analysis.threads import comment, comments_of

NONE = pl.LazyFrame(schema=COMMENT_LANGUAGES.schema)
SAID = {
    "tr": "Bu haberi yazan arkadaş bir kere bile köprüden geçmemiş",
    "tr without dots": "cok guzel bir haber olmus tesekkurler emegi gecenlere",
    "en": "Nobody has crossed that bridge since the flood, and nobody will",
    "de": "Das ist doch nicht zu glauben, wer bezahlt denn diese Brücke?",
    "fr": "Personne ne traverse ce pont depuis l'inondation, c'est dommage",
}


def test_each_comment_is_told_in_its_own_language() -> None:
    told = comment_languages(comments_of([comment(name, text=text) for name, text in SAID.items()]), NONE)
    assert dict(told.select("comment_id", "language").iter_rows()) == {name: name[:2] for name in SAID}
    assert told["confidence"].is_between(0.5, 1).all()


def test_what_is_no_language_is_told_as_none() -> None:
    texts = ["+1", "[mention] 123", "https://www.example.com/haber", ":)"]
    told = comment_languages(comments_of([comment(text, text=text) for text in texts]), NONE)
    assert told["language"].to_list() == [None] * 4


def test_models_are_not_loaded_where_no_comment_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    comments = comments_of([comment("a", text=SAID["en"]), comment("b", text=SAID["de"], state="deleted")])
    first = comment_languages(comments, NONE)
    assert first["comment_id"].to_list() == ["a"]
    monkeypatch.setattr(module, "_likeliest", lambda texts: pytest.fail("the models were loaded"))
    assert comment_languages(comments, first.lazy()).equals(first)
    assert comment_languages(comments.filter(comment_id="b"), first.lazy()).is_empty()
