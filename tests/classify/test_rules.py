"""The rule score: its tables and what they say of headlines."""

import pytest

from pipelines.classify import rules
from pipelines.classify.words import in_words


def clickbait(headline: str, language: str | None) -> float:
    return rules.score(in_words([headline], language), language).clickbait[0]


@pytest.mark.parametrize("language", ["tr", "en", None])
def test_every_rule_pushes_something_and_says_why(language: str | None) -> None:
    table = rules.table(language)
    assert table.filter((table["clickbait"] == 0) & (table["sensational"] == 0)).is_empty()
    assert table["why"].str.len_chars().min()
    assert table["phrase"].str.contains(r"[^\W_]|[?!…:\"]").all(), "a pattern without a word fits everywhere"
    assert table.select("phrase", "rule").is_duplicated().sum() == 0


@pytest.mark.parametrize(
    ("withheld", "told"),
    [
        ("İşte o köyde bulunan hazine…", "Köyde Roma dönemine ait 40 sikke bulundu"),
        ("Ünlü şarkıcıdan hayranlarını şaşırtan karar!", "Şarkıcı turnesini mayıs ayına erteledi"),
        ("Bayram tatili kaç gün olacak?", "Bayram tatili dokuz güne çıkarıldı"),
    ],
)
def test_turkish_withholding_scores_above_telling(withheld: str, told: str) -> None:
    assert clickbait(withheld, "tr") > clickbait(told, "tr")


@pytest.mark.parametrize(
    ("withheld", "told"),
    [
        (
            "This village found something under its church and you won't believe it",
            "Village finds Roman coins under church",
        ),
        ("9 reasons your tomatoes are not ripening", "Frost kills a third of the tomato crop, farmers say"),
        ("Why did the ferry turn back?", "Ferry turns back after engine fire"),
    ],
)
def test_english_withholding_scores_above_telling(withheld: str, told: str) -> None:
    assert clickbait(withheld, "en") > clickbait(told, "en")


def test_shouting_and_withholding_are_two_scores() -> None:
    scores = rules.score(in_words(["Sahilde korkunç kaza! Dehşet anları!", "İşte yeni başkan"], "tr"), "tr")
    assert scores.sensational[0] > scores.sensational[1]
    assert scores.clickbait[1] > scores.clickbait[0]


def test_a_rule_counts_once_and_unknown_languages_have_marks_only() -> None:
    assert clickbait("Bakın bakın bakın", "tr") == clickbait("Bakın", "tr") > 0
    assert clickbait("Bakın", None) == 0
    assert clickbait("Hvem vandt?", "da") == clickbait("Kim kazandı?", None) > 0


def test_no_headlines_have_no_scores() -> None:
    scores = rules.score([], "tr")
    assert len(scores.clickbait) == len(scores.sensational) == 0
    assert scores.fired.is_empty()
