"""What points to a person leaves a comment's text; everything else stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.lake.masking import masker


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("@ada_l hi", "[mention] hi"),
        ("@Ada Lovelace I agree", "[mention] I agree"),
        ("@ ada lovelace I agree", "[mention] I agree"),
        ("@Grace Brewster Hopper: no", "[mention]: no"),
        ("see https://social.example/@ada.", "see https://social.example/[mention]."),
        ("as u/someone said", "as [mention] said"),
        ("write to ada.l+news@mail.example.org!", "write to [e-mail]!"),
        ("ada (at) example (dot) org", "[e-mail]"),
        ("call 0171 1234567 now", "call [phone] now"),
        ("+90 532 123 45 67, evet", "[phone], evet"),
        ("ara: 0532 123 45 67.", "ara: [phone]."),
        ("Tel. 0171/1234567", "Tel. [phone]"),
        ("(212) 555-1234", "[phone]"),
    ],
)
def test_masks_what_points_to_a_person(text: str, masked: str) -> None:
    assert masker(["Ada Lovelace"])(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "on 01.02.2018 14:20",
        "1 000 000 Euro and 10.000.000 €",
        "2015/2016/2017",
        "a limit of 12/500",
        "ISBN 978-3-16-148410-0",
        "5 eggs @ 5 Euro",
        "Ada Lovelace wrote programs",
    ],
)
def test_leaves_other_numbers_and_words(text: str) -> None:
    assert masker(["Ada Lovelace"])(text) == text


@given(st.text(), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_and_any_names_are_masked_without_error(text: str, names: list[str]) -> None:
    mask = masker(names)
    assert mask(text) == mask(text)


@pytest.mark.parametrize("unit", ["a", "@", "1", "1 ", "@a ", "(", "a.a", "@A A ", "+(1", "a@a.", "0 "])
def test_a_flood_is_masked_in_linear_time(unit: str) -> None:
    started = time.perf_counter()
    masker(["Ada"])(unit * 50_000)
    assert time.perf_counter() - started < 2
