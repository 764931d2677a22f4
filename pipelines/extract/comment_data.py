"""The readers' comments that a page carries as data: in JSON-LD, or in the state that its scripts start from.

For pages that show their comments only by script. Scripts are searched for a list under a name that speaks of comments,
and only that list is parsed: whole states are large, and most hold none. Threads and names are settled in
`comment_thread`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any, Final

from pipelines.extract.comment_thread import AuthorKey, Found, records
from pipelines.extract.comment_words import NOBODY, REMOVED, Part, comment_part
from pipelines.extract.page import Page, script_source
from pipelines.extract.record import Comment
from pipelines.extract.times import Origin, read_time
from pipelines.lake.text import clean

# How systems call what a comment has, in lower case and without "_", "-" and "@"; the more telling name first.
_TEXT = (
    "text",
    "commenttext",
    "commentbody",
    "body",
    "content",
    "message",
    "comment",
    "bodyhtml",
    "html",
    "description",
)
_ID = ("commentid", "id", "uuid", "identifier", "databaseid", "url")
_PARENT = ("parentid", "parentcommentid", "parent", "inreplyto", "replyto", "replytoid", "parentitem")
_TIME = (
    *("datecreated", "datepublished", "createdat", "created", "createddate", "creationdate", "publishedat"),
    *("postedat", "date", "timestamp", "time"),
)
_AUTHOR = ("author", "creator", "user", "commenter", "owner", "postedby")
_NAME = ("name", "displayname", "authorname", "username", "nickname", "screenname")
_ACCOUNT = ("identifier", "id", "userid", "uuid")
_FLAT_ACCOUNT = ("authorid", "userid")
_LIKES = ("upvotecount", "upvotes", "likecount", "likescount", "likes", "votesup", "thumbsup")
_DISLIKES = ("downvotecount", "downvotes", "dislikecount", "dislikescount", "dislikes", "votesdown", "thumbsdown")
_REMOVED = ("deleted", "isdeleted", "removed", "isremoved")
_ANSWERS = frozenset(["comment", "comments", "replies", "children", "answers", "responses", "childcomments"])

# What the names of such lists hold: in any language, since programs are written in English, and in the page's own.
_STEM = "omment"
_OWN_STEMS = {"es": "omentario", "pt": "omentario", "tr": "yorum"}
_KEY = re.compile(r'(?P<quote>\\{0,7}")(?P<name>\w{1,40})(?P=quote)\s{0,9}:\s{0,9}(?=[\[{])')
_BEFORE_STEM = 50
_LITERAL_END = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_END_ID = re.compile(r"(?P<id>\d+|[0-9a-f]{8}-[0-9a-f-]{27})/?$")
_DECODER: Final = json.JSONDecoder(strict=False)
_MAX_SCRIPT = 5_000_000
_MAX_KEYS = 50  # lists looked into in one script
_MANY = 3  # so many lists belong to teasers, each with its own comments


def comments_of_data(page: Page, language: str | None, platform: str, author_key: AuthorKey | None) -> list[Comment]:
    """The comments that the page's JSON-LD holds, else those of its scripts, in thread order, each once.

    `language` is the story's; `platform` and `author_key` are those of `comment_thread.records`. An object in a script
    is a comment where it has a text and a time that can be read; in JSON-LD, where its type says so.
    """
    found = list(_in_json_ld(page, language)) or _in_scripts(page, language)
    return records(found, platform, author_key)


def _in_json_ld(page: Page, language: str | None) -> Iterator[Found]:
    for entry in page.json_ld:
        # The graph may hold comments beside the story; those inside it stand under its `comment`.
        value = entry if _is_comment(entry) else entry.get("comment")
        yield from _within(value, page, language, typed=True)


def _in_scripts(page: Page, language: str | None) -> list[Found]:
    stems = [_STEM, *filter(None, [_OWN_STEMS.get(language or "")])]
    sources = [script_source(e) for e in page.by_name.get("script", ()) if "ld+json" not in e.attrs.get("type", "")]
    telling = [source for source in sources if any(stem in source for stem in stems) and len(source) <= _MAX_SCRIPT]
    values = (value for source in telling for value in _values(source, stems))
    found: list[Found] = []
    seen: set[object] = set()
    lists = 0
    for value in values:
        comments = list(_within(value, page, language, typed=False))
        said = {(c.id, c.author_name, c.created_at, c.text) for c in comments}
        if not said <= seen:  # else a copy, or the answers in a list that was read whole
            lists += 1
            found += comments
            seen |= said
    return found if lists < _MANY else []


def _values(source: str, stems: list[str]) -> Iterator[Any]:
    """The JSON values in a script that stand under a name for comments, also where the JSON is a string's content."""
    end = 0
    for key in sorted(_keys(source, stems), key=re.Match[str].start)[:_MAX_KEYS]:
        if key.start() < end:
            continue
        text, at = source, key.end()
        escapes = len(key["quote"]) - 1
        try:
            for _ in range(escapes.bit_length()):
                literal = _LITERAL_END.match(text, at)
                text, at = json.loads(f'"{literal[0]}"' if literal else '""', strict=False), 0
            value, after = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        end = after if not escapes else key.end()
        yield value


def _keys(source: str, stems: list[str]) -> Iterator[re.Match[str]]:
    """Where a name for comments is the key of a list or of an object."""
    seen: set[int] = set()
    for stem in stems:
        at = source.find(stem)
        while at >= 0:
            quote = source.rfind('"', max(0, at - _BEFORE_STEM), at)
            start = quote
            while start > 0 and source[start - 1] == "\\":
                start -= 1
            key = _KEY.match(source, start) if quote >= 0 else None
            if key is not None and start not in seen and _names_comments(key["name"], source[key.end()]):
                seen.add(start)
                yield key
            at = source.find(stem, at + len(stem))


def _names_comments(name: str, opening: str) -> bool:
    part = comment_part(name)
    return part is Part.SECTION or (part is Part.COMMENT and opening == "[")


def _within(value: Any, page: Page, language: str | None, *, typed: bool) -> Iterator[Found]:
    """The comments in a JSON value, an answer behind what it stands in."""
    pending: list[tuple[Any, Found | None]] = [(value, None)]
    while pending:
        value, outer = pending.pop()
        if isinstance(value, list):
            pending.extend((entry, outer) for entry in reversed(value))
        elif isinstance(value, dict):
            comment = _comment(value, page, language) if not typed or _is_comment(value) else None
            if comment is not None and (typed or comment.created_at):
                comment.outer = outer
                yield comment
                pending.extend((v, comment) for k, v in reversed(value.items()) if _plain(k) in _ANSWERS)
            elif not typed or _is_comment(value):
                pending.extend((entry, outer) for entry in reversed(value.values()) if isinstance(entry, list | dict))


def _is_comment(value: Mapping[str, Any]) -> bool:
    kind = value.get("@type")
    return "Comment" in kind if isinstance(kind, list) else kind == "Comment"


def _comment(value: Mapping[str, Any], page: Page, language: str | None) -> Found | None:
    """An object as a comment, or None where it has no text."""
    fields = {_plain(name): content for name, content in value.items()}
    text = next((content for name in _TEXT if isinstance(content := fields.get(name), str)), "")
    text = clean(_TAG.sub(" ", unescape(text)))
    if not text:
        return None
    author = next(filter(None, map(fields.get, _AUTHOR)), None)
    author = author[0] if isinstance(author, list) else author
    if isinstance(author, dict):
        who = {_plain(name): content for name, content in author.items()}
        name, account = _first(who, _NAME), _first(who, _ACCOUNT)
    else:
        name, account = author or _first(fields, _NAME), _first(fields, _FLAT_ACCOUNT)
    removed = any(fields.get(flag) is True for flag in _REMOVED) or REMOVED.search(text)
    return Found(
        id=_identifier(_first(fields, _ID)),
        answers=_identifier(_first(fields, _PARENT)),
        level=None,
        text=text,
        author_name=clean(name) if isinstance(name, str) and not NOBODY.fullmatch(name) else None,
        author_id=str(account) if isinstance(account, str | int) else None,
        created_at=_time(_first(fields, _TIME), page, language),
        likes=_count(_first(fields, _LIKES)),
        dislikes=_count(_first(fields, _DISLIKES)),
        state="deleted" if removed else "visible",
    )


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace("@", "").lower()


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((value for name in names if (value := fields.get(name)) is not None), None)


def _identifier(value: Any) -> str | None:
    """An identifier as such, from the object that has it, or from the end of an address."""
    if isinstance(value, dict):
        value = _first({_plain(name): content for name, content in value.items()}, _ID)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    if "/" not in value and "#" not in value:
        return value
    match = _END_ID.search(value)
    return match["id"] if match else None


def _time(value: Any, page: Page, language: str | None) -> tuple[str, Origin] | None:
    text = str(int(value)) if isinstance(value, int | float) else value
    return read_time(text, language, page.captured_at) if isinstance(text, str) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
