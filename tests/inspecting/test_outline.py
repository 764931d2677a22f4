"""What stands in the terminal: everything of a record that one looks for, and no words of commenters."""

from rich.console import Console

from pipelines.extract import extract_page
from pipelines.extract.record import Comment, ExtractionRecord
from pipelines.inspecting.outline import outline
from tests.inspecting.page import RELATED, URL, page, title_of


def read() -> ExtractionRecord:
    return extract_page(page(), URL)


def printed(record: ExtractionRecord, width: int = 80) -> str:
    console = Console(width=width, color_system=None, force_terminal=True)
    with console.capture() as capture:
        console.print(outline(record))
    return capture.get()


def test_fields_stand_with_what_they_were_read_from() -> None:
    record = read()
    lines = [" ".join(line.split()) for line in printed(record).splitlines()]
    assert "title h1 Harbour talks resume after a week of storms" in lines
    assert "published_at meta 2026-03-02T08:00:00+00:00" in lines
    assert "paywall –" in lines
    assert f"word_count {(record['article'] or {})['word_count']}" in lines


def test_blocks_stand_in_order_with_their_items() -> None:
    shown = printed(read())
    assert "2 blocks, 6 items" in shown
    where = [shown.index(text) for text in ("1  related  Related stories below, 3 items", *map(title_of, RELATED))]
    assert where == sorted(where)
    assert where[-1] < shown.index("2  popular  Most read side, 3 items")


def test_an_item_shows_both_headlines_and_its_marks() -> None:
    record = read()
    record["blocks"][0]["items"][0].update(
        headline="The full headline", display="Sharp!", external=True, sponsored=True, source="json"
    )
    lines = [line.strip("│├─└ ") for line in printed(record).splitlines()]
    at = next(number for number, line in enumerate(lines) if "The full headline" in line)
    assert lines[at] == "1 The full headline  external, sponsored, from JSON"
    assert lines[at + 1] == "shown as Sharp!"


def test_it_fits_80_columns_whatever_the_page_says() -> None:
    record = read()
    record["blocks"][0]["heading"] = "Verylongheading" * 20
    for item in record["blocks"][0]["items"]:
        item["headline"], item["display"] = "Wort" * 60, "新聞の見出し" * 30
    shown = printed(record)
    assert max(map(len, shown.splitlines())) <= 80
    assert "".join(shown.split()).count("Wort") >= 3


def test_the_pages_brackets_are_not_taken_for_markup() -> None:
    record = read()
    record["blocks"][0]["items"][0]["headline"] = "[bold]Brackets[/bold] [/] [link=x]stay"
    assert "[bold]Brackets[/bold] [/] [link=x]stay" in printed(record)


def test_comments_are_counted_and_not_shown() -> None:
    record = read()
    section = record["comment_section"]
    section.update(present=True, platform="own", claimed_count=1200, char_limit=500, login_required=True)
    visible: Comment = {
        "id": "1",
        "parent_id": None,
        "author_key": "00ff",
        "author_key_from": "id",
        "text": "I was on that quay.",
        "created_at": None,
        "created_at_from": None,
        "likes": 3,
        "dislikes": None,
        "depth": 0,
        "state": "visible",
    }
    section["comments"] = [visible, visible, {**visible, "state": "deleted"}]
    shown = " ".join(printed(record).split())
    assert "own 3 comments in the page, 1 deleted, 1,200 claimed, at most 500 characters each, login required" in shown
    assert "on that quay." not in shown
    assert "00ff" not in shown


def test_a_page_that_is_no_story_and_one_that_was_not_read_say_so() -> None:
    assert "no story" in printed(extract_page(b"<p>About us", URL))
    refused: ExtractionRecord = {**read(), "reason": "page of 99 bytes is over the limit"}
    assert "nothing was read: page of 99 bytes is over the limit" in printed(refused)
