"""Threads beside their responses in the archive: what is written down when they are asked for, and read again later."""

import json
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.comments.adapter import Adapter, Thread


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread, the canonical address of the story that it is about, and the adapter that reads it."""

    thread: Thread
    story: str
    adapter: Adapter


class Identity(BaseModel):
    """What tells a thread from all others of the page on which it was found."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    platform: str
    endpoint: str
    thread_id: str
    story: str


def written(conversation: Conversation) -> str:
    """What the archive keeps beside each response of a conversation, in one line."""
    thread = conversation.thread
    identity = Identity(
        platform=thread.platform, endpoint=thread.endpoint, thread_id=thread.thread_id, story=conversation.story
    )
    # No blank stands in it, for the fields of a record are folded.
    return json.dumps(identity.model_dump(), separators=(",", ":")).replace(" ", "\\u0020")


def identity_of(text: str | None) -> Identity | None:
    """What `written` says; None for anything else, since other people's archives may say anything."""
    try:
        return Identity.model_validate_json(text or "")
    except ValidationError:
        return None
