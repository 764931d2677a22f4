"""Who wrote a comment, as far as Yanyana may know: a keyed hash that tells commenters of one site apart and names none.

The secret never leaves the machine; without it the hashes cannot be tied to names by trying names out.
"""

import hmac
from hashlib import sha256


def author_key(secret: bytes, site: str, identity: str) -> str:
    """HMAC-SHA256 over site and the commenter's identity there (`lake.comment.identity`): 64 hex digits."""
    return hmac.new(secret, f"{site}\x1f{identity}".encode(), sha256).hexdigest()
