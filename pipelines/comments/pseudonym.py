"""Who wrote a comment, as far as Yanyana may know: a keyed hash that tells commenters of one site apart and names none.

The secret never leaves the machine; without it the hashes cannot be tied to names by trying names out.
"""

import hmac
from hashlib import sha256
from typing import Literal, NamedTuple

from pipelines.lake.text import clean


class Identity(NamedTuple):
    """What tells a commenter apart within a site, and whether that is an account or a mere name. Never stored."""

    text: str
    source: Literal["id", "name"]


def identity(platform: str, *, account: str | None, name: str | None) -> Identity | None:
    """A commenter's identity on a platform: the account, which outlives a change of name, else the name shown."""
    account, name = clean(account or ""), clean(name or "")
    if account:
        return Identity(f"{platform}\x1fid:{account}", "id")
    return Identity(f"{platform}\x1fname:{name}", "name") if name else None


def author_key(secret: bytes, site: str, identity: str) -> str:
    """HMAC-SHA256 over site and the commenter's identity there (platform and stable id, else name): 64 hex digits."""
    return hmac.new(secret, f"{site}\x1f{identity}".encode(), sha256).hexdigest()
