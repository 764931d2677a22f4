"""The story's language: what is declared, unless it is English and the text is surely not."""

import pytest

from pipelines.extract.language import MIN_CHARACTERS, story_language

TURKISH = (
    "Liman işletmelerinin temsilcilerinin katıldığı törende konuşan proje müdürü, hattın günde on iki sefer yapacağını"
    " ve her seferde dört yüz yolcu taşıyacağını söyledi. Balıkçılar ise yeni iskelenin avlanma alanlarını"
    " daraltacağından endişe ediyor."
)
ENGLISH = (
    "The city council withdrew its levy on small boats on Thursday evening, ending a dispute that had kept fishermen on"
    " the quays for five weeks. A new proposal is expected before the summer and will be put to a public hearing."
)


@pytest.mark.parametrize(
    ("declared", "text", "language", "source"),
    [
        ("tr", TURKISH, "tr", "declared"),
        ("en", TURKISH, "tr", "text"),
        (None, TURKISH, "tr", "text"),
        ("en", ENGLISH, "en", "declared"),
        ("cs", ENGLISH, "cs", "declared"),
        ("nb", ENGLISH, "no", "declared"),
        ("en", TURKISH[: MIN_CHARACTERS - 1], "en", "declared"),
        (None, TURKISH[: MIN_CHARACTERS - 1], None, None),
        (None, "1234567890 " * 40, None, None),
    ],
)
def test_language(declared: str | None, text: str, language: str | None, source: str | None) -> None:
    assert story_language(declared, text) == (language, source)
