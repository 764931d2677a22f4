"""The rules by which a site's own comment system is read, as its configuration states them.

Only their shape belongs here, checked as soon as the configuration is read; what they select is read in `own`.
"""

import re
from typing import Annotated, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from parsel.csstranslator import css2xpath
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


class OwnThreads(BaseModel):
    """The `[site.comments]` table: where a story's comments are, and what in them is what.

    story       regular expression for the whole address of a story
    thread      address of its comments, with `\\1` for the first group of `story`
    comment     selects each comment; the others select within it, `count` and `next` within the page
    text        what was written; without it the whole comment
    next        address of the next page of comments
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    story: Annotated[str, AfterValidator(_expression)]
    thread: Annotated[str, Field(min_length=1)]
    format: Literal["html", "json"] = "html"
    comment: str | None = None
    id: str | None = None
    parent: str | None = None
    text: str | None = None
    author: str | None = None
    author_id: str | None = None
    time: str | None = None
    likes: str | None = None
    dislikes: str | None = None
    count: str | None = None
    next: str | None = None

    @field_validator("thread")
    @classmethod
    def _expands(cls, text: str, info: ValidationInfo) -> str:
        # The empty alternative matches nothing whatever `story` is, and knows its groups.
        match = re.match(f"(?:{info.data['story']})|", "") if "story" in info.data else None
        try:
            if match is not None:
                match.expand(text)
        except (re.error, IndexError) as error:
            raise ValueError(f"{text!r} names a group that `story` has not: {error}") from error
        return text

    @field_validator(
        "comment", "id", "parent", "text", "author", "author_id", "time", "likes", "dislikes", "count", "next"
    )
    @classmethod
    def _selects(cls, text: str | None, info: ValidationInfo) -> str | None:
        json = info.data.get("format") == "json"
        try:
            if text is not None:
                jmespath.compile(text) if json else css2xpath(text)
        except (JMESPathError, SyntaxError, ValueError) as error:
            raise ValueError(f"{text!r} is no {'JMESPath expression' if json else 'CSS selector'}: {error}") from error
        return text
