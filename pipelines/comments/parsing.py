"""What adapters need to read an answer and to write the next request: JSON, HTML in texts, addresses.

Nothing about any one platform belongs here.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic.alias_generators import to_camel
from turbohtml import PlainText, parse_fragment
from w3lib.url import safe_url_string

from pipelines.comments.adapter import Response
from pipelines.errors import YanyanaError
from pipelines.lake.text import clean

_AS_SHOWN = PlainText(layout="strict", images=True, bullet="")


def _or_none(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


Id = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
# What is not to be known of one comment (a time off the calendar, votes below zero) is no reason to lose the others.
Votes = Annotated[Count | None, WrapValidator(_or_none)]
Time = Annotated[datetime | None, WrapValidator(_or_none)]


class Unreadable(YanyanaError):
    """A response that says nothing about comments; the message names its address and what is wrong, no content."""


class Shape(BaseModel):
    """The part of a platform's JSON that is read; whatever else stands there is left alone, authors' fields above all.

    Identifiers may come as numbers. Input is never repeated in errors: it may be personal.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class CamelShape(Shape):
    """The same for platforms that write `createdAt` for what is `created_at` here."""

    model_config = ConfigDict(alias_generator=to_camel)


Read = TypeVar("Read", bound=BaseModel)


def json_of(response: Response, shape: type[Read]) -> Read:
    """The body of a successful response as `shape`. Raises Unreadable for any other."""
    ensure_ok(response)
    try:
        # Halves of characters, as where a server cuts an emoji in two, can stand in JSON and in nothing else.
        whole = json.dumps(json.loads(response.body), ensure_ascii=False).encode("utf-8", "ignore")
    except (ValueError, RecursionError):
        raise Unreadable(f"{response.url}: the body is no JSON that can be read") from None
    try:
        return shape.model_validate_json(whole)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, wrong["loc"])) or "the body"
        raise Unreadable(f"{response.url}: {place}: {wrong['msg']}") from None


def ensure_ok(response: Response) -> None:
    """Raise Unreadable unless the response is a success."""
    if response.status not in (200, 304):
        raise Unreadable(f"{response.url}: HTTP status {response.status}")


def plain_text(html: str) -> str:
    """The text of a comment's HTML as a reader sees it: one blank for white space, `alt` for pictures (emoji)."""
    html = clean(html)
    if "<" not in html and "&" not in html:
        return html
    return clean(parse_fragment(html).to_text(_AS_SHOWN))


def address(root: str, path: str, query: Mapping[str, str | int]) -> str:
    """The address of `path` below a root that may have a query of its own, with more parameters."""
    joined = root + path if "?" in root else urljoin(root, path)
    return sendable(joined + ("&" if "?" in joined else "?") + urlencode(query))


def parameters(url: str) -> dict[str, str]:
    """The parameters in an address's query; of one given twice the last."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def with_parameters(url: str, changed: Mapping[str, str | int]) -> str:
    """The same address with some parameters set."""
    parts = urlsplit(url)
    return parts._replace(query=urlencode({**parameters(url), **changed})).geturl()


def sendable(url: str) -> str:
    """An address as it goes over the wire, so that what is asked and what is archived have one spelling."""
    return safe_url_string(urldefrag(url).url)


def number(text: str, default: int) -> int:
    """A whole number of an address or a header, else `default`."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default
