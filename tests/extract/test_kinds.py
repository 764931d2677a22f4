"""What a heading's wording and a class name say of a block."""

import pytest

from pipelines.extract.kinds import PHRASES, kind_of_heading, kind_of_markup
from pipelines.extract.record import Kind


@pytest.mark.parametrize(
    ("kind", "language"), [(kind, language) for kind, rows in PHRASES.items() for language in rows]
)
def test_every_phrase_is_found_in_capitals_too(kind: Kind, language: str) -> None:
    kinds = list(PHRASES)
    for phrase in PHRASES[kind][language].split("|"):
        heading = phrase.strip().removeprefix("=")
        for spelled in (heading, heading.upper()):
            found = kind_of_heading(spelled)
            assert found is not None, spelled
            # A phrase may hold one of a kind that wins.
            assert kinds.index(found) <= kinds.index(kind), spelled


@pytest.mark.parametrize("heading", ["", "Wetter", "Der Hafen im Winter", "Concert on the old square", "12:30", "天気"])
def test_other_headings_name_no_kind(heading: str) -> None:
    assert kind_of_heading(heading) is None


def test_a_phrase_begins_a_word() -> None:
    assert kind_of_heading("Unrelated") is None
    assert kind_of_heading("Noticias relacionadas") == "related"


def test_the_stronger_kind_wins() -> None:
    assert kind_of_heading("Sponsored: most read") == "sponsored"
    assert kind_of_heading("Latest trending") == "trending"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("widget related-posts", "related"),
        ("sidebar mostRead", "popular"),
        ("box latest-news", "latest"),
        ("OUTBRAIN ob-widget", "sponsored"),
        ("grid card", None),
    ],
)
def test_class_names_say_a_kind(words: str, kind: str | None) -> None:
    assert kind_of_markup(words) == kind
