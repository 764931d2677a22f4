"""Which comments say nearly the same: what is copied and slightly changed, and what is only alike in kind."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from pipelines.analysis.comment_repetition import LEAST_CHARACTERS, comment_repetitions, jaccard
from tests.analysis.threads import at, comment, comments_of, read, reads_of

CAMPAIGN = "Köprünün parası nereden geliyor, belediye bunu halka açıklamak zorunda, takipçisi olacağız"
ANOTHER = "Yıllardır bu yolda gidip geliyorum, böyle bir çamuru ilk defa görüyorum, yazık çok yazık"
READS = reads_of([read("r0"), read("r1", article_id="other", read_at=at(1))])


def groups(*said: tuple[str, str, str]) -> dict[str, tuple[str, int, int, int]]:
    """Comment → its group's first comment, comments, stories and commenters; `said` are id, story and text."""
    rows = [
        comment(identity, article_id=story, text=text, author_key=f"key of {identity[0]}", read_id=reading)
        for identity, story, text in said
        for reading in ["r0" if story == "story" else "r1"]
    ]
    found = comment_repetitions(READS, comments_of(rows))
    return {
        row["comment_id"]: (row["group_id"], row["comments"], row["stories"], row["commenters"])
        for row in found.iter_rows(named=True)
    }


def test_copies_meet_whatever_their_case_dots_and_marks() -> None:
    assert groups(
        ("a1", "story", CAMPAIGN),
        ("b1", "story", CAMPAIGN.upper() + "!!!"),
        ("c1", "other", CAMPAIGN.replace("ı", "i")),
        ("d1", "story", ANOTHER),
    ) == dict.fromkeys(("a1", "b1", "c1"), ("a1", 3, 2, 3))


def test_a_few_changed_words_are_nearly_the_same_and_half_is_not() -> None:
    changed = CAMPAIGN.replace("takipçisi", "bunun takipçisi")
    half = CAMPAIGN[: len(CAMPAIGN) // 2] + ANOTHER[: len(ANOTHER) // 2]
    assert groups(("a1", "story", CAMPAIGN), ("a2", "story", changed), ("b1", "story", half)) == {
        "a1": ("a1", 2, 1, 1),
        "a2": ("a1", 2, 1, 1),
    }


def test_short_comments_are_repeated_without_being_copied() -> None:
    assert groups(*((f"{n}", "story", "Aynen katılıyorum!") for n in range(5))) == {}
    assert len("aynen katiliyorum") < LEAST_CHARACTERS


def test_a_comment_read_twice_repeats_nobody_and_counts_as_it_last_stood() -> None:
    rows = [
        comment("a", text=CAMPAIGN),
        comment("a", text=ANOTHER, read_id="r1", capture_id="r1"),
        comment("b", text=CAMPAIGN),
        comment("c", text=CAMPAIGN, state="deleted"),
    ]
    assert comment_repetitions(READS, comments_of(rows)).is_empty()


def test_jaccard_by_hand() -> None:
    assert jaccard(frozenset("abcd"), frozenset("bcde")) == pytest.approx(3 / 5)


def test_similarity_is_that_to_the_first_of_the_group() -> None:
    text = "abcdefghij klmnopqrst uvwxyz 0123"
    rows = [comment("a", text=text), comment("b", text=text + "4")]
    found = comment_repetitions(READS, comments_of(rows)).sort("comment_id")
    grams = len(text) - 4
    assert found["similarity"].to_list() == [1.0, pytest.approx(grams / (grams + 1))]


words = st.lists(
    st.sampled_from(["köprü", "para", "halk", "yol", "belediye", "yazık", "çamur", "haber", "park", "liman"]),
    min_size=8,
)


@settings(max_examples=30, deadline=None)
@given(st.lists(words.map(" ".join), max_size=8))
def test_a_group_holds_every_comment_that_says_exactly_the_same(texts: list[str]) -> None:
    found = groups(*((f"{n}", "story", text) for n, text in enumerate(texts)))
    for n, text in enumerate(texts):
        twins = {f"{m}" for m, other in enumerate(texts) if other == text}
        if len(twins) > 1:
            assert twins <= {identity for identity, group in found.items() if group[0] == found[f"{n}"][0]}
