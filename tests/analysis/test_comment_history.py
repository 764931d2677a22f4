"""What became of comments, told from readings whose story is written out by hand."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from pipelines.analysis.comment_history import comment_events, comment_history
from tests.analysis.threads import Reading, at, comment, comments_of, read, reads_of, thread


def events(*readings: Reading) -> list[tuple[str, str, int]]:
    """Comment, event and the hour of the reading that shows it, in order of time."""
    found = comment_events(*thread(*readings)).sort("seen_at", "comment_id")
    return [
        (identity, event, int(read_id[1:]))
        for identity, read_id, event in found.select("comment_id", "read_id", "event").iter_rows()
    ]


def history(*readings: Reading) -> dict[str, dict[str, object]]:
    reads, comments = thread(*readings)
    rows = comment_history(reads, comments, comment_events(reads, comments).lazy())
    return {row["comment_id"]: row for row in rows.iter_rows(named=True)}


def test_new_edited_deleted_and_gone_are_told_apart() -> None:
    assert events(
        (True, {"a": "hello", "b": "hi"}),
        (True, {"a": "hello there", "b": "deleted:", "c": "late"}),
        (True, {"a": "hello there", "c": "late"}),
    ) == [
        ("a", "new", 0),
        ("b", "new", 0),
        ("a", "edited", 1),
        ("b", "deleted", 1),
        ("c", "new", 1),
        ("b", "gone", 2),
    ]


def test_an_incomplete_reading_proves_nothing_gone() -> None:
    readings: list[Reading] = [(True, {"a": "hello"}), (False, {}), (False, {})]
    assert events(*readings) == [("a", "new", 0)]
    row = history(*readings)["a"]
    assert (row["state"], row["last_seen"], row["followed_until"]) == ("visible", at(0), at(0))
    assert events(*readings, (True, {})) == [("a", "new", 0), ("a", "gone", 3)]


def test_what_is_gone_may_return_and_stays_in_the_history() -> None:
    readings: list[Reading] = [(True, {"a": "hello"}), (True, {}), (True, {}), (False, {"a": "hello"}), (True, {})]
    assert events(*readings) == [("a", "new", 0), ("a", "gone", 1), ("a", "returned", 3), ("a", "gone", 4)]
    row = history(*readings)["a"]
    assert (row["first_seen"], row["last_seen"], row["readings"]) == (at(0), at(3), 2)
    assert (row["state"], row["state_since"], row["followed_until"]) == ("gone", at(4), at(4))


def test_a_held_comment_is_released_and_its_text_no_edit() -> None:
    readings: list[Reading] = [
        (True, {"a": "held:awaits moderation"}),
        (True, {"a": "hello"}),
        (True, {"a": "deleted:removed"}),
        (True, {"a": "hello"}),
        (True, {"a": "hello!"}),
    ]
    assert [event for _, event, _ in events(*readings)] == ["new", "released", "deleted", "returned", "edited"]
    row = history(*readings)["a"]
    assert (row["edits"], row["state"], row["state_since"]) == (1, "visible", at(3))


def test_a_change_lies_between_two_readings() -> None:
    found = comment_events(*thread((True, {"a": "x"}), (False, {"a": "x"}), (False, {}), (True, {"a": "y"})))
    assert found.select("event", "seen_after", "seen_at").rows() == [("new", None, at(0)), ("edited", at(1), at(3))]


def test_a_reading_of_another_thread_proves_nothing() -> None:
    reads = reads_of(
        [
            read("r0", platform="isso"),
            read("r1", platform="disqus", read_at=at(1)),
            read("r2", article_id="other", platform="isso", read_at=at(1)),
        ]
    )
    assert comment_events(reads, comments_of([comment("a")]))["event"].to_list() == ["new"]


def test_a_comment_read_twice_in_one_reading_stands_there_once() -> None:
    comments = comments_of([comment("a", text="x"), comment("a", text="y", capture_id="second page")])
    reads = reads_of([read("r0")])
    found = comment_events(reads, comments)
    assert found["event"].to_list() == ["new"]
    assert comment_history(reads, comments, found.lazy())["readings"].to_list() == [1]


texts = st.sampled_from(["x", "y", "deleted:", "held:"])
readings_of_a_thread = st.lists(st.tuples(st.booleans(), st.dictionaries(st.sampled_from("abc"), texts)), max_size=7)


@settings(max_examples=60, deadline=None)
@given(readings_of_a_thread)
def test_histories_and_events_agree_with_what_stood(readings: list[Reading]) -> None:
    found, told = events(*readings), history(*readings)
    standing = {identity for _, said in readings for identity in said}
    assert set(told) == standing
    for identity, row in told.items():
        mine = [event for name, event, _ in found if name == identity]
        assert mine[0] == "new"
        assert "new" not in mine[1:]
        assert row["edits"] == mine.count("edited")
        hours = [hour for hour, (_, said) in enumerate(readings) if identity in said]
        assert (row["first_seen"], row["last_seen"], row["readings"]) == (at(hours[0]), at(hours[-1]), len(hours))
        lacking = any(complete and identity not in said for complete, said in readings[hours[-1] + 1 :])
        assert (row["state"] == "gone") == lacking


@pytest.mark.parametrize("readings", [[], [(True, {})]])
def test_no_comment_has_no_history(readings: list[Reading]) -> None:
    reads, comments = thread(*readings)
    found = comment_events(reads, comments)
    assert found.is_empty()
    assert comment_history(reads, comments, found.lazy()).is_empty()
